// bind: a config and a family's names → the view of every weight. Missing and misshapen tensors are refused here, before anything is read.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { AttentionConfig, BlockConfig, NormPlaces, TransformerConfig } from '../spec/config.ts';
import type { Dialect } from '../spec/family.ts';
import { leavesStatesAlone } from './aside.ts';
import { bindFeedForward } from './bind-feed-forward.ts';
import { checked, type Finder, finder, linear, norm, whole } from './finder.ts';
import { isPackingPart } from './packing.ts';
import type { AttentionParts, BlockParts, LinearParts, NormParts, TransformerParts } from './parts.ts';
import type { MatrixView, RowRange, VectorView } from './views.ts';

type Views = TransformerParts<MatrixView, VectorView>;

export function bind(checkpoint: Checkpoint, config: TransformerConfig, dialect: Dialect): Views {
	const used = new Set<string>();
	const views = bindStack(finder(checkpoint, dialect, dialect.names, used), config);
	const encoder = config.encoder && bindStack(finder(checkpoint, dialect, dialect.encoderNames ?? dialect.names, used), config.encoder);
	refuseUnread(checkpoint, used);
	return encoder ? { ...views, encoder } : views;
}

/** A weight that nothing reads would have changed the result: it is refused, not left out. */
function refuseUnread(checkpoint: Checkpoint, used: ReadonlySet<string>): void {
	for (const [name, { shape }] of checkpoint.tensors) {
		if (used.has(name) || leavesStatesAlone(name)) continue;
		const what = isPackingPart(name) ? 'weights packed or scaled in a way that is not read' : 'a weight that this family does not have';
		throw new TongsaError('unsupported', what, {
			file: checkpoint.name,
			tensor: name,
			got: shape.join(' × '),
		});
	}
}

function bindStack(f: Finder, config: TransformerConfig): Views {
	const { width: D, vocabulary: V, embedding, logits } = config;
	const E = embedding.width;
	const positions = embedding.positions;
	const head = logits?.head;
	const scalings = config.blocks.map((block) => block.attention.rope?.scaling.kind);
	const pairs = (config.blocks[0]?.attention.rope?.dimensions ?? 0) / 2;
	const buckets = config.blocks[0]?.attention.buckets;
	// A tied table may be stored as either of the two.
	// A class without an output table leaves a stored one alone.
	if (!logits)
		for (const role of ['output', 'outputBias', 'head', 'headNorm'] as const)
			for (const end of ['weight', 'bias'] as const) f.find(role, end);
	const table = logits?.tied && !f.find('table', 'weight') ? 'output' : 'table';
	return {
		table: whole(f.need(table, 'weight', [V, E]), V, E),
		...(positions?.kind === 'learned' && { positions: whole(f.need('positions', 'weight', [positions.rows, D]), positions.rows, D) }),
		...(embedding.types > 0 && { types: whole(f.need('types', 'weight', [embedding.types, D]), embedding.types, D) }),
		...(embedding.norm && { embeddingNorm: norm(f, 'embeddingNorm', embedding.norm, D) }),
		...(E !== D && {
			embeddingProjection: whole(f.need('embeddingProjection', 'weight', [D, E]), D, E),
			finalProjection: whole(f.need('finalProjection', 'weight', [E, D]), E, D),
		}),
		...(config.finalNorm && { finalNorm: norm(f, 'finalNorm', config.finalNorm, D) }),
		...(head && {
			head: { matrix: whole(f.need('head', 'weight', [D, D]), D, D), ...(head.bias && { bias: { tensor: f.need('head', 'bias', [D]) } }) },
			headNorm: norm(f, 'headNorm', head.norm, D),
		}),
		...(logits && {
			output: {
				matrix: whole(f.need(logits.tied ? table : 'output', 'weight', [V, E]), V, E),
				...(logits.bias && { bias: { tensor: f.need('outputBias', 'bias', [V]) } }),
			},
		}),
		rope: {
			...(scalings.includes('factors-tensor') && { factors: { tensor: f.need('ropeFactors', 'weight', [pairs]) } }),
			...(scalings.includes('longrope-tensors') && {
				short: { tensor: f.need('ropeShort', 'weight', [pairs]) },
				long: { tensor: f.need('ropeLong', 'weight', [pairs]) },
			}),
		},
		...(buckets && { buckets: { tensor: f.need('buckets', 'weight', [buckets.rows, config.blocks[0]!.attention.heads]) } }),
		blocks: config.blocks.map((block, i) => bindBlock(f, block, i, D)),
	};
}

function bindBlock(f: Finder, config: BlockConfig, i: number, D: number): BlockParts<MatrixView, VectorView> {
	const norms = Object.fromEntries(
		(Object.keys(config.norms) as (keyof NormPlaces)[])
			.filter((place) => config.norms[place])
			.map((place) => [place, norm(f, `norm.${place}`, config.norms[place]!, D, i)]),
	) as BlockParts<MatrixView, VectorView>['norms'];
	return {
		norms,
		attention: bindAttention(f, 'attention', config.attention, i, D),
		...(config.cross && { cross: bindAttention(f, 'cross', config.cross, i, D) }),
		feedForward: bindFeedForward(f, config.feedForward, i, D),
	};
}

function bindAttention(
	f: Finder,
	kind: 'attention' | 'cross',
	config: AttentionConfig,
	i: number,
	D: number,
): AttentionParts<MatrixView, VectorView> {
	const { heads: H, keyHeads: K, headWidth: Dh, bias, queryKeyNorm } = config;
	const parts = { query: H * Dh, key: K * Dh, value: K * Dh } as const;
	const stored = f.find(`${kind}.qkv`, 'weight', i);
	const R = (H + 2 * K) * Dh;
	const fused = stored && checked(stored, f.layout.transposed ? [D, R] : [R, D]);
	// After the shape: a group for each of a hostile number of heads would fill the memory.
	const take = fused && fusedRows(H, K, Dh, f.layout.qkv ?? 'plain');
	const projection = (part: 'query' | 'key' | 'value'): LinearParts<MatrixView, VectorView> => {
		const M = parts[part];
		if (!fused || !take) return linear(f, `${kind}.${part}`, M, D, bias[part], i);
		return {
			matrix: {
				tensor: fused,
				rows: M,
				columns: D,
				transposed: f.layout.transposed,
				take: take[part],
			},
			...(bias[part] && { bias: { tensor: f.need(`${kind}.qkv`, 'bias', [R], i), take: take[part] } }),
		};
	};
	const gains = { head: [Dh, Dh], heads: [H * Dh, K * Dh], width: [H * Dh, K * Dh] }[queryKeyNorm?.scope ?? 'head'];
	const gain = (role: 'queryNorm' | 'keyNorm', n: number): NormParts<VectorView> => {
		const shape = queryKeyNorm?.scope === 'heads' ? [n / Dh, Dh] : [n];
		return { gain: { tensor: f.need(`${kind}.${role}`, 'weight', shape, i) } };
	};
	return {
		query: projection('query'),
		key: projection('key'),
		value: projection('value'),
		output: linear(f, `${kind}.output`, D, H * Dh, bias.output, i),
		...(queryKeyNorm && { queryNorm: gain('queryNorm', gains[0]!), keyNorm: gain('keyNorm', gains[1]!) }),
		...(config.sinks && { sinks: { tensor: f.need(`${kind}.sinks`, 'weight', [H], i) } }),
		...(config.relative && {
			distance: linear(f, `${kind}.distance`, H * Dh, D, false, i).matrix,
			contentBias: { tensor: f.need(`${kind}.contentBias`, 'weight', [H, Dh], i) },
			distanceBias: { tensor: f.need(`${kind}.distanceBias`, 'weight', [H, Dh], i) },
		}),
	};
}

/** Which rows of the fused matrix are queries, keys and values. */
function fusedRows(H: number, K: number, Dh: number, layout: 'plain' | 'grouped'): Record<'query' | 'key' | 'value', readonly RowRange[]> {
	if (layout === 'plain') {
		return {
			query: [{ first: 0, count: H * Dh, step: 1 }],
			key: [{ first: H * Dh, count: K * Dh, step: 1 }],
			value: [{ first: (H + K) * Dh, count: K * Dh, step: 1 }],
		};
	}
	const G = H / K;
	const groups = Array.from({ length: K }, (_, g) => g * (G + 2) * Dh);
	return {
		query: groups.map((first) => ({ first, count: G * Dh, step: 1 })),
		key: groups.map((first) => ({ first: first + G * Dh, count: Dh, step: 1 })),
		value: groups.map((first) => ({ first: first + (G + 1) * Dh, count: Dh, step: 1 })),
	};
}
