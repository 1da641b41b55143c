// Bytes → text: by byte order mark, as UTF-8, as UTF-16 without a mark, else by what the bytes are most like.
// Decoders: https://encoding.spec.whatwg.org ('euc-kr' is CP949, 'shift_jis' is Windows-31J there).

import chardet from 'chardet';
import { TongsaError } from '../../src/errors.ts';

export interface Decoded {
	readonly text: string;
	readonly encoding: string;
}

/** What texts of people are in. Others that a statistic may name are not decoded by browsers, or by nobody any more. */
const KNOWN = new Set([
	'euc-kr',
	'shift_jis',
	'gb18030',
	'big5',
	'euc-jp',
	'iso-2022-jp',
	'windows-1252',
	'windows-1251',
	'windows-1250',
	'windows-1253',
	'windows-1254',
	'koi8-r',
]);
/** Bytes that the statistic looks at. */
const SAMPLE = 1 << 16;

/** @throws TongsaError 'unsupported' for bytes that are no text. */
export function decodeText(bytes: Uint8Array, declared?: string): Decoded {
	const mark = markOf(bytes);
	if (mark) return { text: decodeAs(bytes, mark)!, encoding: mark };
	const said = declared && label(declared);
	if (said && said !== 'utf-8') {
		const text = strictly(bytes, said);
		if (text !== undefined) return { text, encoding: said };
	}
	const utf16 = withoutMark(bytes);
	if (utf16) return { text: decodeAs(bytes, utf16)!, encoding: utf16 };
	if (bytes.subarray(0, SAMPLE).includes(0)) throw new TongsaError('unsupported', 'not a text file: it has bytes of zero');
	const utf8 = strictly(bytes, 'utf-8');
	if (utf8 !== undefined) return { text: utf8, encoding: 'utf-8' };
	for (const { name } of chardet.analyse(bytes.subarray(0, SAMPLE))) {
		const encoding = label(name);
		if (!encoding || !KNOWN.has(encoding)) continue;
		const text = strictly(bytes, encoding);
		if (text !== undefined && !hasControls(text)) return { text, encoding };
	}
	throw new TongsaError('unsupported', 'not a text file, or in an encoding that is not known', {
		allowed: `utf-8, utf-16, ${[...KNOWN].join(', ')}`,
	});
}

function label(name: string): string | undefined {
	try {
		return new TextDecoder(name).encoding;
	} catch {
		return undefined;
	}
}

function decodeAs(bytes: Uint8Array, encoding: string, fatal = false): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal }).decode(bytes);
	} catch {
		return undefined;
	}
}

const strictly = (bytes: Uint8Array, encoding: string): string | undefined => decodeAs(bytes, encoding, true);

function markOf([a, b, c]: Uint8Array): string | undefined {
	if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
	if (a === 0xff && b === 0xfe) return 'utf-16le';
	return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

/** UTF-16 of any script has spaces, line ends and digits, whose upper byte is zero; and no word of it is zero. */
function withoutMark(bytes: Uint8Array): string | undefined {
	const length = Math.min(bytes.length, SAMPLE) & ~1;
	if (length < 4 || bytes.length % 2) return undefined;
	const zeros: [number, number] = [0, 0];
	for (let i = 0; i < length; i += 2) {
		if (bytes[i] === 0 && bytes[i + 1] === 0) return undefined;
		if (bytes[i] === 0) zeros[0]++;
		if (bytes[i + 1] === 0) zeros[1]++;
	}
	const enough = length / 2 / 20;
	const encoding = zeros[1] > enough && zeros[0] === 0 ? 'utf-16le' : zeros[0] > enough && zeros[1] === 0 ? 'utf-16be' : undefined;
	return encoding && strictly(bytes, encoding) !== undefined ? encoding : undefined;
}

/** Text has no controls but tabs, line ends and form feeds; escape sequences of terminals are forgiven. */
function hasControls(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
	return /[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x84\x86-\x9f]/.test(text);
}
