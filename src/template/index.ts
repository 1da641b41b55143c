// Chat templates: Jinja as Python and transformers run it, in bounds, without a worker.
// https://jinja.palletsprojects.com/en/stable/templates/; transformers/utils/chat_template_utils.py

import { TongsaError } from '../errors.ts';
import { compileRoot } from './compile.ts';
import { type Bounds, Budget, BudgetExceeded, DEFAULT_BOUNDS, TemplateFailure } from './failure.ts';
import { FILTERS } from './filters.ts';
import { CALLERS, toValue } from './input.ts';
import { globals } from './objects.ts';
import { parseTemplate } from './parser.ts';
import { type Ending, type Run, Scope, type Steps } from './scope.ts';
import { TESTS } from './tests.ts';
import { joined, raw, type Str, userParts } from './text.ts';
import type { Value } from './values.ts';

export type { Bounds } from './failure.ts';
export { type ExactJson, Float, parseExactJson, plainJson } from './input.ts';

/** The longest template of a published model has some 30 kB. */
const MAX_TEMPLATE = 2 ** 20;

export interface RenderOptions {
	/** The local time for `strftime_now` (default: the machine's). */
	readonly now?: () => Date;
	/** Narrower or wider bounds than the usual ones. */
	readonly bounds?: Partial<Bounds>;
	/** Values whose texts somebody else wrote, and not the model's maker: messages, tools, documents. Their places are told in `user`. */
	readonly untrusted?: readonly string[];
	readonly signal?: AbortSignal;
	/** Comes back when what else is waiting has had its turn: every few milliseconds (default: nobody waits). */
	readonly pause?: () => Promise<void>;
}

export interface Rendered {
	readonly text: string;
	/** UTF-16 units of the text that came from untrusted values: from, to, from, to, …, ascending and apart. */
	readonly user: readonly number[];
}

export interface Template {
	readonly source: string;
	/**
	 * @param values what the template may name. JSON, plain or as parseExactJson gives it.
	 * @throws TongsaError 'malformed' where the template is wrong or refuses what it is given, 'too-large' where it runs into a bound; the signal's reason.
	 */
	render(values: Readonly<Record<string, unknown>>, options?: RenderOptions): Promise<Rendered>;
	/** As `render`, in one go. */
	renderSync(values: Readonly<Record<string, unknown>>, options?: Omit<RenderOptions, 'signal' | 'pause'>): Rendered;
}

/**
 * A template's text, ready to be rendered any number of times.
 *
 *     compileTemplate("{{ messages | map(attribute='role') | join('|') }}").renderSync({ messages: [{ role: 'user' }] }).text // 'user'
 *
 * @throws TongsaError 'malformed' with the line, 'too-large'.
 */
export function compileTemplate(source: string): Template {
	if (source.length > MAX_TEMPLATE) {
		throw new TongsaError('too-large', 'the chat template is too long', {
			field: 'chat_template',
			got: source.length,
			allowed: `at most ${MAX_TEMPLATE} characters`,
		});
	}
	const execute = guarded(() => compileRoot(parseTemplate(source)));

	/** A rendering that pauses. */
	function* steps(values: Readonly<Record<string, unknown>>, options: RenderOptions): Steps<Rendered> {
		const { now = () => new Date(), bounds, untrusted = [] } = options;
		const context = new Map<string, Value>(globals(now));
		for (const [name, value] of Object.entries(values)) {
			if (value !== undefined) context.set(name, toValue(value, untrusted.includes(name) ? CALLERS : undefined));
		}
		const size = [...context.values()].reduce((sum: number, value) => sum + sizeOf(value), 0);
		const limits = { ...DEFAULT_BOUNDS, ...bounds };
		// A long conversation may take its time: as many steps more as it has characters.
		const budget = new Budget({ ...limits, steps: limits.steps + size });
		const run: Run = { budget, filters: FILTERS, tests: TESTS, now, context, out: [], written: 0 };
		const out = run.out;
		const statements: Steps<Ending> = execute(run, new Scope());
		while (!guarded(() => statements.next()).done) yield;
		const text: Str = joined(out);
		return { text: raw(text), user: userParts(text) };
	}

	return {
		source,
		async render(values, options = {}) {
			const { signal, pause } = options;
			signal?.throwIfAborted();
			const rendering = steps(values, options);
			for (;;) {
				const { done, value } = rendering.next();
				if (done) return value;
				await pause?.();
				signal?.throwIfAborted();
			}
		},
		renderSync(values, options = {}) {
			const rendering = steps(values, options);
			for (;;) {
				const { done, value } = rendering.next();
				if (done) return value;
			}
		},
	};
}

/** Characters in a value, roughly. */
function sizeOf(value: Value): number {
	if (typeof value === 'string') return value.length;
	if (value === null || typeof value !== 'object') return 1;
	if ('text' in value) return value.text.length;
	const items = Array.isArray(value) ? value : 'entries' in value ? value.values() : [];
	let size = 1;
	for (const item of items as Iterable<Value>) size += sizeOf(item);
	return size;
}

/** What a template does wrong, as the library's own refusal. */
function guarded<T>(run: () => T): T {
	try {
		return run();
	} catch (error) {
		if (error instanceof BudgetExceeded) {
			throw new TongsaError('too-large', `the chat template ${error.message}`, { field: 'chat_template', allowed: error.allowed });
		}
		if (error instanceof TemplateFailure) {
			const place = error.line === undefined ? '' : ` in line ${error.line}`;
			const what = error.kind === 'TemplateSyntaxError' ? `the chat template is not written correctly${place}` : 'the chat template failed';
			throw new TongsaError('malformed', what, { field: 'chat_template', got: error.message }, { cause: error });
		}
		// The stack of the runtime: deeper than any template that ends.
		if (error instanceof RangeError && /call stack/i.test(error.message)) {
			throw new TongsaError('too-large', 'the chat template calls itself too often', {
				field: 'chat_template',
				allowed: `${DEFAULT_BOUNDS.depth} calls inside each other`,
			});
		}
		throw error;
	}
}
