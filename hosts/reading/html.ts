// HTML → text in blocks, by parse5, which reads as browsers do. Nothing that a reader of the page would see is left out but its navigation.

import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import type { Block, ParsedDocument } from '../../src/retrieval/types.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;

/** What no reader sees, or what stands on every page alike. */
const LEFT_OUT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'nav', 'head', 'select', 'button']);
/** What begins a line of its own. */
const BLOCKS = new Set(
	'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main ol p pre section summary table tbody td tfoot th thead tr ul'.split(
		' ',
	),
);

/** A text under way: blocks are parted by an empty line, so that the text also reads well by itself. */
export class TextBuilder {
	#text = '';
	readonly blocks: Block[] = [];

	add(text: string, kind: Block['kind'], more: { readonly level?: number; readonly page?: number } = {}): void {
		if (text.trim() === '') return;
		if (this.#text !== '') this.#text += kind === 'row' && this.blocks.at(-1)?.kind === 'row' ? '\n' : '\n\n';
		const start = this.#text.length;
		this.#text += text;
		this.blocks.push({ kind, start, end: this.#text.length, ...more });
	}

	get text(): string {
		return this.#text;
	}
}

/** Appends a page's blocks; gives its title. */
export function addHtml(html: string, out: TextBuilder): string | undefined {
	const tree = parse(html);
	let title: string | undefined;
	let open = '';
	let kind: Block['kind'] = 'paragraph';
	let level: number | undefined;
	const flush = (): void => {
		const line = kind === 'code' ? open.replace(/^\n|\s+$/g, '') : open.replace(/[ \t\n\f\r]+/g, ' ').trim();
		const text = kind === 'row' ? line.replace(/(?: ?\|)+$/, '') : line;
		out.add(text, kind, level ? { level } : {});
		open = '';
	};
	// Not by recursion: a page may have as many elements in each other as it likes.
	const stack: { readonly node: Node; readonly leaving?: true }[] = [...tree.childNodes].reverse().map((node) => ({ node }));
	while (stack.length) {
		const { node, leaving } = stack.pop()!;
		const name = node.nodeName;
		if (name === '#text') {
			open += (node as DefaultTreeAdapterTypes.TextNode).value;
			continue;
		}
		if (!('childNodes' in node)) continue;
		if (leaving) {
			if (name === 'tr' || (BLOCKS.has(name) && name !== 'td' && name !== 'th')) flush();
			else if (name === 'td' || name === 'th') open += ' | ';
			if (name === 'tr' || name === 'pre' || /^h[1-6]$/.test(name)) [kind, level] = ['paragraph', undefined];
			continue;
		}
		if (name === 'head') title ??= titleIn(node);
		if (
			LEFT_OUT.has(name) ||
			node.attrs.some(({ name: attribute, value }) => attribute === 'hidden' || (attribute === 'aria-hidden' && value === 'true'))
		)
			continue;
		if (name === 'br') open += kind === 'code' ? '\n' : ' ';
		if (name === 'img') open += node.attrs.find((attribute) => attribute.name === 'alt')?.value ?? '';
		if (BLOCKS.has(name)) {
			// In a row's cells paragraphs do not end the row.
			if (kind !== 'row') flush();
			else open += ' ';
			if (kind !== 'row') {
				if (/^h[1-6]$/.test(name)) [kind, level] = ['heading', Number(name[1])];
				else if (name === 'pre') kind = 'code';
				else if (name === 'tr') kind = 'row';
			}
		}
		const keepsRow = kind === 'row' && name !== 'tr' && name !== 'td' && name !== 'th';
		if (!keepsRow) stack.push({ node, leaving: true });
		for (const child of [...node.childNodes].reverse()) stack.push({ node: child });
	}
	flush();
	return title;
}

function titleIn(head: DefaultTreeAdapterTypes.Element): string | undefined {
	for (const node of head.childNodes) {
		if (node.nodeName !== 'title' || !('childNodes' in node)) continue;
		const text = node.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
		return text.replace(/\s+/g, ' ').trim() || undefined;
	}
	return undefined;
}

export function html(text: string): Omit<ParsedDocument, 'type' | 'encoding'> {
	const out = new TextBuilder();
	const title = addHtml(text, out);
	return { text: out.text, blocks: out.blocks, ...(title && { title }) };
}

/** The encoding that a page names in its first bytes. https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding */
export function declaredEncoding(bytes: Uint8Array): string | undefined {
	const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
	return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(start)?.[1] ?? /^<\?xml[^>]+encoding\s*=\s*["']([\w-]+)/i.exec(start)?.[1];
}
