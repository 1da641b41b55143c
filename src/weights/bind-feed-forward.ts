// The views of a feed-forward part: two or three matrices, gate and up fused or not, or a router and experts in every layout.

import { TongsaError } from '../errors.ts';
import type { TensorInfo } from '../formats/checkpoint.ts';
import type { ExpertsConfig, FeedForwardConfig } from '../spec/config.ts';
import type { Layout } from '../spec/family.ts';
import { checked, type Finder, linear, whole } from './finder.ts';
import type { ExpertParts, FeedForwardParts, LinearParts } from './parts.ts';
import type { MatrixView, RowRange, VectorView } from './views.ts';

export function bindFeedForward(f: Finder, config: FeedForwardConfig, i: number, D: number): FeedForwardParts<MatrixView, VectorView> {
	const { width: F, gated, bias, experts } = config;
	if (experts) {
		if (experts.used > experts.count) {
			throw new TongsaError('malformed', 'a token cannot see more experts than there are', {
				field: 'num_experts_per_tok',
				got: experts.used,
				allowed: `at most ${experts.count}`,
			});
		}
		return {
			router: linear({ ...f, layout: {} }, 'feedForward.router', experts.count, D, experts.routerBias, i),
			expert: bindExperts(f, config, experts, i, D),
		};
	}
	const down = linear(f, 'feedForward.down', D, F, bias.down, i);
	const fused = gated ? f.find('feedForward.gateUp', 'weight', i) : undefined;
	if (fused) {
		const tensor = checked(fused, [2 * F, D]);
		const half = (part: 0 | 1): LinearParts<MatrixView, VectorView> => {
			const take = [gateUpRows(f.layout, part, F)];
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
function gateUpRows(layout: Layout, part: 0 | 1, F: number): RowRange {
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
		if (role !== 'down' && f.find('experts.gateUp', 'weight', i)) return fusedExperts(f, i, E, role === 'gate' ? 0 : 1, F, D);
		if (f.byExpert(roleName, i)) {
			const tensors = Array.from({ length: E }, (_, e) => f.need(roleName, 'weight', [M, N], i, e));
			return (e) => whole(tensors[e]!, M, N);
		}
		const scales = role === 'down' ? f.find('experts.downScales', 'weight', i) : undefined;
		if (scales) return packedExperts(f.need(roleName, 'weight', [E, M, N / 32, 16], i), checked(scales, [E, M, N / 32]), M, N);
		const transposed = f.layout.expertsTransposed;
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
	const transposed = f.layout.expertsTransposed;
	const tensor = f.need('experts.gateUp', 'weight', transposed ? [E, D, 2 * F] : [E, 2 * F, D], i);
	const count = transposed ? D : 2 * F;
	return (e) => ({ tensor, rows: F, columns: D, transposed, slice: { first: e * count, count }, take });
}

function packedExperts(tensor: TensorInfo, scales: TensorInfo, M: number, N: number): (e: number) => MatrixView {
	return (e) => ({ tensor, scales, rows: M, columns: N, slice: { first: e * M, count: M } });
}
