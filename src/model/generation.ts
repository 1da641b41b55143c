// One generation under way: pieces of text as they come, the whole text, and how it ended, whichever of them the caller asks for.

import type { Finish, GeneratedPiece } from '../generation/generate.ts';
import type { Provenance } from './provenance.ts';

/** How a generation ended, and on what it stands; the provenance's tokens are the prompt's. */
export interface Generated extends Finish {
	/** All ids and all text of the answer. */
	readonly ids: readonly number[];
	readonly text: string;
	readonly provenance: Provenance;
}

/**
 * Pieces of an answer, as they come. Nothing is computed before somebody asks; `text` and `result` run to the end and take no piece away
 * from whoever reads them one by one.
 *
 *     for await (const { text } of model.generate('Once upon a time')) process.stdout.write(text)
 *     const { finishReason } = await answer.result
 */
export interface Generation extends AsyncIterableIterator<GeneratedPiece, Generated> {
	/** The whole text. */
	text(): Promise<string>;
	/** How it ended. */
	readonly result: Promise<Generated>;
	/** Ends it early, as leaving a loop over it does. */
	return(value?: Generated | PromiseLike<Generated>): Promise<IteratorResult<GeneratedPiece, Generated>>;
	[Symbol.asyncIterator](): Generation;
}

type Source = AsyncGenerator<GeneratedPiece, Omit<Generated, 'ids' | 'text'>>;

export function generationOf(source: Source): Generation {
	return new Pieces(source);
}

class Pieces implements Generation {
	readonly #source: Source;
	readonly #pieces: GeneratedPiece[] = [];
	#taken = 0;
	#end: Generated | undefined;
	#last: Promise<void> = Promise.resolve();

	constructor(source: Source) {
		this.#source = source;
	}

	async text(): Promise<string> {
		return (await this.result).text;
	}

	get result(): Promise<Generated> {
		return this.#finish();
	}

	async next(): Promise<IteratorResult<GeneratedPiece, Generated>> {
		while (this.#taken >= this.#pieces.length) {
			if (this.#end) return { done: true, value: this.#end };
			await this.#pull();
		}
		return { done: false, value: this.#pieces[this.#taken++]! };
	}

	async return(value?: Generated | PromiseLike<Generated>): Promise<IteratorResult<GeneratedPiece, Generated>> {
		const ended = await value;
		await this.#source.return(ended as never);
		return { done: true, value: ended as Generated };
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	async #finish(): Promise<Generated> {
		while (!this.#end) await this.#pull();
		return this.#end;
	}

	/** One piece more; several who ask wait for each other. */
	#pull(): Promise<void> {
		const pulled = this.#last.then(async () => {
			if (this.#end) return;
			const { done, value } = await this.#source.next();
			if (!done) return void this.#pieces.push(value);
			const ids = this.#pieces.flatMap(({ id }) => (id === undefined ? [] : [id]));
			this.#end = { ...value, ids, text: this.#pieces.map(({ text }) => text).join('') };
		});
		this.#last = pulled.catch(() => undefined);
		return pulled;
	}
}
