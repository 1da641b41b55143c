// Documents in a zip, DOCX and EPUB, and e-mail: opened to HTML, then read as a page is.

import { type UnzipFileInfo, unzipSync } from 'fflate';
import { TongsaError } from '../../src/errors.ts';
import type { ParsedDocument } from '../../src/retrieval/types.ts';
import { decodeText } from './decode.ts';
import { addHtml, TextBuilder } from './html.ts';

type Parsed = Omit<ParsedDocument, 'type' | 'encoding'>;

/** Bytes that a document may unpack to, and entries: a book of a thousand pages has 20 MB and a few hundred. */
const MAX_UNPACKED = 512 * 2 ** 20;
const MAX_ENTRIES = 20_000;

/** Entries by name, those that are wanted. @throws TongsaError 'malformed', 'too-large'. */
function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Record<string, Uint8Array> {
	let unpacked = 0;
	let entries = 0;
	const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
		unpacked += originalSize;
		if (++entries > MAX_ENTRIES || unpacked > MAX_UNPACKED) {
			throw new TongsaError('too-large', 'the document unpacks to too much', {
				got: unpacked,
				allowed: `${MAX_UNPACKED} bytes in ${MAX_ENTRIES} entries`,
			});
		}
		return wanted(name);
	};
	try {
		return unzipSync(bytes, { filter });
	} catch (error) {
		if (error instanceof TongsaError) throw error;
		throw new TongsaError('malformed', 'the document is no zip that can be read', { got: (error as Error).message });
	}
}

export async function docx(bytes: Uint8Array): Promise<Parsed> {
	const names = unzip(bytes, (name) => name === 'word/document.xml');
	if (!names['word/document.xml']) throw new TongsaError('malformed', 'no Word document is in the file', { field: 'word/document.xml' });
	const { default: mammoth } = await import('mammoth');
	const { value } = await mammoth
		.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) })
		.catch((error: Error) => {
			throw new TongsaError('malformed', 'not a Word document that can be read', { got: error.message });
		});
	const out = new TextBuilder();
	addHtml(value, out);
	return { text: out.text, blocks: out.blocks };
}

/** The pages of a book in the order of its spine. https://www.w3.org/TR/epub-33/#sec-package-doc */
export async function epub(bytes: Uint8Array): Promise<Parsed> {
	const files = unzip(bytes, (name) => /\.(?:x?html?|xml|opf)$/i.test(name));
	const read = (name: string): string => {
		const file = files[name];
		if (!file) throw new TongsaError('malformed', 'the book lacks a file that it names', { field: name });
		return decodeText(file).text;
	};
	const root = attribute(/<rootfile\b[^>]*>/.exec(read('META-INF/container.xml'))?.[0] ?? '', 'full-path');
	if (!root) throw new TongsaError('malformed', 'the book does not say where its package is', { field: 'META-INF/container.xml' });
	const opf = read(root);
	const folder = root.slice(0, root.lastIndexOf('/') + 1);
	const items = new Map(Array.from(opf.matchAll(/<(?:opf:)?item\b[^>]*>/g), ([tag]) => [attribute(tag, 'id'), attribute(tag, 'href')]));
	const out = new TextBuilder();
	for (const [tag] of opf.matchAll(/<(?:opf:)?itemref\b[^>]*>/g)) {
		const href = items.get(attribute(tag, 'idref'));
		if (href) addHtml(read(resolved(folder, href)), out);
	}
	const title = /<dc:title[^>]*>([^<]{1,500})</.exec(opf)?.[1]?.trim();
	return { text: out.text, blocks: out.blocks, ...(title && { title: unescaped(title) }) };
}

const attribute = (tag: string, name: string): string | undefined => {
	const value = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
	return value ? unescaped(value[1] ?? value[2] ?? '') : undefined;
};

const unescaped = (text: string): string =>
	text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&');

/** `../Text/a.xhtml#x` beside a folder. */
function resolved(folder: string, href: string): string {
	const parts: string[] = [];
	for (const part of `${folder}${decodeURIComponent(href.replace(/#.*$/, ''))}`.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '.' && part !== '') parts.push(part);
	}
	return parts.join('/');
}

/** A message: who, when, what about, and its text; attachments are named. */
export async function email(bytes: Uint8Array): Promise<Parsed> {
	const { default: PostalMime } = await import('postal-mime');
	const message = await PostalMime.parse(bytes as Uint8Array<ArrayBuffer>).catch((error: Error) => {
		throw new TongsaError('malformed', 'not a message that can be read', { got: error.message });
	});
	const person = (address: { readonly name: string; readonly address?: string | undefined }): string =>
		[address.name, address.address].filter(Boolean).join(' ');
	const out = new TextBuilder();
	const { subject, from, to, date, attachments } = message;
	if (subject) out.add(subject, 'heading', { level: 1 });
	const head = [
		from && `From: ${person(from)}`,
		to?.length && `To: ${to.map(person).join(', ')}`,
		date && `Date: ${date}`,
		attachments.length && `Attachments: ${attachments.map(({ filename }) => filename ?? 'without a name').join(', ')}`,
	].filter(Boolean);
	out.add(head.join('\n'), 'paragraph');
	if (message.text) for (const paragraph of message.text.split(/\r?\n[ \t]*\r?\n/)) out.add(paragraph.trimEnd(), 'paragraph');
	else if (message.html) addHtml(message.html, out);
	return {
		text: out.text,
		blocks: out.blocks,
		...(subject && { title: subject }),
		metadata: { ...(from?.address && { from: from.address }), ...(date && { date }) },
	};
}
