// Finder: a weight's role → the tensor that holds it, by the family's names; missing and misshapen ones are refused by name.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, TensorInfo } from '../formats/checkpoint.ts';
import type { NormConfig } from '../spec/config.ts';
import type { BlockRole, Dialect, GlobalRole, Layout, Name, Names } from '../spec/family.ts';
import type { LinearParts, NormParts } from './parts.ts';
import type { MatrixView, VectorView } from './views.ts';

export type Role = GlobalRole | BlockRole;

/** Finds a stored tensor by its role. */
export interface Finder {
	readonly layout: Layout;
	find(role: Role, suffix: 'weight' | 'bias', block?: number, expert?: number): TensorInfo | undefined;
	/** The names under which it is looked for. */
	candidates(role: Role, suffix: 'weight' | 'bias', block?: number, expert?: number): readonly string[];
	/** Whether experts have a tensor each: the first name that is stored, or could be, has {e} in it. */
	byExpert(role: Role, block: number): boolean;
	/** As find, or an error that names the tensor. @throws TongsaError 'not-found'. */
	need(role: Role, suffix: 'weight' | 'bias', shape: readonly number[], block?: number, expert?: number): TensorInfo;
}

/** `used` gathers the names of the tensors that were found. */
export function finder(
	checkpoint: Checkpoint,
	dialect: Pick<Dialect, 'prefixes' | 'layout'>,
	names: Names,
	used: Set<string> = new Set(),
): Finder {
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
			if (tensor) {
				used.add(name);
				return tensor;
			}
		}
		return undefined;
	};
	return {
		layout: dialect.layout ?? {},
		find,
		candidates,
		byExpert(role, block) {
			const first = find(role, 'weight', block, 0);
			return first
				? first !== find(role, 'weight', block, 1) && first.shape.length === 2
				: candidates(role, 'weight', block, 0)[0] !== candidates(role, 'weight', block, 1)[0];
		},
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
export function checked(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
	const plain = (dimensions: readonly number[]): string => dimensions.filter((n) => n !== 1).join(' × ') || '1';
	if (plain(tensor.shape) === plain(shape)) return tensor;
	throw new TongsaError('wrong-shape', 'a weight does not fit the settings', {
		file: tensor.source.name,
		tensor: tensor.name,
		got: tensor.shape.join(' × '),
		allowed: shape.join(' × '),
	});
}

export function whole(tensor: TensorInfo, rows: number, columns: number): MatrixView {
	return { tensor, rows, columns };
}

export function linear(f: Finder, role: BlockRole, M: number, N: number, bias: boolean, i: number): LinearParts<MatrixView, VectorView> {
	const transposed = f.layout.transposed;
	return {
		matrix: { tensor: f.need(role, 'weight', transposed ? [N, M] : [M, N], i), rows: M, columns: N, transposed },
		...(bias && { bias: { tensor: f.need(role, 'bias', [M], i) } }),
	};
}

export function norm(f: Finder, role: Role, config: NormConfig, width: number, i?: number): NormParts<VectorView> {
	return {
		gain: { tensor: f.need(role, 'weight', [width], i) },
		...(config.bias && { bias: { tensor: f.need(role, 'bias', [width], i) } }),
	};
}
