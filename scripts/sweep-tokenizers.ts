// Compares the tokenizers that scripts/reference/sweep_tokenizers.py has drawn with their originals: ids, flags, decoded text, streams, counts.
// Run: node --conditions=tongsa-source scripts/sweep-tokenizers.ts FOLDER [PART OF A NAME…]. Prints the first difference of each kind a tokenizer.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TongsaError } from '../src/errors.ts';
import { openFiles } from '../test/tokenizer/reference.ts';

type Ids = readonly number[] | null;

interface Expected {
	readonly texts: readonly string[];
	readonly plain: readonly Ids[];
	readonly flags: readonly Ids[];
	readonly parsed: readonly Ids[];
	/** Special text parsed, with flags. */
	readonly both?: readonly Ids[];
	readonly decoded: readonly (string | null)[];
	readonly skipped: readonly (string | null)[];
	readonly offsets: readonly Ids[];
}

const [folder = '', ...wanted] = process.argv.slice(2);
const withOffsets = process.env['OFFSETS'] !== undefined;
let tokenizers = 0;
let texts = 0;
let wrong = 0;

for (const name of readdirSync(folder).sort()) {
	if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
	const path = join(folder, name);
	const files = Object.fromEntries(
		readdirSync(path)
			.filter((file) => file !== 'expected.json')
			.map((file) => [file, readFileSync(join(path, file))]),
	);
	const expected: Expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
	const first = new Map<string, string>();
	const counts = new Map<string, number>();
	tokenizers++;
	const differ = (what: string, i: number, got: unknown, want: unknown): void => {
		counts.set(what, (counts.get(what) ?? 0) + 1);
		if (!first.has(what))
			first.set(
				what,
				`${JSON.stringify(expected.texts[i]!.slice(0, 60))}: got ${JSON.stringify(got)?.slice(0, 120)}, expected ${JSON.stringify(want)?.slice(0, 120)}`,
			);
	};
	const attempt = <T>(f: () => T): T | string => {
		try {
			return f();
		} catch (error) {
			if (error instanceof TongsaError) return `refused: ${error.message}`;
			throw error;
		}
	};
	try {
		const tokenizer = await openFiles(files);
		for (const [i, text] of expected.texts.entries()) {
			texts++;
			const compare = (what: string, want: Ids | undefined, options: Parameters<typeof tokenizer.encode>[1]): void => {
				if (!want) return;
				const got = attempt(() => [...tokenizer.encode(text, options).ids]);
				if (String(got) !== String(want)) differ(what, i, got, want);
				else if (tokenizer.count(text, options) !== want.length) differ('count', i, tokenizer.count(text, options), want.length);
			};
			compare('plain', expected.plain[i], { special: 'none' });
			compare('flags', expected.flags[i], { special: 'add' });
			compare('parsed', expected.parsed[i], { special: 'parse', flags: false });
			compare('both', expected.both?.[i], { special: 'parse' });
			const offsets = withOffsets && expected.offsets[i];
			if (offsets) {
				const got = [...(tokenizer.encode(text, { special: 'none', offsets: true }).offsets ?? [])];
				if (String(got) !== String(offsets)) differ('offsets', i, got, offsets);
			}
			const ids = expected.flags[i] ?? expected.plain[i];
			if (!ids) continue;
			for (const [what, skipSpecial] of [
				['decoded', false],
				['skipped', true],
			] as const) {
				const want = expected[what][i];
				if (typeof want !== 'string') continue;
				const got = attempt(() => tokenizer.decode(ids, { skipSpecial }));
				if (got !== want) differ(what, i, got, want);
				const decoder = tokenizer.decoder({ skipSpecial });
				const streamed = attempt(() => ids.map((id) => decoder.push(id)).join('') + decoder.end());
				if (streamed !== got) differ('stream', i, streamed, got);
			}
		}
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		first.set('open', `refused: ${error.message}`);
		counts.set('open', 1);
	}
	for (const [what, line] of first) {
		wrong++;
		process.stdout.write(`${name.padEnd(14)} ${what.padEnd(8)} ${String(counts.get(what)).padStart(4)} ${line}\n`);
	}
}
process.stdout.write(`${tokenizers} tokenizers, ${texts} texts, ${wrong} differences\n`);
