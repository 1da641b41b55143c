// bind: a config and a family's names → the view of every weight. Missing and misshapen tensors are refused here, before anything is read.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import type {
	AttentionConfig,
	BlockConfig,
	ExpertsConfig,
	FeedForwardConfig,
	NormConfig,
	NormPlaces,
	TransformerConfig,
} from './config.ts';
import type { BlockRole, Dialect, GlobalRole, Layout, Name, Names } from './family.ts';
import type {
	AttentionParts,
	BlockParts,
	ExpertParts,
	FeedForwardParts,
	LinearParts,
	NormParts,
	TransformerParts,
	VectorView,
} from './parts.ts';
import type { MatrixView, RowRange } from './views.ts';

type Role = GlobalRole | BlockRole;
type Views = TransformerParts<MatrixView, VectorView>;

/** Finds a stored tensor by its role. */
interface Finder {
	readonly layout: Layout;
	find(role: Role, suffix: 'weight' | 'bias', block?: number, expert?: number): TensorInfo | undefined;
	/** As find, or an error that names the tensor. @throws TongsaError 'not-found'. */
	need(role: Role, suffix: 'weight' | 'bias', shape: readonly number[], block?: number, expert?: number): TensorInfo;
}

export function bind(checkpoint: Checkpoint, config: TransformerConfig, dialect: Dialect): Views {
	const views = bindStack(finder(checkpoint, dialect, dialect.names), config);
	if (!config.encoder) return views;
	return { ...views, encoder: bindStack(finder(checkpoint, dialect, dialect.encoderNames ?? dialect.names), config.encoder) };
}

function finder(checkpoint: Checkpoint, dialect: Dialect, names: Names): Finder {
	const prefixes = [...(dialect.prefixes ?? []), ''];
	const candidates = (role: Role, suffix: 'weight' | 'bias', block = 0, expert = 0): string[] => {
		const entries = names[role];
		const list: readonly Name[] = entries === undefined ? [] : Array.isArray(entries) ? entries : [entries as Name];
		return list
			.map((name) => (typeof name === 'string' ? `${name}.${suffix}` : name[suffix]))
			.filter((name) => name !== undefined)
			.map((name) => name.replace('{i}', String(block)).replace('{e}', String(expert)))
			.flatMap((name) => prefixes.map((prefix) => prefix + name));
	};
	const find: Finder['find'] = (role, suffix, block, expert) => {
		for (const name of candidates(role, suffix, block, expert)) {
			const tensor = checkpoint.tensors.get(name);
			if (tensor) return tensor;
		}
		return undefined;
	};
	return {
		layout: dialect.layout ?? {},
		find,
		need(role, suffix, shape, block, expert) {
			const tensor = find(role, suffix, block, expert);
			if (tensor) return checked(tensor, shape);
			throw new TongsaError('not-found', 'a weight is missing', {
				file: checkpoint.name,
				tensor: candidates(role, suffix, block, expert)[0] ?? `${role}.${suffix}`,
				allowed: `shape ${shape.join(' × ')}`,
			});
		},
	};
}

/** Shapes are compared without dimensions of 1: GGUF drops them, and (1, V) is as good as (V). */
function checked(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
	const plain = (dimensions: readonly number[]): string => dimensions.filter((n) => n !== 1).join(' × ') || '1';
	if (plain(tensor.shape) === plain(shape)) return tensor;
	throw new TongsaError('wrong-shape', 'a weight does not fit the settings', {
		file: tensor.source.name,
		tensor: tensor.name,
		got: tensor.shape.join(' × '),
		allowed: shape.join(' × '),
	});
}

function bindStack(f: Finder, config: TransformerConfig): Views {
	const { width: D, vocabulary: V, embedding, logits } = config;
	const E = embedding.width;
	const positions = embedding.positions;
	const head = logits?.head;
	const scalings = config.blocks.map((block) => block.attention.rope?.scaling.kind);
	const pairs = (config.blocks[0]?.attention.rope?.dimensions ?? 0) / 2;
	const buckets = config.blocks[0]?.attention.buckets;
	return {
		table: whole(f.need('table', 'weight', [V, E]), V, E),
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
				matrix: logits.tied ? whole(f.need('table', 'weight', [V, E]), V, E) : whole(f.need('output', 'weight', [V, E]), V, E),
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
	const fused = f.find(`${kind}.qkv`, 'weight', i);
	const take = fusedRows(H, K, Dh, f.layout.qkv ?? 'plain');
	const R = (H + 2 * K) * Dh;
	const projection = (part: 'query' | 'key' | 'value'): LinearParts<MatrixView, VectorView> => {
		const M = parts[part];
		if (!fused) return linear(f, `${kind}.${part}`, M, D, bias[part], i);
		return {
			matrix: {
				tensor: checked(fused, f.layout.transposed ? [D, R] : [R, D]),
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

function bindFeedForward(f: Finder, config: FeedForwardConfig, i: number, D: number): FeedForwardParts<MatrixView, VectorView> {
	const { width: F, gated, bias, experts } = config;
	if (experts) {
		return {
			router: linear({ ...f, layout: {} }, 'feedForward.router', experts.count, D, experts.routerBias, i),
			expert: bindExperts(f, config, experts, i, D),
		};
	}
	const down = linear(f, 'feedForward.down', D, F, bias.down, i);
	const fused = gated ? f.find('feedForward.gateUp', 'weight', i) : undefined;
	if (fused) {
		const tensor = checked(fused, [2 * F, D]);
		const half = (first: number): LinearParts<MatrixView, VectorView> => {
			const take = [gateUpRows(f.layout, first, F)];
			return {
				matrix: { tensor, rows: F, columns: D, take },
				...(bias.up && { bias: { tensor: f.need('feedForward.gateUp', 'bias', [2 * F], i), take } }),
			};
		};
		return { gate: half(0), up: half(1), down };
	}
	return {
		...(gated && { gate: linear(f, 'feedForward.gate', F, D, bias.up, i) }),
		up: linear(f, 'feedForward.up', F, D, bias.up, i),
		down,
	};
}

/** Rows of gate (0) or up (1) in a fused matrix of 2F rows. */
function gateUpRows(layout: Layout, part: 0 | 1 | number, F: number): RowRange {
	return layout.gateUp === 'interleaved' ? { first: part, count: F, step: 2 } : { first: part * F, count: F, step: 1 };
}

/** Views of one expert. All shapes are checked now; nothing is read. */
function bindExperts(
	f: Finder,
	config: FeedForwardConfig,
	experts: ExpertsConfig,
	i: number,
	D: number,
): (e: number) => ExpertParts<MatrixView, VectorView> {
	const { width: F, bias } = config;
	const E = experts.count;
	const matrix = (role: 'gate' | 'up' | 'down', M: number, N: number): ((e: number) => MatrixView) => {
		const roleName = `experts.${role}` as const;
		if (f.layout.experts === 'separate') {
			const tensors = Array.from({ length: E }, (_, e) => f.need(roleName, 'weight', [M, N], i, e));
			return (e) => whole(tensors[e]!, M, N);
		}
		if (role !== 'down' && f.find('experts.gateUp', 'weight', i)) return fusedExperts(f, i, E, role === 'gate' ? 0 : 1, F, D);
		const scales = role === 'down' ? f.find('experts.downScales', 'weight', i) : undefined;
		if (scales) return packedExperts(f.need(roleName, 'weight', [E, M, N / 32, 16], i), checked(scales, [E, M, N / 32]), M, N);
		const transposed = f.layout.experts === 'stacked-transposed';
		const tensor = f.need(roleName, 'weight', transposed ? [E, N, M] : [E, M, N], i);
		const count = transposed ? N : M;
		return (e) => ({ tensor, rows: M, columns: N, transposed, slice: { first: e * count, count } });
	};
	const vector = (role: 'gate' | 'up' | 'down', n: number, has: boolean): ((e: number) => VectorView | undefined) => {
		if (!has) return () => undefined;
		const fused = role === 'down' ? undefined : f.find('experts.gateUp', 'bias', i);
		if (fused) {
			const { first, count, step } = gateUpRows(f.layout, role === 'gate' ? 0 : 1, F);
			const tensor = checked(fused, [E, 2 * F]);
			return (e) => ({ tensor, take: [{ first: e * 2 * F + first, count, step }] });
		}
		const tensor = f.need(`experts.${role}`, 'bias', [E, n], i);
		return (e) => ({ tensor, take: [{ first: e * n, count: n, step: 1 }] });
	};
	const part = (role: 'gate' | 'up' | 'down', M: number, N: number, has: boolean) => {
		const at = matrix(role, M, N);
		const biasAt = vector(role, M, has);
		return (e: number): LinearParts<MatrixView, VectorView> => ({ matrix: at(e), ...withBias(biasAt(e)) });
	};
	const gate = part('gate', F, D, bias.up);
	const up = part('up', F, D, bias.up);
	const down = part('down', D, F, bias.down);
	return (e) => ({ gate: gate(e), up: up(e), down: down(e) });
}

function withBias(bias: VectorView | undefined): { bias?: VectorView } {
	return bias ? { bias } : {};
}

/** Gate (0) or up (1) rows of every expert in one tensor of both, plain or packed with its scales beside it. */
function fusedExperts(f: Finder, i: number, E: number, half: 0 | 1, F: number, D: number): (e: number) => MatrixView {
	const take = [gateUpRows(f.layout, half, F)];
	const scales = f.find('experts.gateUpScales', 'weight', i);
	if (scales) {
		const at = packedExperts(f.need('experts.gateUp', 'weight', [E, 2 * F, D / 32, 16], i), checked(scales, [E, 2 * F, D / 32]), 2 * F, D);
		return (e) => ({ ...at(e), rows: F, take });
	}
	const transposed = f.layout.experts === 'stacked-transposed';
	const tensor = f.need('experts.gateUp', 'weight', transposed ? [E, D, 2 * F] : [E, 2 * F, D], i);
	const count = transposed ? D : 2 * F;
	return (e) => ({ tensor, rows: F, columns: D, transposed, slice: { first: e * count, count }, take });
}

function packedExperts(tensor: TensorInfo, scales: TensorInfo, M: number, N: number): (e: number) => MatrixView {
	return (e) => ({ tensor, scales, rows: M, columns: N, slice: { first: e * M, count: M } });
}

function whole(tensor: TensorInfo, rows: number, columns: number): MatrixView {
	return { tensor, rows, columns };
}

function linear(f: Finder, role: BlockRole, M: number, N: number, bias: boolean, i: number): LinearParts<MatrixView, VectorView> {
	const transposed = f.layout.transposed;
	return {
		matrix: { tensor: f.need(role, 'weight', transposed ? [N, M] : [M, N], i), rows: M, columns: N, transposed },
		...(bias && { bias: { tensor: f.need(role, 'bias', [M], i) } }),
	};
}

function norm(f: Finder, role: Role, config: NormConfig, width: number, i?: number): NormParts<VectorView> {
	return {
		gain: { tensor: f.need(role, 'weight', [width], i) },
		...(config.bias && { bias: { tensor: f.need(role, 'bias', [width], i) } }),
	};
}
