// Runs damaged files through an opener: each gives a result or a TongsaError, in bounded time and memory. A third of the damage knows the
// file's structure, the rest falls anywhere.
// 100,000 mutations in all; TONGSA_FUZZ=5000000 for more. A failure names its target and number, and comes again with them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import type { ModelFiles } from '../../src/bytes/source.ts';
import { TongsaError } from '../../src/errors.ts';
import { randomBelow } from '../random.ts';
import { mutated } from './mutate.ts';
import { structureOf } from './structure.ts';

const MUTATIONS = Number(process.env.TONGSA_FUZZ ?? 100_000);
/** Processor time for one file of a few kB: what takes longer is no parser. (By the clock, a busy machine would fail it.) */
const MAX_CPU_MS = 1000;
/** Growth of the whole process over a target: what a garbage collector leaves lying about, and no leak. */
const MAX_GROWTH_BYTES = 400 * 2 ** 20;
/** Longest message: a hostile file must not print a page. */
const MAX_MESSAGE = 2000;

/** One model's files by name. */
export type Files = Readonly<Record<string, Uint8Array>>;

export interface Fuzz {
	readonly targets: readonly (readonly [name: string, files: Files])[];
	/** Share of all mutations that this fuzz makes. */
	readonly share: number;
	/** Opens the files and asks for everything once. */
	readonly readAll: (files: ModelFiles) => Promise<unknown>;
	/** Most bytes that readAll may read, as a multiple of the files' size. */
	readonly maxRead: number;
}

/** One test a target; its files are damaged by turns, with pieces of the other targets. */
export function fuzz({ targets, share, readAll, maxRead }: Fuzz): void {
	const runs = Math.ceil((MUTATIONS * share) / targets.length);
	for (const [t, [name, files]] of targets.entries()) {
		test(`${name}: ${runs} mutations`, async () => {
			await readAll(modelFiles(files));
			const names = Object.keys(files);
			const structures = new Map(await Promise.all(names.map(async (one) => [one, await structureOf(one, files[one]!)] as const)));
			const memory = process.memoryUsage.rss();
			let opened = 0;
			for (let i = 0; i < runs; i++) {
				const random = randomBelow(t * 2 ** 26 + i);
				const victim = names[i % names.length]!;
				const other = Object.values(targets[random(targets.length)]![1])[0]!;
				const structural = random(3) === 0 ? structures.get(victim) : undefined;
				const bytes = structural ? structural(random) : mutated(files[victim]!, other, random);
				if (await survives({ ...files, [victim]: bytes }, `mutation ${i} of ${name}`, readAll, maxRead)) opened++;
			}
			const grown = process.memoryUsage.rss() - memory;
			assert.ok(grown < MAX_GROWTH_BYTES, `grew by ${grown} bytes`);
			// Damage that never opens, or always does, tests nothing.
			assert.ok(opened > 0 && opened < runs, `${opened} of ${runs} opened`);
		});
	}
}

/** True when the damaged files still open; fails on anything but a proper refusal. */
async function survives(damaged: Files, which: string, readAll: Fuzz['readAll'], maxRead: number): Promise<boolean> {
	const model = modelFiles(damaged);
	const before = process.cpuUsage();
	const error = await readAll(model).then(
		() => undefined,
		(reason: unknown) => reason ?? new Error('rejected with nothing'),
	);
	const { user, system } = process.cpuUsage(before);
	assert.ok(user + system < 1000 * MAX_CPU_MS, `${which} took ${(user + system) / 1000} ms`);
	const sources = [...model.files.values()];
	const size = sources.reduce((sum, { byteLength }) => sum + byteLength, 0);
	const read = sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
	assert.ok(read <= maxRead * size + 1024, `${which}: ${read} bytes read of ${size}`);
	const proper = error instanceof TongsaError && error.code !== 'internal' && error.message.length < MAX_MESSAGE;
	if (error !== undefined && !proper) throw new Error(which, { cause: error });
	return error === undefined;
}

function modelFiles(files: Files): ModelFiles {
	return { name: 'fuzz', files: new Map(Object.entries(files).map(([name, bytes]) => [name, memorySource(name, bytes)])) };
}
