// search QUERY: passages of one's own texts, with their place, and why they were found.

import { documentPath } from '../../../hosts/node/sources.ts';
import type { Hit, SearchResult } from '../../../src/retrieval/search.ts';
import { searchJson } from '../../protocol/texts.ts';
import type { Answer, Call } from '../call.ts';
import { filterOf, placeText, plainText, shownPath, withCollection } from './texts.ts';

/** Characters of a passage that a page of hits shows. */
const SHOWN = 400;
const MAX_TOP = 10_000;

export async function run(call: Call): Promise<Answer> {
	const like = call.value('like');
	const query = call.arguments[0] ?? (like === undefined ? await piped(call) : '');
	const by = call.value('by') as 'hybrid' | 'meaning' | 'words' | undefined;
	const options = {
		top: call.integer('top', 10, 1, MAX_TOP),
		...(by && { by }),
		filter: filterOf(call),
		fold: !call.flag('no-fold'),
		signal: call.signal,
	};
	return withCollection(call, by === 'words' ? { model: 'none' } : {}, async ({ collection }) => {
		const result = like === undefined ? await collection.search(query, options) : await collection.like(documentPath(like), options);
		return { json: searchJson(collection, result, shownPath), text: () => page(call, result) };
	});
}

async function piped(call: Call): Promise<string> {
	if (call.terminal.stdinIsTerminal) throw call.usage('search needs QUERY, in quotes or piped in');
	return (await call.terminal.readAll()).trim();
}

async function page(call: Call, { hits, corrected, vectors }: SearchResult): Promise<string> {
	const { bold, dim } = await import('../view/colour.ts');
	const { wrapped } = await import('../view/text.ts');
	const { columns, colours } = call.terminal;
	const meant = Object.entries(corrected).map(([word, near]) => `${word} read as ${near.join(', ')}`);
	if (hits.length === 0) return 'Nothing found.\n';
	const lines = hits.flatMap((hit, i) => [
		bold(`${i + 1}. ${plainText(placeText(hit))}`, colours) + (hit.heading ? dim(`  ${plainText(hit.heading)}`, colours) : ''),
		...wrapped(shortened(hit.text), columns - 3).map((line) => `   ${line}`),
		dim(`   ${why(hit)}`, colours),
	]);
	const notes = [...meant, ...(vectors && !vectors.exact ? ['the search by meaning was approximate'] : [])];
	return `${lines.join('\n')}\n${notes.length ? `${dim(notes.join('; '), colours)}\n` : ''}`;
}

function shortened(text: string): string {
	const line = plainText(text).replace(/\s+/g, ' ').trim();
	return line.length > SHOWN ? `${line.slice(0, SHOWN).toWellFormed()}…` : line;
}

/** `score 0.0328; meaning 1st (0.87), words 2nd` */
function why({ score, ranks, similarity, duplicates }: Hit): string {
	const parts = [
		ranks.meaning && `meaning ${ordinal(ranks.meaning)}${similarity === undefined ? '' : ` (${similarity.toFixed(2)})`}`,
		ranks.words && `words ${ordinal(ranks.words)}`,
		duplicates.length > 0 && `${duplicates.length} more alike: ${duplicates.map(placeText).join(', ')}`,
	].filter(Boolean);
	return `score ${score.toFixed(4)}; ${parts.join(', ')}`;
}

function ordinal(rank: number): string {
	const last = rank % 10;
	const teens = Math.floor(rank / 10) % 10 === 1;
	return `${rank}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][last] ?? 'th')}`;
}
