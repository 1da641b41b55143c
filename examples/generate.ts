// An answer, token by token. Needs the whole model: tongsa pull smollm2, or a path as the first word.
import { openModel } from 'tongsa';

const model = await openModel(process.argv[2] ?? 'smollm2');
const answer = model.generate([{ role: 'user', content: 'What is an embedding? One sentence.' }], {
	maxTokens: 40,
	sampler: [
		{ type: 'topP', p: 0.9 },
		{ type: 'temperature', value: 0.7 },
	],
	seed: 1,
});
for await (const { text } of answer) process.stdout.write(text);
console.log();
await model.close();
