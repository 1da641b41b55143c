// A folder with the weights of a tiny checkpoint of 61 tokens, a dictionary of 61 words for them, and a chat template.

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Word i is token i. */
export const WORDS: readonly string[] = Array.from({ length: 61 }, (_, i) =>
	i === 0 ? '<unk>' : `w${String.fromCharCode(97 + (i % 26))}${i}`,
);

/** Each message after the word of its role; tokens 3, 4 and 5 are system, user and assistant. */
const TEMPLATE = `{% for m in messages %}{{ {'system': '${WORDS[3]}', 'user': '${WORDS[4]}', 'assistant': '${WORDS[5]}'}[m.role] }} {{ m.content }} {% endfor %}{% if add_generation_prompt %}${WORDS[5]}{% endif %}`;

/** @returns the folder */
export function wordModel(folder: string, weights: string): string {
	cpSync(weights, folder, { recursive: true });
	const tokenizer = {
		version: '1.0',
		added_tokens: [],
		normalizer: null,
		pre_tokenizer: { type: 'WhitespaceSplit' },
		post_processor: null,
		decoder: null,
		model: { type: 'WordLevel', vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])), unk_token: WORDS[0] },
	};
	writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
	writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ chat_template: TEMPLATE }));
	return folder;
}
