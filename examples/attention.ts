// Attention of one head in the first block of a real model: what each token takes from those before it.
import { openModel } from 'tongsa';

const model = await openModel('smollm2');
const { ids, points } = await model.trace('I love you so much.', {
	at: [{ point: 'attention.weights', layer: 0, head: 0 }],
});
const { shape, data } = points['blocks.0.attention.weights']!; // [1, T, T]
const T = shape[1]!;
for (const [t, id] of ids.entries()) {
	const row = Array.from(data.subarray(t * T, t * T + t + 1), (weight) => weight.toFixed(2));
	console.log(model.tokenizer!.token(id).text.padEnd(8), row.join(' '));
}
await model.close();
