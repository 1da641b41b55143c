// What every runner of bench/sentence.ts does: answers orders until it is ended.

import type { Answer, Order } from './sentence.ts';

/** `embed`: texts → one vector each. */
export function answerOrders(embed: (texts: readonly string[]) => Promise<readonly ArrayLike<number>[]>): void {
	process.on('message', async ({ calls }: Order) => {
		const vectors: ArrayLike<number>[] = [];
		const [start, used] = [performance.now(), process.cpuUsage()];
		for (const texts of calls) vectors.push(...(await embed(texts)));
		const ms = performance.now() - start;
		const { user, system } = process.cpuUsage(used);
		process.send!({ ms, processorMs: (user + system) / 1000, vectors: vectors.map((vector) => Array.from(vector)) } satisfies Answer);
	});
	process.send!('ready');
}
