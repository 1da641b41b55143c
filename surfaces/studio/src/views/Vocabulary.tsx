// The vocabulary of a model: search by text, script, kind and id, a page at a time.

import { ask } from '../engine/client.ts';
import type { ModelCard } from '../engine/protocol.ts';
import { useAnswer } from '../engine/use.ts';
import { useSpeech } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Choose, Push, TextInput } from '../ui/fields.tsx';
import { Problem } from '../ui/problem.tsx';
import { Saves } from '../ui/saves.tsx';
import { TokenFace } from '../ui/token.tsx';
import { tokenText } from '../ui/token-text.ts';

const PAGE = 60;
/** Unicode's name of a script → its code in ISO 15924, by which browsers know what people call it. */
const SCRIPTS: Readonly<Record<string, string>> = {
	...{ Latin: 'Latn', Hangul: 'Hang', Han: 'Hani', Hiragana: 'Hira', Katakana: 'Kana', Cyrillic: 'Cyrl' },
	...{ Greek: 'Grek', Arabic: 'Arab', Hebrew: 'Hebr', Devanagari: 'Deva', Thai: 'Thai' },
};
const KINDS = ['normal', 'control', 'user', 'byte', 'unknown', 'unused'] as const;

export function Vocabulary({ card }: { readonly card: ModelCard }) {
	const { messages: t, language } = useSpeech();
	const words = t.views.tokens;
	const [text, setText] = useOption('find', '');
	const [script, setScript] = useOption('script', 'all');
	const [kind, setKind] = useOption('kind', 'all');
	const [from, setFrom] = useOption('from', 0);
	const chosenKind = KINDS.find((one) => one === kind);
	const query = {
		from,
		limit: PAGE,
		...(text && { text, ignoreCase: true }),
		...(script in SCRIPTS && { script }),
		...(chosenKind && { kind: chosenKind }),
	};
	const { value, refusal } = useAnswer(JSON.stringify([card.name, query]), (signal) => ask('vocabulary', [card.name, query], { signal }));
	const all = { id: 'all', name: words.all };
	const scripts = new Intl.DisplayNames(language, { type: 'script' });
	const begin =
		<T,>(set: (value: T) => void) =>
		(value: T) => {
			set(value);
			setFrom(0);
		};
	return (
		<section className="vocabulary">
			<h3>{words.vocabulary}</h3>
			<div className="fields">
				<TextInput label={words.find} value={text} onChange={begin(setText)} />
				<Choose
					label={words.script}
					choices={[all, ...Object.entries(SCRIPTS).map(([id, code]) => ({ id, name: scripts.of(code) ?? id }))]}
					value={script}
					onChange={begin(setScript)}
				/>
				<Choose label={t.kind} choices={[all, ...KINDS.map((id) => ({ id, name: t.kinds[id] }))]} value={kind} onChange={begin(setKind)} />
				<TextInput
					label={words.fromId}
					value={String(from)}
					onChange={(typed) => /^\d{0,7}$/.test(typed) && setFrom(Number(typed))}
					numeric
				/>
			</div>
			{refusal && <Problem refusal={refusal} />}
			{value && value.length === 0 && <p>{words.nothing}</p>}
			{value && (
				<ol className="strip">
					{value.map((token) => (
						<li key={token.id} className={`token hue4 ${token.kind}`}>
							<span className="still">
								<TokenFace token={token} />
								<span className="id">{token.id}</span>
							</span>
						</li>
					))}
				</ol>
			)}
			{value && value.length > 0 && (
				<Saves
					name="vocabulary"
					origin={{ models: [card], part: 'vocabulary', query }}
					table={async () => ({
						header: ['id', 'token', 'kind'],
						rows: (await ask('vocabulary', [card.name, { ...query, limit: card.tokenizer?.size ?? PAGE }])).map((token) => [
							token.id,
							tokenText(token),
							token.kind,
						]),
					})}
				/>
			)}
			{value && value.length === PAGE && <Push onPress={() => setFrom(value.at(-1)!.id + 1)}>{t.more}</Push>}
		</section>
	);
}
