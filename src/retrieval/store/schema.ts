// The tables of a SQL store, as numbered migrations. Once released, a migration is never changed: a new one follows it.

/** {int}: a whole number of 64 bits; {bytes}: bytes; {key}: text that is compared by code point. */
export const MIGRATIONS: readonly (readonly string[])[] = [
	[
		`CREATE TABLE collections (name {key} PRIMARY KEY, active {int} NOT NULL)`,
		// segments: how many times postings were added; dead: chunks that went since postings were last rewritten.
		`CREATE TABLE indexes (id {int} PRIMARY KEY, collection {key} NOT NULL, embedding TEXT, facts TEXT, width {int},
			tokens {int} NOT NULL, overlap {int} NOT NULL, version {int} NOT NULL, segments {int} NOT NULL, compacted {int} NOT NULL, dead {int} NOT NULL)`,
		`CREATE TABLE documents (id {int} PRIMARY KEY, collection {key} NOT NULL, path {key} NOT NULL, hash TEXT NOT NULL, size {int} NOT NULL,
			modified {int} NOT NULL, type TEXT NOT NULL, title TEXT, encoding TEXT, metadata TEXT NOT NULL, blocks TEXT NOT NULL, text {bytes} NOT NULL)`,
		`CREATE INDEX documents_path ON documents (collection, path)`,
		// The visible documents of an index.
		`CREATE TABLE entries (index_id {int} NOT NULL, path {key} NOT NULL, document {int} NOT NULL, PRIMARY KEY (index_id, path))`,
		`CREATE INDEX entries_document ON entries (document)`,
		`CREATE TABLE chunks (id {int} PRIMARY KEY, index_id {int} NOT NULL, document {int} NOT NULL, unit_start {int} NOT NULL, unit_end {int} NOT NULL,
			byte_start {int} NOT NULL, byte_end {int} NOT NULL, page {int}, line {int} NOT NULL, headings TEXT NOT NULL, tokens {int} NOT NULL, length {int} NOT NULL)`,
		`CREATE INDEX chunks_document ON chunks (document, index_id)`,
		`CREATE INDEX chunks_index ON chunks (index_id, id)`,
		`CREATE TABLE vectors (chunk {int} PRIMARY KEY, index_id {int} NOT NULL, vector {vector} NOT NULL)`,
		`CREATE TABLE postings (index_id {int} NOT NULL, term {key} NOT NULL, segment {int} NOT NULL, data {bytes} NOT NULL, PRIMARY KEY (index_id, term, segment)){rows}`,
		`CREATE TABLE trigrams (index_id {int} NOT NULL, trigram {key} NOT NULL, word {key} NOT NULL, PRIMARY KEY (index_id, trigram, word)){rows}`,
		// Ids of chunks are given out in order, also where a snapshot of ids that are gone is still in somebody's memory.
		`CREATE TABLE counters (name {key} PRIMARY KEY, value {int} NOT NULL)`,
		`INSERT INTO counters (name, value) VALUES ('chunk', 0), ('document', 0), ('index', 0)`,
	],
];

/** A database's own words. */
export interface Dialect {
	readonly int: string;
	readonly bytes: string;
	readonly key: string;
	readonly vector: string;
	/** After a table whose rows lie in its primary key. */
	readonly rows: string;
}

export const ddl = (sql: string, dialect: Dialect): string => sql.replace(/\{(\w+)\}/g, (_, name: keyof Dialect) => dialect[name]);
