// One call of the command line: words → a verb's arguments and options, checked against the verb's table entry.

import { type ErrorDetail, TongsaError } from '../../src/errors.ts';
import { meant } from '../../src/suggest.ts';
import type { Terminal } from './terminal.ts';

export interface OptionSpec {
	/** Placeholder of the option's value in help ('N'); absent for a switch. */
	readonly value?: string;
	/** May be given more than once. */
	readonly many?: boolean;
	readonly choices?: readonly string[];
	readonly summary: string;
}

export interface ArgumentSpec {
	readonly name: string;
	readonly optional?: boolean;
	readonly many?: boolean;
	/** What a shell offers in its place. */
	readonly completes?: 'model' | 'shell';
}

export interface Verb {
	readonly name: string;
	readonly summary: string;
	readonly arguments: readonly ArgumentSpec[];
	readonly options: Readonly<Record<string, OptionSpec>>;
	/** Command lines without the leading `tongsa `. */
	readonly examples: readonly string[];
	readonly load: () => Promise<{ readonly run: Run }>;
}

/** What a verb answers: the object of --json, and the same for people. Nothing when the verb has written its output itself. */
export interface Answer {
	readonly json: object;
	readonly text: () => string | Promise<string>;
	/** The exit code: 1 where what was asked about does not hold (default 0). */
	readonly code?: 0 | 1;
}

export type Run = (call: Call) => Promise<Answer | undefined>;

/** Options that every verb has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
	json: { summary: 'print exactly one JSON object on stdout' },
	lang: { value: 'LANG', choices: ['en', 'ko', 'ja', 'zh'], summary: 'the language of help and messages (default: as LANG says)' },
	help: { summary: 'show this help' },
};

export interface Call {
	readonly verb: Verb;
	readonly arguments: readonly string[];
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
	/** Whether a switch is on. */
	flag(name: string): boolean;
	/** An option's value; one of its choices where it has some. */
	value(name: string): string | undefined;
	values(name: string): readonly string[];
	/** An option's whole number within its bounds. */
	integer(name: string, standard: number, least: number, most: number): number;
	usage(what: string, detail?: Pick<ErrorDetail, 'got' | 'allowed' | 'field' | 'hint'>): TongsaError;
}

/**
 * Reads the words after the verb's name.
 * @throws TongsaError 'usage' on an unknown option, a missing value, too few or too many arguments.
 */
export async function readCall(verb: Verb, words: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<Call> {
	const specs = { ...COMMON_OPTIONS, ...verb.options };
	const usage: Call['usage'] = (what, detail = {}) =>
		new TongsaError('usage', what, { hint: `Try: tongsa ${verb.name} --help`, ...detail });

	const { values, positionals } = await parse(specs, words, usage);
	const most = verb.arguments.some((argument) => argument.many) ? Infinity : verb.arguments.length;
	const least = verb.arguments.filter((argument) => !argument.optional).length;
	if (!values.help) {
		if (positionals.length < least) throw usage(`${verb.name} needs ${verb.arguments[positionals.length]!.name}`);
		if (positionals.length > most) {
			throw usage(`${verb.name} has an argument too many (a text of several words needs quotes)`, { got: positionals[most]! });
		}
	}
	for (const [name, spec] of Object.entries(specs)) {
		const got = values[name];
		if (spec.choices && typeof got === 'string' && !spec.choices.includes(got)) {
			const hint = meant(got, spec.choices);
			throw usage('unknown value', { field: `--${name}`, got, allowed: spec.choices.join(', '), ...(hint && { hint }) });
		}
	}
	return {
		verb,
		arguments: positionals,
		terminal,
		signal,
		usage,
		flag: (name) => values[name] === true,
		value: (name) => values[name] as string | undefined,
		values: (name) => (values[name] as string[] | undefined) ?? [],
		integer(name, standard, from, to) {
			const got = values[name] as string | undefined;
			if (got === undefined) return standard;
			const number = Number(got);
			// 1e3 is a thousand, as people and spreadsheets write it.
			if (!/^-?\d+(?:e\+?\d{1,2})?$/i.test(got) || number < from || number > to) {
				throw usage('not a whole number within its bounds', { field: `--${name}`, got, allowed: `${from} to ${to}` });
			}
			return number;
		},
	};
}

async function parse(specs: Readonly<Record<string, OptionSpec>>, words: readonly string[], usage: Call['usage']) {
	// An import would first make everything else that node:util has, down to its differ and its colours: a tenth of a start.
	const { parseArgs } = process.getBuiltinModule?.('node:util') ?? (await import('node:util'));
	const options = Object.fromEntries(
		Object.entries(specs).map(([name, spec]) => [
			name,
			{ type: spec.value ? ('string' as const) : ('boolean' as const), multiple: spec.many === true },
		]),
	);
	try {
		return parseArgs({ args: joined(specs, words), options, allowPositionals: true });
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		const got = /'(-[^' ]*)/.exec((error as Error).message)?.[1];
		const known = Object.keys(specs).map((name) => `--${name}`);
		if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
			const hint = got && meant(got, known);
			throw usage('unknown option', { got: got ?? '', ...(hint ? { hint } : { allowed: known.join(', ') }) });
		}
		throw usage(`${(error as Error).message.split('. ')[0]}`);
	}
}

/** `--vector -1,2` means `--vector=-1,2`: a value may begin with a minus sign. */
function joined(specs: Readonly<Record<string, OptionSpec>>, words: readonly string[]): string[] {
	const out: string[] = [];
	for (let i = 0; i < words.length; i++) {
		const word = words[i]!;
		if (word === '--') return [...out, ...words.slice(i)];
		const next = words[i + 1];
		if (word.startsWith('--') && specs[word.slice(2)]?.value && next !== undefined && /^-[\d.[]/.test(next)) {
			out.push(`${word}=${next}`);
			i++;
		} else out.push(word);
	}
	return out;
}
