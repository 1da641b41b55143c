// Measures the checkpoints that scripts/reference/sweep_families.py has drawn: every point, the reference's greedy text token by token,
// tokens in parts against tokens at once, and the fast path. Run: node --conditions=tongsa-source scripts/sweep.ts FOLDER [PART OF A NAME…]
// Prints a line for each difference and a line for each family; --json FILE keeps the latter for the ledger.

import { writeFileSync } from 'node:fs';
import { TongsaError } from '../src/errors.ts';
import { KernelModel, kernelObstacle } from '../src/transformer/kernels/model.ts';
import { ReferenceEngine } from '../src/transformer/reference/engine.ts';
import { top } from '../src/unembedding/probability.ts';
import { familyFiles, measureFamily, type Opened, openFamily } from '../test/transformer/measure.ts';
import { worstError } from '../test/transformer/open.ts';
import { TOLERANCES } from '../test/transformer/tolerances.ts';

/** Keys and values as halves, activations in 8 bits: the fast path's own error on float weights. */
const FAST_TOLERANCE = { floats: 2e-2, quantised: 0.15 };

export interface SweepLine {
	readonly family: string;
	readonly file: string;
	readonly checkpoints: number;
	readonly refused: number;
	/** Of files whose weights decode to what they were made of; and of Q8_0 files. */
	readonly worst: number;
	readonly worstQuantised?: number;
	readonly reference: string;
}

const arguments_ = process.argv.slice(2);
const jsonAt = arguments_.indexOf('--json');
const [, json] = jsonAt < 0 ? [] : arguments_.splice(jsonAt, 2);
const [folder = '', ...wanted] = arguments_;
const lines = new Map<string, SweepLine>();
let differences = 0;

for (const file of familyFiles(folder)) {
	if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue;
	const said: string[] = [];
	const family = file.replace(/(-gguf)?-\d+(\.gguf)?$/, '');
	const kind = file.endsWith('.gguf') ? 'GGUF' : 'safetensors';
	const key = `${family} ${kind}`;
	const before = lines.get(key) ?? { family, file: kind, checkpoints: 0, refused: 0, worst: 0, reference: '' };
	try {
		const { points, reference, types } = await measureFamily(file, folder);
		const noise = Number((await openFamily(file, folder)).expected.notes['noise'] ?? 0);
		const worst = Math.max(...points.values());
		const quantised = types.includes('Q8_0');
		lines.set(key, {
			...before,
			checkpoints: before.checkpoints + 1,
			...(quantised ? { worstQuantised: Math.max(before.worstQuantised ?? 0, worst) } : { worst: Math.max(before.worst, worst) }),
			reference: reference.split(' ').slice(0, 2).join(' '),
		});
		const allowed = quantised ? TOLERANCES.quantised : Math.max(TOLERANCES.exact, 4 * noise);
		const wrong = [...points].filter(([, error]) => !(error <= allowed));
		if (wrong.length > 0)
			said.push(
				wrong
					.slice(0, 4)
					.map(([name, error]) => `${name} ${error.toExponential(1)}`)
					.join(', '),
			);
		const opened = await openFamily(file, folder);
		for (const check of [greedy, apart, fast]) {
			const difference = await check(opened, quantised);
			if (difference) said.push(difference);
		}
	} catch (error) {
		if (!(error instanceof TongsaError)) throw error;
		lines.set(key, { ...before, refused: before.refused + 1 });
		said.push(`refused: ${error.message}`);
	}
	if (said.length > 0) process.stdout.write(`${file.padEnd(24)} ${said.join(' | ')}\n`);
	differences += said.length;
}
for (const { family, file, checkpoints, refused, worst, reference } of lines.values()) {
	process.stdout.write(
		`${family.padEnd(18)} ${file.padEnd(12)} ${String(checkpoints).padStart(3)} ${String(refused).padStart(3)} ${worst.toExponential(1)} ${reference}\n`,
	);
}
process.stdout.write(`${differences} differences\n`);
if (json) writeFileSync(json, `${JSON.stringify([...lines.values()], null, '\t')}\n`);

/** The reference's greedy text, from a prompt at once and then a token at a time. */
async function greedy({ model, expected, input }: Opened): Promise<string | undefined> {
	if (!expected.tensors.has('greedy') || !model.config.logits || model.encoder) return undefined;
	const state = await new ReferenceEngine(model).sequence();
	let logits = await state.decode(input.ids);
	for (const [step, id] of expected.ids('greedy').entries()) {
		const [best] = top(logits, 1) as [number];
		if (best !== id && Math.abs(logits[best]! - logits[id]!) > TOLERANCES.exact * Math.abs(logits[best]!)) {
			return `greedy token ${step}: ${best}, expected ${id} (${logits[best]}, ${logits[id]})`;
		}
		logits = await state.decode([id]);
	}
	return undefined;
}

/** Tokens in parts give what they give together, unless the rotation depends on how long the text is. */
async function apart({ model, input }: Opened): Promise<string | undefined> {
	const { blocks } = model.config;
	const byLength = ['dynamic', 'longrope', 'longrope-tensors'];
	if (!blocks.every(({ attention }) => attention.causal && !byLength.includes(attention.rope?.scaling.kind ?? 'none'))) return undefined;
	const engine = new ReferenceEngine(model);
	const start = () => engine.state(input.source);
	const together = await engine.forward({ ids: input.ids }, await start());
	const state = await start();
	const parts: number[] = [];
	for (let at = 0; at < input.ids.length; at += 3) parts.push(...(await engine.forward({ ids: input.ids.slice(at, at + 3) }, state)));
	const error = worstError(parts, together);
	return error <= TOLERANCES.exact ? undefined : `in parts ${error.toExponential(1)}`;
}

/** The fast path's states, where the kernels can run the model. */
async function fast({ model, input }: Opened, quantised: boolean): Promise<string | undefined> {
	if (model.encoder || kernelObstacle(model, input.ids.length)) return undefined;
	const together = await new ReferenceEngine(model).run({ ids: input.ids });
	const quick = await KernelModel.open(model, { capacity: input.ids.length, memoryBudget: 2 ** 28 });
	try {
		const states = await quick.forward(input.ids, 0, 'states');
		const error = states.some(Number.isNaN) ? Number.NaN : worstError(states, together);
		return error <= (quantised ? FAST_TOLERANCE.quantised : FAST_TOLERANCE.floats) ? undefined : `fast ${error.toExponential(1)}`;
	} finally {
		quick.close();
	}
}
