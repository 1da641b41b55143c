// Two conversations by turns: time to the first token of each turn, with and without what is kept of them.
// node --conditions=tongsa-source bench/server-conversations.ts MODEL [ROUNDS]

import { post, tongsaServe } from './server-load.ts';

const [path, rounds = '6'] = process.argv.slice(2);
if (!path) throw new Error('bench/server-conversations.ts MODEL [ROUNDS]');
/** Some 400 tokens that a conversation begins with. */
const BEGINNINGS = ['You help a cook. ', 'You help a sailor. '].map((one) => one.repeat(80));
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const servers = await Promise.all(['512', '0'].map((size) => tongsaServe([path], ['--prefix-cache', size])));
const { data } = (await (await fetch(`${servers[0]!.url}/v1/models`)).json()) as { data: { id: string }[] };
const model = data[0]!.id;
const talks = servers.map(() => BEGINNINGS.map((content) => [{ role: 'system', content }]));
const times: number[][] = [[], []];
for (let round = 0; round < Number(rounds); round++) {
	for (const i of BEGINNINGS.keys()) {
		// Both servers by turns, so that a busy machine is busy for both.
		for (const [s, { url }] of servers.entries()) {
			const messages = talks[s]![i]!;
			messages.push({ role: 'user', content: `Question ${round}: what comes next?` });
			const begun = performance.now();
			const response = await post(`${url}/v1/chat/completions`, { model, messages, max_tokens: 16, temperature: 0, stream: true });
			let text = '';
			let first: number | undefined;
			for await (const bytes of response.body!) {
				text += Buffer.from(bytes).toString();
				if (first === undefined && /"content":"[^"]/.test(text)) first = performance.now() - begun;
			}
			messages.push({
				role: 'assistant',
				content: [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)].map(([, one]) => JSON.parse(one!)).join(''),
			});
			if (round > 0) times[s]!.push(first!);
		}
	}
}
const [kept, none] = times.map(median) as [number, number];
console.log(`first token of turn 2 and later, median: ${kept.toFixed(0)} ms with --prefix-cache 512, ${none.toFixed(0)} ms with 0`);
for (const one of servers) await one.stop();
