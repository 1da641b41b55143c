// Unembedding: final states → logits, by the table read the other way round, with head, bias, scale and cap where the family has them.

import type { Run } from './ops.ts';

/** Final states (n, W) → logits (n, V). */
export async function unembed<V, M, W>({ config, ops, weights: { globals } }: Run<V, M, W>, states: V): Promise<V> {
	const { head, scale, cap } = config.logits!;
	let x = states;
	// A masked-language head: a layer of its own before the table.
	if (head) x = ops.norm(ops.activate(head.activation, ops.linear(x, globals.head!)), head.norm, globals.headNorm!);
	const logits = await ops.unembed(x);
	return ops.tap(undefined, 'logits', scale !== 1 || cap !== undefined ? ops.scaleAndCap(logits, scale, cap) : logits);
}
