// The command line: finds the verb, runs it, prints one object or a page for people, and turns refusals into one line.
// Contract: DESIGN §6. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted.

import { TongsaError } from '../../src/errors.ts';
import { meant } from '../../src/suggest.ts';
import { readCall } from './call.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { VERBS } from './verbs.ts';
import { languageOf } from './words/language.ts';

/** How long a verb has to clean up after Ctrl-C before the process ends anyway. */
const CLEAN_UP_MS = 2000;

const interrupt = new AbortController();

function hearInterrupts(): void {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => {
			if (interrupt.signal.aborted) process.exit(130);
			interrupt.abort(new DOMException('interrupted', 'AbortError'));
			setTimeout(() => process.exit(130), CLEAN_UP_MS).unref();
		});
	}
}

// `tongsa … | head` closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code !== 'EPIPE') process.stderr.write(`tongsa: the output cannot be written: ${error.message}\n`);
	process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await main(process.argv.slice(2), processTerminal());

async function main(words: readonly string[], terminal: Terminal): Promise<number> {
	try {
		return await run(words, terminal);
	} catch (error) {
		if (interrupt.signal.aborted) return 130;
		if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
		if (asksJson(words)) await terminal.write(`${JSON.stringify({ error: errorJson(error) })}\n`);
		terminal.note(`tongsa: ${await told(error, words)}\n`);
		if (process.env.TONGSA_DEBUG) terminal.note(`${(error as Error).stack}\n`);
		return error instanceof TongsaError && error.code === 'usage' ? 2 : 1;
	}
}

async function run(words: readonly string[], terminal: Terminal): Promise<number> {
	const [name = '--help', ...rest] = words;
	if (name === '--version' || name === '-v') {
		await terminal.write(await (await import('./version.ts')).version());
		return 0;
	}
	if (name === '--help' || name === '-h' || name === 'help') {
		await terminal.write((await import('./help.ts')).overview(terminal, rest[0]?.startsWith('-') ? undefined : rest[0], languageOf(words)));
		return 0;
	}
	const verb = VERBS.find((candidate) => candidate.name === name);
	if (!verb) {
		const known = VERBS.map((candidate) => candidate.name);
		const hint = meant(name, known);
		const rest = hint ? { hint: `${hint} All: tongsa --help` } : { allowed: known.join(', '), hint: 'Try: tongsa --help' };
		throw new TongsaError('usage', 'unknown verb', { got: name, ...rest });
	}
	const call = await readCall(
		verb,
		rest.map((word) => (word === '-h' ? '--help' : word === '-o' && verb.options.output ? '--output' : word)),
		terminal,
		interrupt.signal,
	);
	if (call.flag('help')) {
		await terminal.write((await import('./help.ts')).verbHelp(terminal, verb, languageOf(words)));
		return 0;
	}
	hearInterrupts();
	const { run: answerOf } = await verb.load();
	const answer = await answerOf(call);
	if (!answer) return 0;
	await terminal.write(call.flag('json') ? `${JSON.stringify(answer.json)}\n` : await answer.text());
	return answer.code ?? 0;
}

/** Whether the answer was to be JSON: words behind `--` are no options. */
function asksJson(words: readonly string[]): boolean {
	return words.slice(0, [...words, '--'].indexOf('--')).includes('--json');
}

/** The same refusal for programs: its code, what and where, and the message that people read. */
function errorJson(error: unknown): object {
	if (!(error instanceof TongsaError)) return { code: 'internal', message: oneLine(error) };
	const { code, what, detail } = error;
	const got = typeof detail.got === 'bigint' ? String(detail.got) : detail.got;
	return { code, message: oneLine(error), what, ...detail, ...(got !== undefined && { got }) };
}

/** The line that a person reads, in the language that he reads. */
async function told(error: unknown, words: readonly string[]): Promise<string> {
	const language = languageOf(words);
	if (language === 'en' || !(error instanceof TongsaError)) return oneLine(error);
	return (await import('./words/errors.ts')).messageIn(language, error).replaceAll('\n', ' ');
}

/** A refusal on one line; a defect of ours says so. */
function oneLine(error: unknown): string {
	if (error instanceof TongsaError) return error.message.replaceAll('\n', ' ');
	const { code, message } = error as NodeJS.ErrnoException;
	const text = String(message ?? error).replaceAll('\n', ' ');
	// The system's own refusals (ENOENT, EACCES, ENOSPC, …) name the file and the reason already.
	if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return text;
	return `defect: ${text} (TONGSA_DEBUG=1 shows where)`;
}
