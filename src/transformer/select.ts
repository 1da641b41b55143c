// Selectors: which points of which layers, heads and tokens a trace asks for, and what of the run that makes necessary.

import { TongsaError } from '../errors.ts';
import { type Rule, shown } from '../options.ts';
import type { TransformerConfig } from '../spec/config.ts';
import { BLOCK_POINTS, type BlockPoint, GLOBAL_POINTS, type GlobalPoint, type Point, pointsOf, sizesOf } from '../spec/points.ts';
import { meant } from '../suggest.ts';
import type { Extent } from './forward.ts';
import type { Asked, TokenRange } from './ops.ts';

/**
 * A point by name, or several by a pattern; or a typed selector. Counting from the end is by negative numbers. In a pattern `*` is one part of
 * a name, at the end all that may follow, and `3-5` the layers from 3 to 5.
 *
 *     'blocks.*.output'            // the output of every block
 *     'blocks.3-5.attention.*'     // all of attention in three blocks
 *     '*'                          // everything
 *     { point: 'attention.weights', layer: 12, head: 3, token: -1 }
 */
export type Selector = string | BlockSelector | GlobalSelector;

export interface BlockSelector {
	readonly point: BlockPoint;
	/** Every layer when absent. */
	readonly layer?: number;
	/** Every head when absent. */
	readonly head?: number;
	/** Every token when absent. */
	readonly token?: number;
	/** Of an encoder-decoder: the encoder's point. */
	readonly encoder?: boolean;
}

export interface GlobalSelector {
	readonly point: GlobalPoint;
	readonly token?: number;
	readonly encoder?: boolean;
}

export const SELECTOR: Rule = {
	holds: (value) =>
		typeof value === 'string' || (typeof value === 'object' && value !== null && 'point' in value && typeof value.point === 'string'),
	allowed: "'blocks.0.output' or {point: 'output', layer: 0}",
};

/** What is wanted of one point; all of a dimension when absent. */
export interface Selection {
	readonly point: Point;
	readonly heads?: readonly number[];
	readonly tokens?: readonly number[];
}

/** @throws TongsaError 'not-found' for a point that this model has not, 'out-of-range' for a layer, head or token. */
export function select(config: TransformerConfig, selectors: readonly Selector[], T: number, encoderT = T): Map<string, Selection> {
	const points = pointsOf(config);
	const selections = new Map<string, Selection>();
	for (const selector of selectors) {
		const found = matching(config, points, selector);
		for (const point of found) {
			const head = typeof selector === 'object' && 'head' in selector ? selector.head : undefined;
			const token = typeof selector === 'object' ? selector.token : undefined;
			const count = point.rows === 'S' ? encoderT : T;
			merge(
				selections,
				point,
				head === undefined ? undefined : index('head', head, point.heads ?? 0),
				token === undefined ? undefined : index('token', token, count),
			);
		}
	}
	return selections;
}

function matching(config: TransformerConfig, points: readonly Point[], selector: Selector): Point[] {
	const name = typeof selector === 'string' ? selector : nameOf(config, selector);
	const pattern = name.split('.');
	const found = points.filter((point) => matches(pattern, point.name.split('.')));
	if (found.length > 0) return found;
	const hint = meant(
		name,
		points.map((point) => point.name),
	);
	throw new TongsaError('not-found', 'this model has no such point', {
		field: name,
		...(hint
			? { hint }
			: {
					allowed: `${Object.keys(GLOBAL_POINTS).join(', ')}, blocks.0 to ${config.blocks.length - 1} with ${Object.keys(BLOCK_POINTS).join(', ')}, those that the family has`,
				}),
	});
}

/** Part by part; a `*` at the end stands for one part or more. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
	const open = pattern.at(-1) === '*' && name.length >= pattern.length;
	return (open || name.length === pattern.length) && pattern.every((part, i) => partMatches(part, name[i]!));
}

function partMatches(part: string, name: string): boolean {
	const [, first, last] = /^(\d{1,9})-(\d{1,9})$/.exec(part) ?? [];
	if (first !== undefined) return /^\d+$/.test(name) && Number(name) >= Number(first) && Number(name) <= Number(last);
	if (!part.includes('*')) return part === name;
	return new RegExp(`^${part.split('*').map(escapePattern).join('.*')}$`).test(name);
}

function nameOf(config: TransformerConfig, selector: BlockSelector | GlobalSelector): string {
	const prefix = selector.encoder ? 'encoder.' : '';
	if (selector.point in GLOBAL_POINTS) return prefix + selector.point;
	const layers = (selector.encoder ? config.encoder : config)?.blocks.length ?? 0;
	const layer = (selector as BlockSelector).layer;
	return `${prefix}blocks.${layer === undefined ? '*' : index('layer', layer, layers)}.${selector.point}`;
}

function escapePattern(text: string): string {
	return text.replace(/[.\\^$+?()[\]{}|]/g, '\\$&');
}

/** How many values that is, all selections together. */
export function valuesOf(config: TransformerConfig, selections: ReadonlyMap<string, Selection>, T: number, encoderT = T): number {
	let values = 0;
	for (const { point, heads, tokens } of selections.values()) {
		const sizes = sizesOf(config, point, T, encoderT);
		const all = point.shape.reduce((product, one) => product * sizes[one], 1);
		values += all * (heads ? heads.length / point.heads! : 1) * (tokens ? tokens.length / sizes[point.shape.at(-2)!] : 1);
	}
	return Math.round(values);
}

/** A number that counts from the end where it is negative. @throws TongsaError 'out-of-range'. */
export function index(what: string, wanted: number, count: number): number {
	const at = wanted < 0 ? count + wanted : wanted;
	if (Number.isInteger(at) && at >= 0 && at < count) return at;
	throw new TongsaError('out-of-range', `no such ${what}`, {
		field: what,
		got: shown(wanted),
		allowed: count === 0 ? 'none at this point' : `${-count} to ${count - 1}`,
	});
}

function merge(selections: Map<string, Selection>, point: Point, head: number | undefined, token: number | undefined): void {
	const old = selections.get(point.name);
	const joined = (before: readonly number[] | undefined, now: number | undefined): readonly number[] | undefined => {
		if (now === undefined || (old && !before)) return undefined;
		return [...new Set([...(before ?? []), now])].sort((a, b) => a - b);
	};
	const heads = joined(old?.heads, head);
	const tokens = joined(old?.tokens, token);
	selections.set(point.name, { point, ...(heads && { heads }), ...(tokens && { tokens }) });
}

/** What a run must compute, and whether up to the logits. */
export interface TraceExtent extends Extent {
	readonly asked: Asked;
	readonly logits: boolean;
}

/** An encoder's points are left aside: its states are wanted whole. */
export function extentOf(config: TransformerConfig, selections: ReadonlyMap<string, Selection>, T: number): TraceExtent {
	const own = [...selections.values()].filter(({ point }) => !point.encoder);
	const after = own.filter(({ point }) => point.part === 'final');
	const lastBlock = after.length > 0 ? config.blocks.length - 1 : Math.max(-1, ...own.map(({ point }) => point.layer ?? -1));
	const late = own.filter(({ point }) => point.layer === lastBlock && !point.allTokens);
	const counted = [...late, ...after];
	const range = rangeOf(counted.every((one) => one.tokens) ? counted.flatMap((one) => one.tokens!) : undefined, T);
	const byHead = counted.length > 0 && counted.every(({ point, heads }) => heads && point.byHead);
	const heads = byHead ? [...new Set(counted.flatMap((one) => one.heads!))] : undefined;
	return { lastBlock, asked: { ...range, ...(heads && { heads }) }, logits: selections.has('logits') };
}

/** From the first of some tokens to the last; all T where there are none. */
export function rangeOf(tokens: readonly number[] | undefined, T: number): TokenRange {
	if (!tokens || tokens.length === 0) return { first: 0, count: T };
	const first = Math.min(...tokens);
	return { first, count: Math.max(...tokens) + 1 - first };
}
