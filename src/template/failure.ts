// What a template does wrong, as Python would say it, and the bounds that it runs in.

/** The exceptions that Jinja and Python tell apart where a template runs. */
export type FailureKind =
	| 'TypeError'
	| 'ValueError'
	| 'LookupError'
	| 'OverflowError'
	| 'ZeroDivisionError'
	| 'AttributeError'
	| 'UndefinedError'
	| 'SecurityError'
	| 'TemplateSyntaxError'
	| 'TemplateError'; // raise_exception, and what a template may not do

/** A template that is wrong, or refuses what it is given. */
export class TemplateFailure extends Error {
	override readonly name = 'TemplateFailure';
	readonly kind: FailureKind;
	/** 1-based; of syntax errors. */
	readonly line: number | undefined;

	constructor(kind: FailureKind, message: string, line?: number) {
		super(message);
		this.kind = kind;
		this.line = line;
	}
}

export const fail = (kind: FailureKind, message: string, line?: number): never => {
	throw new TemplateFailure(kind, message, line);
};

/** A bound that a template has run into. Nothing in a template can catch it. */
export class BudgetExceeded extends Error {
	override readonly name = 'BudgetExceeded';
	readonly allowed: string;

	constructor(what: string, allowed: string) {
		super(what);
		this.allowed = allowed;
	}
}

/** The bounds of one rendering. */
export interface Bounds {
	/** Steps: one a node that is evaluated, a turn of a loop, 32 characters or 4 items that are touched. Some ten million a second. */
	readonly steps: number;
	/** Calls inside calls. Python stops at some 150 macros inside each other. */
	readonly depth: number;
	/** Characters of one text, the rendered one included. */
	readonly characters: number;
}

/** 4 million steps are the work of half a second; the longest published template takes 20,000 for a conversation of 20 messages. */
export const DEFAULT_BOUNDS: Bounds = { steps: 4_000_000, depth: 150, characters: 2 ** 25 };

/** Counts what a rendering takes. */
export class Budget {
	#steps = 0;
	#depth = 0;
	#next: number;
	readonly bounds: Bounds;
	/** Set after every `SLICE` steps: statements let others work then. */
	due = false;

	constructor(bounds: Bounds) {
		this.bounds = bounds;
		this.#next = SLICE;
	}

	/** @throws BudgetExceeded */
	spend(steps: number): void {
		this.#steps += steps;
		if (this.#steps < this.#next) return;
		if (this.#steps > this.bounds.steps) throw new BudgetExceeded('takes too many steps', `${this.bounds.steps} steps`);
		this.#next = this.#steps + SLICE;
		this.due = true;
	}

	/** A text of so many characters is made. */
	text(characters: number): void {
		if (characters > this.bounds.characters) {
			throw new BudgetExceeded('makes too long a text', `${this.bounds.characters} characters`);
		}
		this.spend(Math.floor(characters / 32));
	}

	/** So many items are touched. */
	items(count: number): void {
		this.spend(Math.floor(count / 4));
	}

	enter(): void {
		if (++this.#depth > this.bounds.depth)
			throw new BudgetExceeded('calls itself too often', `${this.bounds.depth} calls inside each other`);
	}

	leave(): void {
		this.#depth--;
	}
}

/** Steps between two pauses: a few milliseconds. */
const SLICE = 20_000;
