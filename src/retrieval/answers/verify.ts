// Verifying citations: whether what was quoted still stands in its file.

import { TongsaError } from '../../errors.ts';
import { sha256 } from '../hash.ts';

/** same: at its place. moved: elsewhere in the file. changed: no longer in it. gone: no such file. */
export type CitationState = 'same' | 'moved' | 'changed' | 'gone';

/** What a citation must have to be verified. */
export interface Verifiable {
	readonly n: number;
	readonly path: string;
	readonly start: number;
	readonly end: number;
	readonly quote: string;
	readonly sha256: string;
}

export interface Verified {
	readonly n: number;
	readonly state: CitationState;
	/** Where a moved quote stands now, in UTF-16 units. */
	readonly start?: number;
	readonly end?: number;
}

/** An answer is read by people: more citations than this are none. */
const MAX_CITATIONS = 10_000;

/** @param textOf the text of a file as it is read now; undefined where there is none */
export async function verifyCitations(
	citations: readonly Verifiable[],
	textOf: (path: string) => Promise<string | undefined>,
): Promise<Verified[]> {
	const texts = new Map<string, Promise<string | undefined>>();
	const out: Verified[] = [];
	for (const citation of citations) {
		const { n, path, quote } = citation;
		if (!texts.has(path)) texts.set(path, textOf(path));
		const text = await texts.get(path)!;
		const honest = quote !== '' && (await sha256(quote)) === citation.sha256;
		out.push(text === undefined ? { n, state: 'gone' } : honest ? found(citation, text) : { n, state: 'changed' });
	}
	return out;
}

function found({ n, start, end, quote }: Verifiable, text: string): Verified {
	if (text.slice(start, end) === quote) return { n, state: 'same' };
	// The nearest place, where it stands more than once.
	let best = -1;
	for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
		if (best < 0 || Math.abs(at - start) < Math.abs(best - start)) best = at;
		else break;
	}
	return best < 0 ? { n, state: 'changed' } : { n, state: 'moved', start: best, end: best + quote.length };
}

/** The citations of an answer's JSON. @throws TongsaError 'malformed'. */
export function readCitations(json: unknown, file: string): Verifiable[] {
	const list = (json as { citations?: unknown } | null)?.citations;
	if (!Array.isArray(list) || list.length > MAX_CITATIONS) {
		throw new TongsaError('malformed', 'no answer with citations', {
			file,
			field: 'citations',
			allowed: `a list of at most ${MAX_CITATIONS}, as ask --json gives`,
		});
	}
	return list.map((item: unknown, i) => {
		const one = item as Partial<Verifiable> | null;
		const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
		const right =
			typeof one === 'object' &&
			one !== null &&
			whole(one.n) &&
			whole(one.start) &&
			whole(one.end) &&
			[one.path, one.quote, one.sha256].every((value) => typeof value === 'string');
		if (!right)
			throw new TongsaError('malformed', 'not a citation', {
				file,
				field: `citations[${i}]`,
				allowed: 'n, path, start, end, quote, sha256',
			});
		return one as Verifiable;
	});
}
