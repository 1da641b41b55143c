// Text → embedding matrix → text: what the interpreter of a real model does at its entrance and at its exit.
import { openModel } from 'tongsa';

const model = await openModel('smollm2');
const { shape, data, tokens } = await model.embed('I love you so much.');
const [T, D] = shape;
console.log(`${T} tokens, each a row of ${D} numbers`);
for (let t = 0; t < T; t++) {
	const row = data.subarray(t * D, (t + 1) * D);
	const { matches } = await model.nearest(row, { top: 1 });
	console.log(
		JSON.stringify(tokens[t]),
		'→',
		Array.from(row.subarray(0, 3), (x) => x.toFixed(3)),
		'→',
		matches[0]!.text,
	);
}
await model.close();
