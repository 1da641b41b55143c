// What tests of the transformer's verbs share: a tiny llama with its reference values, and calls that answer in JSON.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectedAt, FAMILIES, worstError } from '../transformer/open.ts';
import { TOLERANCES } from '../transformer/tolerances.ts';
import { tongsa } from './run.ts';

export const SEED = 'I love you so much.';
export const LLAMA = join(FAMILIES, 'llama');
export const llama = await expectedAt(`${LLAMA}.expected.safetensors`);
export const LLAMA_IDS = llama.ids('ids').join(',');

export async function json<T>(...call: string[]): Promise<T> {
	const { code, stdout, stderr, json: read } = await tongsa([...call, '--json']);
	assert.equal(code, 0, stderr);
	assert.equal(stderr, '');
	assert.equal(stdout.trimEnd().split('\n').length, 1, 'one object, one line');
	return read<T>();
}

/** Writes JSON to a file of a folder. @returns its path */
export function jsonFile(folder: string, name: string, value: unknown): string {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify(value));
	return path;
}

export const close = (got: readonly (number | null)[], expected: ArrayLike<number>, what: string) =>
	assert.ok(worstError(got as number[], expected) <= TOLERANCES.exact, `${what}: ${worstError(got as number[], expected)}`);

/** log-softmax by its definition. */
export function logProbabilities(logits: ArrayLike<number>): number[] {
	const sum = Array.from(logits).reduce((total, logit) => total + Math.exp(logit), 0);
	return Array.from(logits, (logit) => logit - Math.log(sum));
}

export const rowOf = ({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }, t: number) =>
	Array.from(data).slice(t * shape[1]!, (t + 1) * shape[1]!);
