// Formats whose text is the file's own: plain text, Markdown, source code, tables. Ranges are of the file itself.

import { fromMarkdown } from 'mdast-util-from-markdown';
import Papa from 'papaparse';
import { TongsaError } from '../../src/errors.ts';
import type { Block, Metadata, ParsedDocument } from '../../src/retrieval/types.ts';

type Parsed = Omit<ParsedDocument, 'type' | 'encoding'>;

/** Paragraphs: what empty lines part. */
export function plain(text: string, kind: 'paragraph' | 'code' = 'paragraph', from = 0): Parsed {
	const blocks: Block[] = [];
	for (const { index, 0: part } of text.slice(from).matchAll(/[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*/g)) {
		blocks.push({ kind, start: from + index, end: from + index + part.length });
	}
	return { text, blocks };
}

/** Past it a parser of Markdown takes long, and a file is data more than prose. */
const MAX_MARKDOWN = 4 * 2 ** 20;
const TABLE = /^[^\n]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*(?:\n|$)/;

/** CommonMark by mdast; tables as GitHub writes them become rows; front matter becomes metadata. */
export function markdown(text: string): Parsed {
	const front = frontMatter(text);
	const from = front?.end ?? 0;
	const known = front && { ...(front.title && { title: front.title }), metadata: front.metadata };
	if (text.length > MAX_MARKDOWN) return { ...plain(text, 'paragraph', from), ...known };
	const blocks: Block[] = [];
	let title: string | undefined;
	const add = (node: Node, kind: Block['kind'], level?: number): void => {
		const start = from + node.position!.start.offset!;
		blocks.push({ kind, start, end: from + node.position!.end.offset!, ...(level && { level }) });
	};
	interface Node {
		readonly type: string;
		readonly depth?: number;
		readonly children?: readonly Node[];
		readonly position?: { readonly start: { readonly offset?: number }; readonly end: { readonly offset?: number } };
	}
	const visit = (node: Node, depth: number): void => {
		switch (node.type) {
			case 'heading':
				add(node, 'heading', node.depth);
				title ??= node.depth === 1 ? wordsOf(node as unknown as WithValue) : undefined;
				break;
			case 'code':
				add(node, 'code');
				break;
			case 'paragraph': {
				const part = text.slice(from + node.position!.start.offset!, from + node.position!.end.offset!);
				if (TABLE.test(part)) blocks.push(...lines(part, from + node.position!.start.offset!, 'row'));
				else add(node, 'paragraph');
				break;
			}
			case 'list':
			case 'blockquote':
			case 'listItem':
				// A short item is one block; lists in lists are opened as far as anybody writes them.
				if (node.type === 'listItem' && node.position!.end.offset! - node.position!.start.offset! < 400) add(node, 'paragraph');
				else if (depth < 8) for (const child of node.children ?? []) visit(child, depth + 1);
				else add(node, 'paragraph');
				break;
			case 'thematicBreak':
			case 'definition':
				break;
			default:
				add(node, 'paragraph');
		}
	};
	for (const node of fromMarkdown(text.slice(from)).children as readonly Node[]) visit(node, 0);
	return { text, blocks, ...(title && { title }), ...known };
}

interface WithValue {
	readonly value?: string;
	readonly children?: readonly WithValue[];
}
const wordsOf = ({ value, children }: WithValue): string => value ?? (children ?? []).map(wordsOf).join('');

/** `---` lines around `key: value`, as static site generators have them. */
function frontMatter(text: string): { readonly end: number; readonly title?: string; readonly metadata: Metadata } | undefined {
	const match = /^---[ \t]*\r?\n([\s\S]{0,20000}?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
	if (!match) return undefined;
	const metadata: Record<string, string> = {};
	for (const [, key, value] of match[1]!.matchAll(/^([\p{L}\p{N}_-]{1,64}):[ \t]*(.+)$/gmu)) {
		metadata[key!] = value!.trim().replace(/^(["'])(.*)\1$/, '$2');
	}
	return { end: match[0].length, ...(metadata.title && { title: metadata.title }), metadata };
}

function* lines(part: string, from: number, kind: Block['kind']): Generator<Block> {
	for (const { index, 0: line } of part.matchAll(/[^\n]*\S[^\n]*/g)) yield { kind, start: from + index, end: from + index + line.length };
}

/** A row a record; the first row stands above all others, as a heading does. */
export function table(text: string, separator: ',' | '\t'): Parsed {
	const blocks: Block[] = [];
	let start = 0;
	Papa.parse<string[]>(text, {
		delimiter: separator,
		step({ meta, data }) {
			const end = meta.cursor;
			if (data.some((cell) => cell.trim() !== '')) {
				const trimmed = text.slice(start, end).trimEnd().length;
				blocks.push(
					blocks.length ? { kind: 'record', start, end: start + trimmed } : { kind: 'heading', level: 1, start, end: start + trimmed },
				);
			}
			start = end;
		},
	});
	return { text, blocks };
}

/** A line a record: `key: value` in place of JSON's escapes, so that each word can be found. A line stays a line. */
export function jsonLines(file: string): Parsed {
	const blocks: Block[] = [];
	const out: string[] = [];
	let at = 0;
	for (const [i, line] of file.split('\n').entries()) {
		const words = line.trim() === '' ? '' : recordOf(line, i + 1);
		out.push(words);
		if (words !== '') blocks.push({ kind: 'record', start: at, end: at + words.length });
		at += words.length + 1;
	}
	return { text: out.join('\n'), blocks };
}

function recordOf(line: string, number: number): string {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		throw new TongsaError('malformed', 'a line that is no JSON', { field: `line ${number}`, got: line.slice(0, 80) });
	}
	return spoken(value, 0).replace(/\s+/g, ' ').trim();
}

const spoken = (value: unknown, depth: number): string => {
	if (typeof value === 'string') return value;
	if (typeof value !== 'object' || value === null) return String(value);
	if (depth > 8) return JSON.stringify(value);
	if (Array.isArray(value)) return value.map((item) => spoken(item, depth + 1)).join(', ');
	return Object.entries(value)
		.map(([key, item]) => `${key}: ${spoken(item, depth + 1)}`)
		.join('; ');
};
