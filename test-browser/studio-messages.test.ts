// The studio's catalogues: four languages with the same entries, each in its own script, with the same glossary words marked.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CATALOGUE } from '../src/architectures/catalogue.ts';
import { en, type Messages } from '../surfaces/studio/src/messages/en/index.ts';
import { ja } from '../surfaces/studio/src/messages/ja/index.ts';
import { ko } from '../surfaces/studio/src/messages/ko/index.ts';
import { zh } from '../surfaces/studio/src/messages/zh/index.ts';
import { quoted } from '../surfaces/studio/src/ui/token-text.ts';

const languages: Readonly<Record<string, { messages: Messages; script: RegExp }>> = {
	en: { messages: en, script: /\p{Script=Latin}/u },
	ko: { messages: ko, script: /\p{Script=Hangul}/u },
	ja: { messages: ja, script: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u },
	zh: { messages: zh, script: /\p{Script=Han}/u },
};

/** Words that stand unchanged in every language: names, file types, technical terms, signs. */
const UNCHANGED = /^(title|asCsv|asJson|asPng|asSvg|glossary\.\w+\.technical|glossary\.softmax\.term|lesson\.models\.cards\.\w+\.name)$/;

/** Stand-ins that every function of a catalogue can be called with. */
const SAMPLE = ['⟨1⟩', '⟨2⟩', '⟨3⟩', '⟨4⟩'];

/** Every entry as path → text; functions are called, so that a placeholder that is left out shows. */
function entries(value: unknown, path = ''): [string, string][] {
	if (typeof value === 'string') return [[path, value]];
	if (typeof value === 'function') return [[path, String(value(...SAMPLE))]];
	return Object.entries(value as object).flatMap(([key, inner]) => entries(inner, path ? `${path}.${key}` : key));
}

const terms = (text: string) => [...text.matchAll(/\]\((\w+)\)/g)].map((match) => match[1]).sort();
/** Names of functions' arguments that a text shows. */
const shown = (text: string) => SAMPLE.filter((word) => text.includes(word));

describe('catalogues of the studio', () => {
	const english = new Map(entries(en));
	for (const [language, { messages, script }] of Object.entries(languages)) {
		const own = new Map(entries(messages));
		test(`${language} has every entry and no other`, () => {
			assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort());
		});
		test(`${language} is written in its own script, with no empty entry`, () => {
			for (const [path, text] of own) {
				assert.notEqual(text.trim(), '', path);
				if (UNCHANGED.test(path)) continue;
				const wordless = SAMPLE.reduce((rest, word) => rest.replaceAll(word, ''), text).replace(/[^\p{L}]/gu, '') === '';
				if (!wordless) assert.match(text, script, path);
				if (language !== 'en' && !wordless) assert.notEqual(text, english.get(path), `${path} is still English`);
			}
		});
		test(`${language} marks the same glossary words, all of them known, and shows the same values`, () => {
			for (const [path, text] of own) {
				assert.deepEqual(terms(text), terms(english.get(path)!), path);
				assert.deepEqual(shown(text), shown(english.get(path)!), path);
				for (const term of terms(text)) assert.ok(term! in messages.glossary, `${path}: ${term}`);
				assert.equal((text.match(/\*/g) ?? []).length % 2, 0, `${path}: unpaired *`);
			}
		});
		test(`${language} states the published numbers of closed models as the library's own catalogue has them`, () => {
			const cards = { palm: 'PaLM 540B', mtnlg: 'MT-NLG 530B', gopher: 'Gopher 280B' } as const;
			for (const [card, name] of Object.entries(cards)) {
				const size = CATALOGUE.flatMap((system) => system.sizes).find((one) => one.name === name);
				assert.ok(size, name);
				const { known } = messages.lesson.models.cards[card as keyof typeof cards];
				for (const number of [size.layers, size.width]) assert.ok(known.includes(number!.toLocaleString('en')), `${name}: ${number}`);
			}
		});
	}
});

test('a token is named in the quotation marks of the language', () => {
	const marks = Object.entries(languages).map(([language, { messages }]) => [language, quoted({ text: ' a', kind: 'normal' }, messages)]);
	assert.deepEqual(Object.fromEntries(marks), { en: '“␣a”', ko: '“␣a”', ja: '「␣a」', zh: '“␣a”' });
	// A flag stands in its own, everywhere.
	assert.equal(quoted({ text: 'start', kind: 'control' }, ja), '«start»');
});

test('Korean particles follow the sound of the last digit', async () => {
	const { be } = await import('../surfaces/studio/src/messages/ko/particles.ts');
	assert.deepEqual(['0.5', '0.3', '0.2', '−0.41', '12.5%'].map(be), ['예요', '이에요', '예요', '이에요', '예요']);
});
