// Writes src/tokenizer/unicode/tables.ts: where the reference libraries' classes of characters are not JavaScript's. See make_unicode_differences.py.
// node scripts/reference/make_unicode_tables.ts classes.json > src/tokenizer/unicode/tables.ts

import { readFileSync } from 'node:fs';

type Ranges = readonly (readonly [number, number])[];
const classes: Record<string, Ranges> & { nfkd: Record<string, string> } = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));

const CHARACTERS = Array.from({ length: 0x110000 }, (_, point) => point).filter((point) => point < 0xd800 || point > 0xdfff);

const setOf = (ranges: Ranges): Set<number> => {
	const set = new Set<number>();
	for (const [from, to] of ranges) for (let point = from; point <= to; point++) set.add(point);
	return set;
};
const text = (points: Iterable<number>): string => {
	const out: [number, number][] = [];
	for (const point of [...points].sort((a, b) => a - b)) {
		const last = out.at(-1);
		if (last && last[1] === point - 1) last[1] = point;
		else out.push([point, point]);
	}
	return out.map(([from, to]) => (from === to ? from.toString(16) : `${from.toString(16)}-${to.toString(16)}`)).join(' ');
};
const matches = (pattern: RegExp): Set<number> => new Set(CHARACTERS.filter((point) => pattern.test(String.fromCodePoint(point))));
const minus = (a: Set<number>, b: Set<number>): number[] => [...a].filter((point) => !b.has(point));

const PRINTED = 128;
/** A string constant in lines of PRINTED characters. */
const wrap = (value: string): string => {
	const lines = [''];
	for (const word of value.split(' ')) {
		if (lines.at(-1)!.length + word.length + 1 > PRINTED) lines.push('');
		lines[lines.length - 1] += (lines.at(-1) === '' ? '' : ' ') + word;
	}
	return `\n\t'${lines.join(" ' +\n\t'")}'`;
};
const constant = (name: string, doc: string, value: string): string => `/** ${doc} */\nexport const ${name} =${wrap(value)};\n`;

// What NFD takes apart is judged by its parts.
const whole = new Set(CHARACTERS.filter((point) => String.fromCodePoint(point).normalize('NFD') === String.fromCodePoint(point)));
const nonspacing = new Set(minus(setOf(classes['nonspacing']!), new Set(minus(new Set(CHARACTERS), whole))));
const mn = new Set([...matches(/\p{Mn}/u)].filter((point) => whole.has(point)));
const marks = setOf(classes['marks']!);
const punctuation = setOf(classes['punctuation']!);
const ascii = matches(/[!-/:-@[-`{-~]/u);
const p = new Set([...ascii, ...matches(/\p{P}/u)]);
const removed = setOf(classes['removed']!);
const other = new Set([...matches(/[\p{Cc}\p{Cf}\p{Co}]/u)].filter((point) => ![9, 10, 13].includes(point)));
const word = setOf(classes['word']!);
const w = matches(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u);

const moves = setOf(classes['moves']!);
const inert = new Set<number>();
for (const point of CHARACTERS) {
	if (point < 0x300) continue;
	const character = String.fromCodePoint(point);
	const [after, before] = [`a\u0345${character}`, `a${character}\u0334`];
	if ((after.normalize('NFD') !== after || before.normalize('NFD') !== before) !== moves.has(point)) inert.add(point);
	const decomposed = character.normalize('NFKD');
	if (decomposed === (classes.nfkd[point] ?? character)) continue;
	inert.add(point);
	// Its first part is no older, so that keeping it apart keeps the pair from being composed. (The second may be an old mark.)
	const parts = [...character.normalize('NFD')];
	if (parts.length > 1) inert.add(parts[0]!.codePointAt(0)!);
}

const SCRIPTS =
	'Common Latin Han Hangul Hiragana Katakana Cyrillic Arabic Devanagari Thai Greek Hebrew Inherited Adlam Ahom Anatolian_Hieroglyphs Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Coptic Cuneiform Cypriot Deseret Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian Glagolitic Gothic Grantha Gujarati Gurmukhi Hanunoo Hatran Imperial_Aramaic Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Kayah_Li Kharoshthi Khmer Khojki Khudawadi Lao Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Malayalam Mandaic Manichaean Marchen Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean New_Tai_Lue Newa Nko Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sora_Sompeng Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Tibetan Tifinagh Tirhuta Ugaritic Vai Warang_Citi Yi';
const scripted = matches(
	new RegExp(
		SCRIPTS.split(' ')
			.map((script) => `\\p{Script=${script}}`)
			.join('|'),
		'u',
	),
);
// A space belongs to no script there by a rule of its own.
const scriptless = new Set([...setOf(classes['scriptless']!)].filter((point) => point !== 0x20 && scripted.has(point)));

console.log(`// Characters that the reference libraries class otherwise than today's Unicode, because their tables are older. Generated, do not edit.
// scripts/reference/make_unicode_differences.py asks each library for each of the 1,112,064 characters. Hexadecimal ranges.

${[
	constant(
		'NONSPACING_MISSING',
		'Nonspacing marks (Mn) that unicode_categories, Unicode 8, does not know: BertNormalizer keeps them.',
		text(minus(mn, nonspacing)),
	),
	constant('NONSPACING_EXTRA', 'Characters that were Mn in Unicode 8 and no longer are.', text(minus(nonspacing, mn))),
	constant(
		'MARKS_MISSING',
		'Marks (M) that unicode_normalization_alignments, Unicode 9, does not know: StripAccents keeps them.',
		text(minus(matches(/\p{M}/u), marks)),
	),
	constant('MARKS_EXTRA', 'Characters that were M in Unicode 9 and no longer are.', text(minus(marks, matches(/\p{M}/u)))),
	constant('PUNCTUATION_MISSING', 'Punctuation (P) that unicode_categories does not know.', text(minus(p, punctuation))),
	constant('PUNCTUATION_EXTRA', 'Characters that were P in Unicode 8 and no longer are.', text(minus(punctuation, p))),
	constant(
		'CONTROLS_MISSING',
		'Format characters (Cf) that unicode_categories does not know: BertNormalizer keeps them.',
		text(minus(other, removed)),
	),
	constant(
		'WORD_MISSING',
		'Word characters that the regex crate, Unicode 16, does not know: Whitespace splits at them.',
		text(minus(w, word)),
	),
].join('\n')}
/**
 * Characters that unicode_normalization_alignments, Unicode 9, takes for inert although today they decompose, compose or are reordered.
 */
export const INERT =${wrap(text(inert))};

/** Scripts of Unicode 10, those that are met most first. */
export const SCRIPTS = (${wrap(SCRIPTS)}
).split(' ');

/** Characters that have a script today and had none in Unicode 10. */
export const SCRIPT_MISSING =${wrap(text(scriptless))};`);
