// The same run twice: as it is, and with one head of block 0 silenced. How far does the last token's state move?
import { cosine, openModel } from 'tongsa';

const model = await openModel('smollm2');
const text = 'I love you so much.';
const at = [{ point: 'output', layer: 0, token: -1 }] as const;
const silence = { at: 'blocks.0.attention.context', with: silenced(3) };
const { before, points } = await model.trace(text, { at, replace: [silence], both: true });
const [a, b] = [before!, points].map((run) => run['blocks.0.output']!.data) as [Float32Array, Float32Array];
console.log(`cosine of the last token's two states: ${cosine(a, b).toFixed(4)}`);
await model.close();

/** context is H × T × Dh: head by head. */
function silenced(head: number) {
	return (data: Float32Array, [, T, Dh]: readonly number[]) => data.slice().fill(0, head * T! * Dh!, (head + 1) * T! * Dh!);
}
