// The verbs about a person's own texts.

import type { OptionSpec, Verb } from './call.ts';

const COLLECTION: Readonly<Record<string, OptionSpec>> = {
	collection: { value: 'NAME', summary: 'which collection (default "default")' },
	database: {
		value: 'DB',
		summary: "a file of SQLite or postgres://… (default: texts.sqlite in the user's data folder; TONGSA_DATABASE, TONGSA_DATA)",
	},
};

const FILTER: Readonly<Record<string, OptionSpec>> = {
	path: { value: 'GLOB', many: true, summary: "only documents whose path matches, from any folder on: 'en/**', '*.md' (repeatable)" },
	type: { value: 'TYPE', many: true, summary: 'only documents of this type: markdown, pdf, html, … (repeatable)' },
	since: { value: 'DATE', summary: 'only documents changed on this day or later (2024-01-31)' },
	until: { value: 'DATE', summary: 'only documents changed before this day' },
	metadata: { value: 'KEY=VALUE', many: true, summary: 'only documents with this metadata (repeatable)' },
};

export const TEXT_VERBS: readonly Verb[] = [
	{
		name: 'index',
		summary: 'read files and folders of your own, so that search and ask find what is in them; again: only what changed',
		arguments: [{ name: 'PATH…', optional: true, many: true }],
		options: {
			...COLLECTION,
			model: { value: 'MODEL', summary: 'the embedding model of a new collection (default multilingual-e5-small; none: words alone)' },
			chunk: { value: 'N', summary: 'tokens of a passage in a new collection (default 256)' },
			overlap: { value: 'N', summary: 'tokens that neighbours share (default 32)' },
			metadata: { value: 'KEY=VALUE', many: true, summary: 'metadata of these documents, for filters (repeatable)' },
			name: { value: 'NAME', summary: 'what a document from stdin (PATH -) is called' },
			force: { summary: 'read every file again, changed or not' },
			watch: { summary: 'stay, and index whatever changes' },
			list: { summary: 'show the documents, and index nothing' },
			stats: { summary: 'show what is in the collection' },
			remove: { summary: 'take PATHs out of the collection; without any, remove the collection' },
			export: { value: 'FILE', summary: 'write every passage as a line of JSON (- for stdout)' },
		},
		examples: [
			'index ./docs',
			'index notes.pdf --collection work',
			"index 'docs/**/*.md' --watch",
			'index --stats',
			'index --remove ./docs/old.md',
		],
		load: () => import('./verbs/index-texts.ts'),
	},
	{
		name: 'search',
		summary: 'find passages in your own texts, by meaning and by words',
		arguments: [{ name: 'QUERY', optional: true }],
		options: {
			...COLLECTION,
			top: { value: 'N', summary: 'how many (default 10)' },
			by: { value: 'HOW', choices: ['hybrid', 'meaning', 'words'], summary: 'both (default), or one alone' },
			...FILTER,
			'no-fold': { summary: 'show near duplicates too' },
			like: { value: 'PATH', summary: 'passages like those of this document, in place of QUERY' },
		},
		examples: [
			'search "겨울에 먹는 음식"',
			'search "refund" --path "en/**" --top 3',
			'search --dry-run --by words --json',
			'search --like notes/a.md',
		],
		load: () => import('./verbs/search.ts'),
	},
	{
		name: 'ask',
		summary: 'answer a question from your own texts; each sentence names the passage it stands on',
		arguments: [{ name: 'QUESTION', optional: true }],
		options: {
			...COLLECTION,
			model: {
				value: 'MODEL',
				summary: 'the model that words the answer (default: none; sentences of the passages are given as they stand)',
			},
			top: { value: 'N', summary: 'passages to choose from (default 8)' },
			worded: { summary: 'have it worded by a small model too' },
			'max-tokens': { value: 'N', summary: 'the most tokens of a worded answer (default 300)' },
			...FILTER,
		},
		examples: [
			'ask "언제 환불을 받을 수 있나요?"',
			'ask "When is the library open?" --json > answer.json',
			'ask "What is X?" --model ./model.gguf',
		],
		load: () => import('./verbs/ask.ts'),
	},
	{
		name: 'cite',
		summary: 'verify FILE: read the files that an answer of ask --json cites, and say whether each quote still stands there',
		arguments: [{ name: 'verify' }, { name: 'FILE', optional: true }],
		options: {},
		examples: ['cite verify answer.json', 'ask "…" --json | tongsa cite verify'],
		load: () => import('./verbs/cite.ts'),
	},
	{
		name: 'reindex',
		summary: 'build a collection anew with another embedding model, beside the old one, and switch when it is whole',
		arguments: [],
		options: {
			...COLLECTION,
			model: { value: 'MODEL', summary: 'the new embedding model (none: words alone)' },
			chunk: { value: 'N', summary: 'tokens of a passage (default 256)' },
			overlap: { value: 'N', summary: 'tokens that neighbours share (default 32)' },
		},
		examples: ['reindex --model minilm', 'reindex --model multilingual-e5-small --chunk 128 --collection work'],
		load: () => import('./verbs/reindex.ts'),
	},
	{
		name: 'worker',
		summary: "read and embed what 'tongsa index' has put into a PostgreSQL database's queue, on this machine",
		arguments: [],
		options: {
			...COLLECTION,
			once: { summary: 'end when the queue is empty' },
		},
		examples: ['worker --database postgres://db/texts', 'worker --database postgres://db/texts --once'],
		load: () => import('./verbs/worker.ts'),
	},
];
