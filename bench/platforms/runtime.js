// What each runtime is asked, whatever it is called: opens a model's bytes or its path, and says what it saw as one line of JSON.

import { openModel } from 'tongsa';

/** @param {Parameters<typeof openModel>[0]} words @param {Parameters<typeof openModel>[0]} small */
export async function see(words, small) {
	const model = await openModel(words);
	const { shape } = await model.embed('I love you so much.');
	const { matches } = await model.nearest(' love', { top: 1 });
	const prompt = await model.template([{ role: 'user', content: 'Hi' }]);
	await model.close();
	const llama = await openModel(small);
	const ids = [];
	for await (const { id } of llama.generate([5, 9, 2, 31, 7], { maxTokens: 12, stopIds: [] })) ids.push(id);
	await llama.close();
	return { shape, nearest: matches[0]?.text, prompt: prompt.text.includes('<|im_start|>user\nHi'), ids };
}
