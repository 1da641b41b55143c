// Models that the server is fetching to its machine because the person asked for it here. It goes on while one looks at other views.

import { useSyncExternalStore } from 'react';
import type { Refusal } from '../engine/protocol.ts';
import { readShelf } from './shelf.ts';

export interface Fetching {
	/** Bytes; absent while a source is being looked for. */
	readonly done?: number;
	readonly total?: number;
	readonly refusal?: Refusal;
	readonly cancel?: () => void;
}

let all: ReadonlyMap<string, Fetching> = new Map();
const listeners = new Set<() => void>();

function set(name: string, change: Fetching | undefined): void {
	const next = new Map(all);
	if (change) next.set(name, change);
	else next.delete(name);
	all = next;
	for (const listener of listeners) listener();
}

/** Asks the server; true once the model is on its shelf. What has come before a cancel is kept there for the next time. */
export async function fetchModel(name: string): Promise<boolean> {
	if (all.get(name)?.cancel) return false;
	const controller = new AbortController();
	const waiting: Fetching = { cancel: () => controller.abort() };
	set(name, waiting);
	try {
		const answer = await fetch(new URL('shelf/pull', document.baseURI), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name }),
			signal: controller.signal,
		});
		if (!answer.ok || !answer.body) throw new Error(`${answer.status} ${(await answer.text()).slice(0, 500)}`);
		let got = false;
		for await (const line of linesOf(answer.body)) {
			const said = JSON.parse(line) as { done?: number; total?: number; error?: string; name?: string };
			if (said.error !== undefined) throw new Error(said.error);
			if (said.name !== undefined) got = true;
			if (said.done !== undefined && said.total !== undefined) set(name, { ...waiting, done: said.done, total: said.total });
		}
		if (!got) throw new Error('the server ended before the file was whole');
		await readShelf(true);
		set(name, undefined);
		return true;
	} catch (error) {
		const refusal: Refusal = controller.signal.aborted
			? { code: 'cancelled', message: 'cancelled' }
			: { code: 'network', message: (error as Error).message };
		set(name, { refusal });
		return false;
	}
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
	let rest = '';
	for (;;) {
		const { done, value } = await reader.read();
		if (done) break;
		const lines = (rest + value).split('\n');
		rest = lines.pop()!;
		yield* lines;
	}
	if (rest) yield rest;
}

const subscribe = (listener: () => void) => {
	listeners.add(listener);
	return () => void listeners.delete(listener);
};

export const useFetching = (name: string): Fetching | undefined => useSyncExternalStore(subscribe, () => all.get(name));
