// Where a reading of a pattern stands, and what it cannot go on with.

import { TongsaError } from '../../errors.ts';

/** 'oniguruma': as tokenizer.json's patterns are read. 'rust': as tiktoken's are: $ is the end of the text, {1,3}+ is possessive. */
export type RegexSyntax = 'oniguruma' | 'rust';

/** A pattern has at most this many characters: the longest known (DeepSeek's letters) has about 1,000. */
const MAX_PATTERN = 20_000;
/** Groups in groups, classes in classes: the known ones stop at 3; the bound keeps a hostile pattern from the call stack's end. */
const MAX_DEPTH = 50;

export class Cursor {
	readonly syntax: RegexSyntax;
	readonly #pattern: string;
	readonly #chars: readonly string[];
	#at = 0;
	#depth = 0;

	constructor(pattern: string, syntax: RegexSyntax) {
		if (pattern.length > MAX_PATTERN) {
			throw new TongsaError('too-large', 'regular expression', {
				got: pattern.length,
				allowed: `at most ${MAX_PATTERN} characters: the longest known has 1,000`,
			});
		}
		this.syntax = syntax;
		this.#pattern = pattern;
		this.#chars = [...pattern];
	}

	get over(): boolean {
		return this.#at >= this.#chars.length;
	}

	/** The character `ahead` of the next one, which is not taken. */
	peek(ahead = 0): string | undefined {
		return this.#chars[this.#at + ahead];
	}

	take(): string | undefined {
		return this.#chars[this.#at++];
	}

	/** Takes `text` (ASCII) if it comes next. */
	eat(text: string): boolean {
		for (let i = 0; i < text.length; i++) if (this.peek(i) !== text[i]) return false;
		this.#at += text.length;
		return true;
	}

	/** Takes what an expression that begins with ^ and looks at most `most` characters ahead finds in ASCII. */
	match(expression: RegExp, most: number): RegExpExecArray | undefined {
		const found = expression.exec(this.#chars.slice(this.#at, this.#at + most).join(''));
		if (!found) return undefined;
		this.#at += found[0].length;
		return found;
	}

	/** What stands inside a group or a class. */
	inside(what: 'groups' | 'classes', read: () => string): string {
		if (++this.#depth > MAX_DEPTH) this.malformed(`more than ${MAX_DEPTH} ${what} in one another`);
		const inner = read();
		this.#depth--;
		return inner;
	}

	refuse(what: string): never {
		throw new TongsaError('unsupported', `regular expression: ${what} has no translation`, { field: 'pattern', got: this.#pattern });
	}

	malformed(what: string): never {
		throw new TongsaError('malformed', `regular expression: ${what}`, { field: 'pattern', got: this.#pattern });
	}
}
