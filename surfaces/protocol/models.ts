// JSON of `models`: the catalogue, and which of its names answer on this machine.

import { CATALOGUE, type System } from '../../src/architectures/catalogue.ts';

/** What is on this machine under a name: a host says it. */
export interface Here {
	readonly name: string;
	/** 'whole': all weights. 'table': tokenizer, table and first block. 'dictionary': tokenizer only. 'absent': can be pulled. */
	readonly state: 'whole' | 'table' | 'dictionary' | 'absent';
	readonly what: string;
	readonly path?: string;
	readonly byteLength?: number;
}

export interface ModelsJson {
	readonly here: readonly Here[];
	readonly systems: readonly System[];
}

export const modelsJson = (here: readonly Here[]): ModelsJson => ({ here, systems: CATALOGUE });
