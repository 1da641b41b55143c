// One answer of the model, read into blocks as it comes.

import type { Finish } from '../../../src/generation/generate.ts';
import { type AnswerOptions, runWhole } from '../generation.ts';
import type { Asked, Service, Turn } from '../service.ts';
import { type Block, blockReader, type Step } from './blocks.ts';
import { replyReader } from './reply.ts';

export interface BlockAnswer {
	readonly blocks: readonly Block[];
	readonly finish: Finish;
	/** Tokens that were written. */
	readonly made: number;
	/** Whether a call was made, and is whole. */
	readonly calls: boolean;
}

/** @param oneCall whether the answer ends with its first call */
export async function blockAnswer(
	service: Service,
	c: Asked,
	turn: Turn,
	ids: readonly number[],
	options: AnswerOptions,
	oneCall: boolean,
	tell: (step: Step) => void = () => undefined,
): Promise<BlockAnswer> {
	const reading = replyReader(options.reading !== undefined);
	const made = blockReader();
	const { finish, tokens } = await runWhole(service, c, turn, ids, options, (more, _, heard) => {
		const events = reading.read(more, heard);
		for (const step of made.read(events)) tell(step);
		return oneCall && events.some(({ type }) => type === 'callEnd');
	});
	for (const step of made.end()) tell(step);
	return { blocks: made.blocks, finish, made: tokens.length, calls: reading.reply.calls.length > 0 };
}
