// Scaled dot-product attention: project, norm, rotate, remember, attend, project back.
// Vaswani et al. 2017 (arXiv 1706.03762) 3.2. Dimensions: T new tokens, n of them asked for, S tokens so far.

import type { AttentionConfig } from '../spec/config.ts';
import type { AttentionParts, Matrix } from '../weights/parts.ts';
import { alibiBias, bucketBias, relativeBias, sinusoids } from './position.ts';
import type { Run } from './run.ts';
import { appendRows, type BlockCache } from './state.ts';
import { tap, tapHeads } from './taps.ts';

type Parts = AttentionParts<Matrix, Float32Array>;

/** What a block's tokens attend to: themselves (the cache grows), or an encoder's states (made once). */
export interface Source {
	readonly cache: BlockCache;
	/** S, and the position of the first query among the S keys. */
	readonly S: number;
	readonly first: number;
	readonly only?: readonly number[] | undefined;
}

/** Keys and values of the T new tokens x (T, D), appended to the cache. */
export function remember(
	run: Run,
	at: string,
	x: Float32Array,
	config: AttentionConfig,
	w: Parts,
	cache: BlockCache,
	length: number,
): void {
	const { backend, taps } = run;
	const { keyHeads: K, headWidth: Dh } = config;
	const T = x.length / w.key.matrix.columns;
	let key = backend.linear(x, T, w.key.matrix, w.key.bias);
	key = tapHeads(taps, `${at}.key.projected`, key, K, Dh);
	key = normed(run, key, config, w.keyNorm?.gain);
	if (config.rope) backend.rotate(key, K, Dh, config.rope, run.ropeTable(config.rope, length, T));
	key = tapHeads(taps, `${at}.key`, key, K, Dh);
	const value = tapHeads(taps, `${at}.value`, backend.linear(x, T, w.value.matrix, w.value.bias), K, Dh);
	appendRows(cache, length, key, value, K * Dh);
}

/** Output of attention for the n tokens x (n, D): (n, D). */
export function attention(run: Run, at: string, x: Float32Array, config: AttentionConfig, w: Parts, source: Source): Float32Array {
	const { backend, taps } = run;
	const { heads: H, headWidth: Dh } = config;
	const { S, first, cache } = source;
	const n = x.length / w.query.matrix.columns;
	let query = backend.linear(x, n, w.query.matrix, w.query.bias);
	query = tapHeads(taps, `${at}.query.projected`, query, H, Dh);
	query = normed(run, query, config, w.queryNorm?.gain);
	if (config.rope) backend.rotate(query, H, Dh, config.rope, run.ropeTable(config.rope, first, n));
	const plain = query;
	if (w.contentBias) query = query.map((value, i) => value + w.contentBias![i % (H * Dh)]!);
	query = tapHeads(taps, `${at}.query`, query, H, Dh);

	const offered = (point: string) =>
		taps.wants(point) ? (data: Float32Array): Float32Array => taps.offer(point, [H, n, S], data) : undefined;
	let context = backend.attend(
		{
			config,
			query,
			key: cache.key,
			value: cache.value,
			T: n,
			S,
			first,
			keyBias: config.alibi ? alibiBias(config, S) : undefined,
			pairBias: pairBias(run, config, w, plain, first, n, S),
			sinks: w.sinks,
			only: source.only,
		},
		{ scores: offered(`${at}.scores`), weights: offered(`${at}.weights`) },
	);
	context = tapHeads(taps, `${at}.context`, context, H, Dh);
	const output = backend.linear(context, n, w.output.matrix, w.output.bias);
	return tap(taps, `${at}.output`, output, w.output.matrix.rows);
}

function normed(run: Run, x: Float32Array, config: AttentionConfig, gain: Float32Array | undefined): Float32Array {
	if (!gain) return x;
	const { scope, norm } = config.queryKeyNorm!;
	return run.backend.norm(x, scope === 'width' ? gain.length : config.headWidth, norm, gain);
}

function pairBias(
	run: Run,
	config: AttentionConfig,
	w: Parts,
	query: Float32Array,
	first: number,
	n: number,
	S: number,
): Float32Array | undefined {
	if (config.buckets) return bucketBias(config, run.globals.buckets!, first, n, S);
	if (!w.distance) return undefined;
	const rows = sinusoids(
		Array.from({ length: S }, (_, distance) => distance),
		w.distance.columns,
	);
	return relativeBias(config, query, w.distanceBias!, run.backend.linear(rows, S, w.distance), first, n, S);
}
