// A file's bytes → a document: the reader by the file's name, else by its first bytes.

import { TongsaError } from '../../src/errors.ts';
import type { ParsedDocument } from '../../src/retrieval/types.ts';
import { decodeText } from './decode.ts';

type Parsed = Omit<ParsedDocument, 'type' | 'encoding'> & { readonly encoding?: string };
type Reader = (bytes: Uint8Array) => Promise<Parsed>;

/** A format whose file is text: the encoding is found first. */
const ofText =
	(read: (text: string) => Promise<Omit<Parsed, 'encoding'>>, declared?: (bytes: Uint8Array) => Promise<string | undefined>): Reader =>
	async (bytes) => {
		const { text, encoding } = decodeText(bytes, await declared?.(bytes));
		return { ...(await read(text)), encoding };
	};

/** By type: its reader, loaded when it is first needed. */
const READERS = {
	text: ofText(async (text) => (await import('./text.ts')).plain(text)),
	markdown: ofText(async (text) => (await import('./text.ts')).markdown(text)),
	code: ofText(async (text) => (await import('./text.ts')).plain(text, 'code')),
	csv: ofText(async (text) => (await import('./text.ts')).table(text, ',')),
	tsv: ofText(async (text) => (await import('./text.ts')).table(text, '\t')),
	jsonl: ofText(async (text) => (await import('./text.ts')).jsonLines(text)),
	html: ofText(
		async (text) => (await import('./html.ts')).html(text),
		async (bytes) => (await import('./html.ts')).declaredEncoding(bytes),
	),
	pdf: async (bytes) => (await import('./pdf.ts')).pdf(bytes),
	docx: async (bytes) => (await import('./packed.ts')).docx(bytes),
	epub: async (bytes) => (await import('./packed.ts')).epub(bytes),
	email: async (bytes) => (await import('./packed.ts')).email(bytes),
} as const satisfies Readonly<Record<string, Reader>>;

export type DocumentType = keyof typeof READERS;

/** Endings of files by type. */
const ENDINGS: Readonly<Record<DocumentType, string>> = {
	text: 'txt text log rst adoc asciidoc org tex srt vtt po',
	markdown: 'md markdown mdx mkd qmd',
	code: 'c h cc cpp hpp cs css dart ex exs go graphql hs java js jsx json json5 kt kts lua m mjs cjs ml mm php pl proto ps1 py r rb rs scala scss sh bash zsh fish sql svelte swift toml ts tsx vue xml yaml yml zig ini conf cfg env gradle cmake makefile dockerfile diff patch ipynb',
	csv: 'csv',
	tsv: 'tsv',
	jsonl: 'jsonl ndjson',
	html: 'html htm xhtml',
	pdf: 'pdf',
	docx: 'docx',
	epub: 'epub',
	email: 'eml',
};
const BY_ENDING = new Map(
	Object.entries(ENDINGS).flatMap(([type, endings]) => endings.split(' ').map((ending) => [ending, type as DocumentType] as const)),
);

/** What old or foreign formats are to be turned into. */
const HINTS: Readonly<Record<string, string>> = {
	doc: 'Save it as DOCX',
	hwp: 'Save it as DOCX or PDF',
	hwpx: 'Save it as DOCX or PDF',
	odt: 'Save it as DOCX',
	rtf: 'Save it as DOCX',
	xls: 'Save each sheet as CSV',
	xlsx: 'Save each sheet as CSV',
	ppt: 'Save it as PDF',
	pptx: 'Save it as PDF',
	msg: 'Save it as EML',
};

/** A document past it is data, not something to read: a book has 2 MB of text. */
export const MAX_TEXT = 64 * 2 ** 20;

/** @throws TongsaError 'unsupported' for what no reader reads, 'malformed', 'too-large'. */
export async function parseDocument(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
	const type = typeOf(name, bytes);
	const parsed = await READERS[type](bytes);
	if (parsed.text.length > MAX_TEXT) {
		throw new TongsaError('too-large', 'too much text in one document', {
			got: parsed.text.length,
			allowed: `${MAX_TEXT} characters`,
			hint: 'Split the file',
		});
	}
	return { ...parsed, text: parsed.text.toWellFormed(), type };
}

function typeOf(name: string, bytes: Uint8Array): DocumentType {
	const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
	const ending = base.includes('.') ? base.slice(base.lastIndexOf('.') + 1) : base;
	const known = BY_ENDING.get(ending);
	if (known) return known;
	if (startsWith(bytes, '%PDF-')) return 'pdf';
	const hint = HINTS[ending];
	const binary = hint !== undefined || bytes.subarray(0, 8192).some((byte) => byte === 0) || startsWith(bytes, 'PK\x03\x04');
	if (!binary || looksLikeUtf16(bytes)) return 'text';
	throw new TongsaError('unsupported', base.includes('.') ? `no reader for files of the kind .${ending}` : 'not a text file', {
		allowed: Object.keys(READERS).join(', '),
		...(hint && { hint }),
	});
}

const startsWith = (bytes: Uint8Array, text: string): boolean => [...text].every((character, i) => bytes[i] === character.charCodeAt(0));

function looksLikeUtf16(bytes: Uint8Array): boolean {
	try {
		return decodeText(bytes).encoding.startsWith('utf-16');
	} catch {
		return false;
	}
}
