// PDF → text with pages, by unpdf (Mozilla's PDF.js without its display).

import { getDocumentProxy } from 'unpdf';
import { TongsaError } from '../../src/errors.ts';
import type { ParsedDocument } from '../../src/retrieval/types.ts';
import { TextBuilder } from './html.ts';

/** A page of text with everything on it; more is no page that anybody reads. */
const MAX_ITEMS = 200_000;
const MAX_PAGES = 20_000;

/** What of an item of PDF.js is used. */
interface Item {
	readonly str: string;
	readonly hasEOL: boolean;
	readonly height: number;
	/** [a, b, c, d, x, y] */
	readonly transform: readonly number[];
}

/** @throws TongsaError 'malformed', 'unsupported' for one with a password, or of pictures alone. */
export async function pdf(bytes: Uint8Array): Promise<Omit<ParsedDocument, 'type' | 'encoding'>> {
	const file = await getDocumentProxy(bytes.slice()).catch((error: Error) => {
		if (error.name === 'PasswordException') throw new TongsaError('unsupported', 'the PDF is locked by a password');
		throw new TongsaError('malformed', 'not a PDF that can be read', { got: error.message });
	});
	try {
		if (file.numPages > MAX_PAGES) throw new TongsaError('too-large', 'too many pages', { got: file.numPages, allowed: String(MAX_PAGES) });
		const out = new TextBuilder();
		let empty = 0;
		for (let number = 1; number <= file.numPages; number++) {
			const page = await file.getPage(number);
			const { items } = await page.getTextContent();
			if (items.length > MAX_ITEMS)
				throw new TongsaError('too-large', 'too much on a page', { field: `page ${number}`, got: items.length });
			const paragraphs = paragraphsOf(items.filter((item) => 'str' in item) as readonly Item[]);
			if (paragraphs.length === 0) empty++;
			for (const paragraph of paragraphs) out.add(paragraph, 'paragraph', { page: number });
			page.cleanup();
		}
		if (out.text === '') {
			throw new TongsaError(
				'unsupported',
				`no text in the PDF: its ${file.numPages} pages are pictures (scanned), which need character recognition first`,
			);
		}
		const info = (await file.getMetadata().catch(() => undefined))?.info as { Title?: unknown } | undefined;
		const title = typeof info?.Title === 'string' ? info.Title.trim() : '';
		return {
			text: out.text,
			blocks: out.blocks,
			...(title && { title }),
			...(empty > 0 && { metadata: { pagesWithoutText: empty } }),
		};
	} finally {
		await file.loadingTask.destroy();
	}
}

/** Lines as the file marks their ends; a gap of more than a line and a half parts paragraphs. */
function paragraphsOf(items: readonly Item[]): string[] {
	const lines: { text: string; y: number; height: number }[] = [];
	let line: { text: string; y: number; height: number } | undefined;
	for (const { str, hasEOL, height, transform } of items) {
		if (str !== '') {
			line ??= { text: '', y: transform[5] ?? 0, height: 0 };
			line.text += str;
			line.height = Math.max(line.height, height);
		}
		if (hasEOL && line) {
			lines.push(line);
			line = undefined;
		}
	}
	if (line) lines.push(line);
	const paragraphs: string[] = [];
	let before: (typeof lines)[number] | undefined;
	for (const one of lines) {
		const text = one.text.trimEnd();
		if (text.trim() === '') continue;
		const gap = before ? Math.abs(before.y - one.y) : Number.POSITIVE_INFINITY;
		const tall = Math.max(one.height, before?.height ?? 0) || 10;
		const last = paragraphs.length - 1;
		if (!before || gap > 1.8 * tall) paragraphs.push(text);
		// A word that a hyphen parts at a line's end is one word.
		else if (/\p{Ll}-$/u.test(paragraphs[last]!) && /^\p{Ll}/u.test(text)) paragraphs[last] = paragraphs[last]!.slice(0, -1) + text;
		else paragraphs[last] += `\n${text}`;
		before = one;
	}
	return paragraphs;
}
