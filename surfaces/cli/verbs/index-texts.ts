// index PATH…: brings files into a collection; lists, counts, removes and exports what is there.

import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseOf, isPostgres, type OpenedCollection, openStore } from '../../../hosts/node/collections.ts';
import { documentReader } from '../../../hosts/node/reading.ts';
import { documentPath, fileSources, underAny } from '../../../hosts/node/sources.ts';
import { sha256 } from '../../../src/retrieval/hash.ts';
import type { Indexed, IndexOptions, IndexProgress, Source } from '../../../src/retrieval/indexing.ts';
import { provenanceJson } from '../../protocol/texts.ts';
import type { Answer, Call } from '../call.ts';
import { duration } from '../view/progress.ts';
import { metadataOf, placeOf, plainText, shownPath, withCollection } from './texts.ts';

/** Waits for a burst of changes to end. */
const SETTLE_MS = 300;

export async function run(call: Call): Promise<Answer | undefined> {
	const modes = ['list', 'stats', 'remove'].filter((mode) => call.flag(mode));
	if (call.value('export') !== undefined) modes.push('export');
	if (modes.length > 1) throw call.usage(`--${modes[0]} and --${modes[1]} exclude each other`);
	if (modes[0] === 'remove') return remove(call);
	if (modes[0] === 'export') return exported(call, call.value('export')!);
	if (modes[0]) return shown(call, modes[0] as 'list' | 'stats');
	if (call.arguments.length === 0) throw call.usage('index needs PATH: a file, a folder, a glob, or - for stdin');
	const model = call.value('model');
	const options = {
		create: true,
		...(model !== undefined && { model }),
		...(call.value('chunk') !== undefined && { chunkTokens: call.integer('chunk', 256, 8, 8192) }),
		...(call.value('overlap') !== undefined && { overlapTokens: call.integer('overlap', 32, 0, 4096) }),
	};
	return withCollection(call, options, (opened) => indexed(call, opened));
}

async function indexed(call: Call, opened: OpenedCollection): Promise<Answer | undefined> {
	const reader = documentReader();
	const places = call.arguments.filter((place) => place !== '-');
	const piped = call.arguments.includes('-') ? [await stdinSource(call)] : [];
	const database = databaseOf(call.value('database'));
	const queue = isPostgres(database)
		? await (await import('../../../hosts/node/queue.ts')).openQueue(database, opened.collection.name)
		: undefined;
	const start = performance.now();
	const once = async (): Promise<Indexed> => {
		const line = progress(call);
		try {
			const sources = [...piped, ...(await fileSources(places, reader, metadataOf(call), call.signal))];
			const options: IndexOptions = {
				signal: call.signal,
				onProgress: line.show,
				prune: underAny(places),
				force: call.flag('force'),
				...(queue?.hasWorkers && { deferred: queue.put }),
			};
			const result = await opened.collection.add(sources, options);
			if (!queue?.hasWorkers) return result;
			const dead = await queue.drained(call.signal, line.queue);
			const paths = new Map((await opened.store.documentsOf(dead.map(({ document }) => document))).map(({ id, path }) => [id, path]));
			const failures = dead.flatMap(({ document, reason }) => (paths.has(document) ? [{ path: paths.get(document)!, reason }] : []));
			return { ...result, failures: [...result.failures, ...failures] };
		} finally {
			line.end();
		}
	};
	try {
		const result = await once();
		const json = {
			collection: opened.collection.name,
			...result,
			failures: result.failures.map(({ path, reason }) => ({ path: shownPath(path), reason })),
			seconds: (performance.now() - start) / 1000,
			provenance: provenanceJson(opened.collection),
		};
		if (!call.flag('watch')) return { json, text: () => page(json) };
		await call.terminal.write(call.flag('json') ? `${JSON.stringify(json)}\n` : page(json));
		await watching(call, places, async () => {
			const { documents, failures } = await once();
			const { added, changed, removed } = documents;
			if (added + changed + removed + failures.length === 0) return;
			await call.terminal.write(
				call.flag('json')
					? `${JSON.stringify({ documents, failures })}\n`
					: `${added} added, ${changed} changed, ${removed} removed, ${failures.length} failed\n`,
			);
		});
		return undefined;
	} finally {
		await reader.close();
		await queue?.close();
	}
}

async function stdinSource(call: Call): Promise<Source> {
	const text = await call.terminal.readAll();
	const bytes = new TextEncoder().encode(text);
	const { parseDocument } = await import('../../../hosts/reading/parse.ts');
	const name = call.value('name') ?? 'stdin.txt';
	return {
		path: name,
		read: async () => ({ ...(await parseDocument(name, bytes)), hash: await sha256(bytes), size: bytes.length, modifiedMs: 0 }),
	};
}

function page({
	collection,
	documents,
	failures,
	chunks,
	seconds,
}: Pick<Indexed, 'documents' | 'failures' | 'chunks'> & { collection: string; seconds: number }): string {
	const { added, changed, removed, unchanged } = documents;
	const time = duration(seconds);
	return [
		`${collection}: ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged; ${chunks} passages in ${time}`,
		...(failures.length
			? [`${failures.length} could not be read:`, ...failures.map(({ path, reason }) => `  ${plainText(path)}: ${plainText(reason)}`)]
			: []),
		'',
	].join('\n');
}

/** `34 of 100 files, 210 passages, 12.3/s, 40 s left` */
function progress(call: Call) {
	const start = performance.now();
	let drawn = 0;
	const draw = (text: string): void => {
		if (!call.terminal.stderrIsTerminal || performance.now() - drawn < 100) return;
		drawn = performance.now();
		call.terminal.note(`\r\x1b[2K${text.slice(0, call.terminal.columns - 1)}`);
	};
	return {
		show({ documents, total, chunks, bytes, totalBytes, path }: IndexProgress): void {
			const seconds = (performance.now() - start) / 1000;
			const part = totalBytes ? bytes / totalBytes : total ? documents / total : 0;
			const left = part > 0.005 && part < 1 ? `, ${duration((seconds * (1 - part)) / part)} left` : '';
			const of = total === undefined ? `${documents}` : `${documents} of ${total}`;
			draw(`${of} files, ${chunks} passages, ${(chunks / seconds).toFixed(1)}/s${left}  ${path ? plainText(shownPath(path)) : ''}`);
		},
		queue: (waiting: number): void => draw(`${waiting} documents wait for workers`),
		end(): void {
			if (drawn > 0) call.terminal.note('\r\x1b[2K');
		},
	};
}

async function watching(call: Call, places: readonly string[], again: () => Promise<void>): Promise<void> {
	let changed = false;
	let wake: () => void = () => {};
	const watchers = places.map((place) =>
		watch(place, { recursive: true }, () => {
			changed = true;
			wake();
		}),
	);
	try {
		call.signal.addEventListener('abort', () => wake(), { once: true });
		while (!call.signal.aborted) {
			if (!changed) await new Promise<void>((done) => void (wake = done));
			if (call.signal.aborted) return;
			await sleep(SETTLE_MS);
			changed = false;
			await again();
		}
	} finally {
		for (const one of watchers) one.close();
	}
}

async function shown(call: Call, mode: 'list' | 'stats'): Promise<Answer> {
	if (mode === 'list' && call.value('collection') === undefined && call.arguments.length === 0) await noteOthers(call);
	return withCollection(call, { model: 'none' }, async ({ collection }) => {
		if (mode === 'stats') {
			const json = { collection: collection.name, ...(await collection.stats()), provenance: provenanceJson(collection) };
			return {
				json,
				text: () =>
					[
						`${json.collection}: ${json.documents} documents, ${json.chunks} passages, ${json.tokens} tokens, ${json.vectors} vectors`,
						...Object.entries(json.types).map(([type, count]) => `  ${type}: ${count}`),
						`embedding: ${json.provenance.embedding ? String((json.provenance.embedding as { model?: unknown }).model) : 'none, words alone'}`,
						'',
					].join('\n'),
			};
		}
		const documents = (await collection.documents()).map(({ id: _, hash, modifiedMs, path, ...rest }) => ({
			path: shownPath(path),
			...rest,
			sha256: hash,
			modified: new Date(modifiedMs).toISOString(),
		}));
		return {
			json: { collection: collection.name, documents, provenance: provenanceJson(collection) },
			text: () => `${documents.map(({ path, type, size }) => `${plainText(path)}  (${type}, ${size} bytes)`).join('\n')}\n`,
		};
	});
}

async function noteOthers(call: Call): Promise<void> {
	const store = await openStore(databaseOf(call.value('database')));
	const names = (await store.collections()).map(({ name }) => name);
	await store.close();
	if (names.length > 1) call.terminal.note(`collections: ${names.join(', ')} (--collection NAME)\n`);
}

async function remove(call: Call): Promise<Answer> {
	if (call.arguments.length === 0) {
		const name = (placeOf(call).name ?? 'default').normalize('NFC');
		const store = await openStore(databaseOf(call.value('database')));
		try {
			const removed = await store.removeCollection(name);
			if (!removed) throw call.usage('no such collection', { got: name });
			return { json: { collection: name, removed: true }, text: () => `${name}: removed\n` };
		} finally {
			await store.close();
		}
	}
	return withCollection(call, { model: 'none' }, async ({ collection }) => {
		const known = (await collection.documents()).map(({ path }) => path);
		const under = underAny(call.arguments);
		const paths = known.filter((path) => under(path) || call.arguments.includes(path));
		const removed = paths.length ? await collection.remove(paths) : 0;
		if (removed === 0) throw call.usage('no document of the collection lies there', { got: call.arguments.map(documentPath).join(', ') });
		return {
			json: { collection: collection.name, documents: { removed }, paths: paths.map(shownPath) },
			text: () => `${collection.name}: ${removed} removed\n`,
		};
	});
}

async function exported(call: Call, file: string): Promise<Answer | undefined> {
	return withCollection(call, { model: 'none' }, async ({ collection }) => {
		let count = 0;
		async function* lines(): AsyncGenerator<string> {
			for await (const { document, vector, ...passage } of collection.passages()) {
				call.signal.throwIfAborted();
				count++;
				const { path, type, title, metadata, hash } = document;
				yield `${JSON.stringify({ path: shownPath(path), type, title, metadata, fileSha256: hash, ...passage, ...(vector && { vector: Array.from(vector) }) })}\n`;
			}
		}
		if (file === '-') {
			for await (const line of lines()) await call.terminal.write(line);
			return undefined;
		}
		const { writeAside } = await import('../../../hosts/node/write-aside.ts');
		const encoder = new TextEncoder();
		await writeAside(file, async (sink) => {
			for await (const line of lines()) await sink.write(encoder.encode(line));
		});
		return { json: { collection: collection.name, file, passages: count }, text: () => `${count} passages written to ${file}\n` };
	});
}
