// The catalogue: the course's systems and their open neighbours, as data with sources. `models` and `info NAME` answer from it.

import { CLOSED } from './catalogue/closed.ts';
import { DECODERS } from './catalogue/decoders.ts';
import { DECODERS_2024 } from './catalogue/decoders-2024.ts';
import { ENCODERS } from './catalogue/encoders.ts';
import type { SizeRow, SystemData } from './catalogue-types.ts';

export { type Openness, SURENESS, type SystemData } from './catalogue-types.ts';

export interface Size {
	readonly name: string;
	readonly layers: number | null;
	readonly width: number | null;
	readonly heads: number | null;
	readonly keyValueHeads: number | null;
	readonly headWidth: number | null;
	readonly feedForward: number | null;
	readonly vocabulary: number | null;
	readonly context: number | null;
	/** As the authors state it; a rounded label where they state no more. */
	readonly publishedParameters: number | null;
	/** Counted from the shape: stored weights, a tied matrix once. */
	readonly computedParameters: number | null;
	readonly tied: boolean | null;
	/** A key of SURENESS. */
	readonly sure: SizeRow[12];
}

/** A system of the catalogue with its sizes under their names. */
export interface System extends Omit<SystemData, 'sizes'> {
	readonly sizes: readonly Size[];
}

/** All systems, the course's first, by year. */
export const CATALOGUE: readonly System[] = [...CLOSED, ...DECODERS, ...DECODERS_2024, ...ENCODERS]
	.map((system) => ({ ...system, sizes: system.sizes.map(size) }))
	.sort((a, b) => a.year - b.year);

function size(row: SizeRow): Size {
	const [name, layers, width, heads, keyValueHeads, headWidth, feedForward, vocabulary, context, published, computed, tied, sure] = row;
	return {
		...{ name, layers, width, heads, keyValueHeads, headWidth, feedForward, vocabulary, context },
		publishedParameters: published,
		computedParameters: computed,
		tied,
		sure,
	};
}

/** A system by id, title, alias or the name of one of its sizes; case and spaces do not matter. */
export function catalogueSystem(name: string): System | undefined {
	const key = plain(name);
	const names = ({ id, title, aliases }: System) => [id, title, ...aliases].map(plain);
	return (
		CATALOGUE.find((system) => names(system).includes(key)) ??
		CATALOGUE.find((system) => system.sizes.some((one) => plain(one.name) === key))
	);
}

/** 'Megatron-Turing NLG 530B' and 'megatron turing nlg 530b' are one name. */
const plain = (name: string): string => name.toLowerCase().replace(/[\s_]+/g, '-');
