// What verbs about a person's own texts have alike.

import { relative, sep } from 'node:path';
import { type OpenCollectionOptions, type OpenedCollection, openCollection } from '../../../hosts/node/collections.ts';
import { documentPath } from '../../../hosts/node/sources.ts';
import type { Filter } from '../../../src/retrieval/filter.ts';
import type { Metadata } from '../../../src/retrieval/types.ts';
import type { Call } from '../call.ts';
import { progressLine } from '../view/progress.ts';

/** Opens the collection that the call names, hands it to `work`, and closes it whatever happens. */
export async function withCollection<T>(
	call: Call,
	options: OpenCollectionOptions,
	work: (opened: OpenedCollection) => Promise<T>,
): Promise<T> {
	const line = progressLine(call.terminal, () => performance.now());
	const { database, name } = placeOf(call);
	const opened = await openCollection(database, {
		...(name !== undefined && { name }),
		signal: call.signal,
		onProgress: (progress) => (progress.done === progress.total ? line.end() : line.show(progress)),
		onNotice: (notice) => call.terminal.note(`tongsa: ${notice}\n`),
		...options,
	});
	line.end();
	try {
		return await work(opened);
	} finally {
		await opened.close();
	}
}

export function placeOf(call: Call): { readonly database?: string; readonly name?: string } {
	const [database, name] = [call.value('database'), call.value('collection')];
	return { ...(database !== undefined && { database }), ...(name !== undefined && { name }) };
}

/** A path as a person names it here: relative where it lies below. */
export function shownPath(path: string): string {
	const here = relative(process.cwd(), path);
	return here !== '' && !here.startsWith('..') && !here.includes(':') ? here.split(sep).join('/') : path;
}

export function filterOf(call: Call): Filter {
	const [path, type] = [call.values('path'), call.values('type')];
	const [since, until] = [dateOf(call, 'since'), dateOf(call, 'until')];
	const metadata = metadataOf(call);
	return {
		// A glob that begins here is one of the whole path.
		...(path.length && { path: path.map((glob) => (/^\.{1,2}\//.test(glob) ? documentPath(glob) : glob)) }),
		...(type.length && { type }),
		...(since !== undefined && { since }),
		...(until !== undefined && { until }),
		...(metadata && { metadata }),
	};
}

function dateOf(call: Call, name: string): number | undefined {
	const given = call.value(name);
	if (given === undefined) return undefined;
	const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00:00` : given);
	if (Number.isNaN(time))
		throw call.usage('not a date', { field: `--${name}`, got: given, allowed: '2024-01-31, or a time as in ISO 8601' });
	return time;
}

export function metadataOf(call: Call): Metadata | undefined {
	const given = call.values('metadata');
	if (given.length === 0) return undefined;
	return Object.fromEntries(
		given.map((pair) => {
			const at = pair.indexOf('=');
			if (at < 1) throw call.usage('metadata is KEY=VALUE', { field: '--metadata', got: pair });
			return [pair.slice(0, at), pair.slice(at + 1)];
		}),
	);
}

/** Controls other than tab and newline, and marks that turn text, must not command the terminal. */
export const plainText = (text: string): string => text.replace(/(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '');

/** file:12, or file p. 3 */
export const placeText = (hit: { readonly path: string; readonly line: number; readonly page?: number }): string =>
	`${shownPath(hit.path)}${hit.page === undefined ? `:${hit.line}` : ` p. ${hit.page}`}`;
