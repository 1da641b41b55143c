// What the catalogue knows of a system: published shapes with how sure they are, what is open, what stands nearest, what is unknown.

/**
 * One size: name, layers L (null where unknown, so for all numbers), width D, query heads H, key/value heads K, head width Dh,
 * feed-forward F, vocabulary V (rows of the table), context, parameters as published, parameters computed from the shape,
 * tied or not (null: unknown), and how sure the shape is.
 */
export type SizeRow = readonly [
	name: string,
	layers: number | null,
	width: number | null,
	heads: number | null,
	keyValueHeads: number | null,
	headWidth: number | null,
	feedForward: number | null,
	vocabulary: number | null,
	context: number | null,
	published: number | null,
	computed: number | null,
	tied: boolean | null,
	sure: Sureness,
];

/** How a shape is known. */
export type Sureness = 'P' | 'P*' | 'S' | 'R+' | 'R';

export const SURENESS: Readonly<Record<Sureness, string>> = {
	P: "the authors' code, configuration, card or report was read",
	'P*': "the authors' own table was read, in a text copy",
	S: 'a secondary source was read (a port, a survey, a loader log)',
	'R+': 'recalled, and the published count is reproduced by it',
	R: 'recalled only',
};

/** 'weights': all can be had. 'dictionary': the tokenizer only. 'paper': neither. 'code': code without weights. */
export type Openness = 'weights' | 'dictionary' | 'paper' | 'code';

export interface SystemData {
	readonly id: string;
	readonly title: string;
	/** Other names, lower case. */
	readonly aliases: readonly string[];
	readonly year: number;
	readonly maker: string;
	readonly open: Openness;
	readonly openWhat: string;
	/** `answers`: the name under which `tokenize` works without any fetch. */
	readonly tokenizer: { readonly kind: string; readonly public: boolean; readonly answers?: string };
	/** A repository of its open weights, for `hf:`. */
	readonly repository?: string;
	/** For a closed system: what can be opened in its place, and why. */
	readonly nearest?: { readonly what: string; readonly why: string };
	/** What nobody outside knows. */
	readonly unknown: readonly string[];
	readonly notes?: readonly string[];
	readonly sizes: readonly SizeRow[];
	readonly sources: readonly string[];
}
