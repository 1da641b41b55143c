// Longer work on texts that a filter each needs: lines of a width, addresses, text without tags.

const encoder = new TextEncoder();

/** As urllib.parse.quote: UTF-8 bytes as %XX but for letters, digits, _ . - ~ and /; in a query a space is + and / is not spared. */
export function percentEncoded(text: string, query: boolean): string {
	let result = '';
	for (const byte of encoder.encode(text)) {
		const character = String.fromCharCode(byte);
		if (/[\w.~-]/.test(character) || (character === '/' && !query)) result += character;
		else if (byte === 0x20 && query) result += '+';
		else result += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
	}
	return result;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\xa0' };

/** Text without comments and tags, white space as single spaces, entities as what they stand for. As markupsafe's striptags. */
export function htmlText(text: string): string {
	let value = without(without(text, '<!--', '-->'), '<', '>');
	value = value
		.split(/[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/)
		.filter((word) => word !== '')
		.join(' ');
	return value.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w+));/g, (all, decimal, hex, name) => {
		if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : all;
		const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
		return point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
	});
}

function without(text: string, open: string, close: string): string {
	const parts: string[] = [];
	let at = 0;
	for (let begin = text.indexOf(open); begin >= 0; begin = text.indexOf(open, at)) {
		const end = text.indexOf(close, begin);
		if (end < 0) break;
		parts.push(text.slice(at, begin));
		at = end + close.length;
	}
	return parts.join('') + text.slice(at);
}

export interface WrapRules {
	readonly width: number;
	readonly long: boolean;
	readonly hyphens: boolean;
}

/** A line in lines of a width. As textwrap.wrap with expand_tabs and replace_whitespace off. */
export function wrapped(text: string, { width, long, hyphens }: WrapRules): string[] {
	const chunks = pieces(text, hyphens).reverse();
	const lines: string[] = [];
	while (chunks.length > 0) {
		const line: string[] = [];
		let length = 0;
		if (/^[\t\n\v\f\r ]+$/.test(chunks.at(-1)!) && lines.length > 0) chunks.pop();
		while (chunks.length > 0 && length + chunks.at(-1)!.length <= width) {
			length += chunks.at(-1)!.length;
			line.push(chunks.pop()!);
		}
		if (chunks.length > 0 && chunks.at(-1)!.length > width) {
			const space = width < 1 ? 1 : width - length;
			if (long) {
				const chunk = chunks.pop()!;
				let end = space;
				if (hyphens && chunk.length > space) {
					const hyphen = chunk.lastIndexOf('-', space - 1);
					if (hyphen > 0 && /[^-]/.test(chunk.slice(0, hyphen))) end = hyphen + 1;
				}
				line.push(chunk.slice(0, end));
				if (end < chunk.length) chunks.push(chunk.slice(end));
			} else if (line.length === 0) line.push(chunks.pop()!);
		}
		if (line.length > 0 && /^[\t\n\v\f\r ]+$/.test(line.at(-1)!)) line.pop();
		if (line.length > 0) lines.push(line.join(''));
	}
	return lines;
}

/** Words, the space between them, and parts of words that may end a line behind a hyphen. */
function pieces(text: string, hyphens: boolean): string[] {
	const parts = text.split(/([\t\n\v\f\r ]+)/).filter((part) => part !== '');
	if (!hyphens) return parts;
	return parts.flatMap((part) =>
		part.split(
			/(?<=[\p{L}\p{N}_]{2}-)(?=[\p{L}_][\p{L}\p{N}_-])|(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}\p{L})|(?<=[\p{L}\p{N}_!"'&.,?]-{2,})(?=\p{L})/u,
		),
	);
}
