// mapParts: the same tree of weights with every matrix and vector replaced, in a fixed order. Whoever walks over weights walks here.

import type {
	AttentionParts,
	BlockParts,
	ExpertParts,
	FeedForwardParts,
	GlobalParts,
	LinearParts,
	NormParts,
	TransformerParts,
} from './parts.ts';

export interface PartMap<M, V, M2, V2> {
	matrix(matrix: M): M2;
	vector(vector: V): V2;
}

/** What may be absent stays absent. */
const optional = <K extends string, T, U>(key: K, value: T | undefined, map: (value: T) => U) =>
	(value === undefined ? {} : { [key]: map(value) }) as { [key in K]?: U };

function mapLinear<M, V, M2, V2>({ matrix, bias }: LinearParts<M, V>, f: PartMap<M, V, M2, V2>): LinearParts<M2, V2> {
	return { matrix: f.matrix(matrix), ...optional('bias', bias, f.vector) };
}

function mapNorm<M, V, M2, V2>({ gain, bias }: NormParts<V>, f: PartMap<M, V, M2, V2>): NormParts<V2> {
	return { gain: f.vector(gain), ...optional('bias', bias, f.vector) };
}

function mapAttention<M, V, M2, V2>(parts: AttentionParts<M, V>, f: PartMap<M, V, M2, V2>): AttentionParts<M2, V2> {
	return {
		query: mapLinear(parts.query, f),
		key: mapLinear(parts.key, f),
		value: mapLinear(parts.value, f),
		output: mapLinear(parts.output, f),
		...optional('queryNorm', parts.queryNorm, (norm) => mapNorm(norm, f)),
		...optional('keyNorm', parts.keyNorm, (norm) => mapNorm(norm, f)),
		...optional('sinks', parts.sinks, f.vector),
		...optional('distance', parts.distance, f.matrix),
		...optional('contentBias', parts.contentBias, f.vector),
		...optional('distanceBias', parts.distanceBias, f.vector),
	};
}

export function mapExpert<M, V, M2, V2>(parts: ExpertParts<M, V>, f: PartMap<M, V, M2, V2>): ExpertParts<M2, V2> {
	return { gate: mapLinear(parts.gate, f), up: mapLinear(parts.up, f), down: mapLinear(parts.down, f) };
}

/** Of a mixture the router alone: its experts are loaded when a token needs them, and mapped then. */
function mapFeedForward<M, V, M2, V2>(parts: FeedForwardParts<M, V>, f: PartMap<M, V, M2, V2>): FeedForwardParts<M2, V2> {
	return {
		...optional('gate', parts.gate, (part) => mapLinear(part, f)),
		...optional('up', parts.up, (part) => mapLinear(part, f)),
		...optional('down', parts.down, (part) => mapLinear(part, f)),
		...optional('router', parts.router, (part) => mapLinear(part, f)),
	};
}

/** A block without the experts of a mixture. */
export function mapBlock<M, V, M2, V2>(parts: BlockParts<M, V>, f: PartMap<M, V, M2, V2>): BlockParts<M2, V2> {
	const norms = Object.entries(parts.norms).map(([place, norm]) => [place, mapNorm(norm, f)]);
	return {
		norms: Object.fromEntries(norms) as BlockParts<M2, V2>['norms'],
		attention: mapAttention(parts.attention, f),
		...optional('cross', parts.cross, (cross) => mapAttention(cross, f)),
		feedForward: mapFeedForward(parts.feedForward, f),
	};
}

/** What stands outside the blocks, tables of rows excepted. */
export function mapGlobals<M, V, M2, V2>(parts: GlobalParts<M, V>, f: PartMap<M, V, M2, V2>): GlobalParts<M2, V2> {
	const { rope } = parts;
	return {
		...optional('embeddingNorm', parts.embeddingNorm, (norm) => mapNorm(norm, f)),
		...optional('embeddingProjection', parts.embeddingProjection, f.matrix),
		...optional('finalNorm', parts.finalNorm, (norm) => mapNorm(norm, f)),
		...optional('finalProjection', parts.finalProjection, f.matrix),
		...optional('head', parts.head, (head) => mapLinear(head, f)),
		...optional('headNorm', parts.headNorm, (norm) => mapNorm(norm, f)),
		rope: {
			...optional('factors', rope.factors, f.vector),
			...optional('short', rope.short, f.vector),
			...optional('long', rope.long, f.vector),
		},
		...optional('buckets', parts.buckets, f.vector),
	};
}

/** Every matrix of a model, tables, experts and an encoder's included; a tied table comes twice. `experts`: of block i. */
export function matricesOf<M, V>(parts: TransformerParts<M, V>, experts: (block: number) => number): M[] {
	const found: M[] = [];
	const f: PartMap<M, V, M, V> = {
		matrix(matrix) {
			found.push(matrix);
			return matrix;
		},
		vector: (vector) => vector,
	};
	found.push(parts.table, ...[parts.positions, parts.types].filter((table) => table !== undefined));
	mapGlobals(parts, f);
	for (const [i, block] of parts.blocks.entries()) {
		mapBlock(block, f);
		for (let e = 0; e < experts(i); e++) mapExpert(block.feedForward.expert!(e) as ExpertParts<M, V>, f);
	}
	if (parts.output) mapLinear(parts.output, f);
	return found;
}
