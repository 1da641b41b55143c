// Help pages, made from the table of verbs.

import { COMMON_OPTIONS, type Verb } from './call.ts';
import type { Terminal } from './terminal.ts';
import { VERBS } from './verbs.ts';
import { wrapped } from './view/text.ts';

/** The page of `tongsa --help`; of one verb when its name follows. */
export function overview(terminal: Terminal, name?: string): string {
	const one = VERBS.find((verb) => verb.name === name);
	if (one) return verbHelp(terminal, one);
	const { columns } = terminal;
	const width = Math.max(...VERBS.map((verb) => verb.name.length));
	return [
		...wrapped("tongsa: opens a language model's own weight file and translates between people's language and the model's.", columns),
		'',
		'Usage: tongsa VERB …',
		'',
		...VERBS.flatMap((verb) => entry(verb.name, verb.summary, width, columns)),
		'',
		...wrapped('MODEL is a name (tongsa models), a file or folder, hf:owner/repo[/file], ollama:name[:tag], or an http(s) URL.', columns),
		...wrapped('Every verb has --help with examples, and --json.', columns),
		'',
	].join('\n');
}

export function verbHelp(terminal: Terminal, verb: Verb): string {
	const options = Object.entries({ ...verb.options, ...COMMON_OPTIONS }).map(([name, spec]) => [
		`--${name}${spec.value ? ` ${spec.value}` : ''}`,
		spec.summary,
	]);
	const width = Math.max(...options.map(([name]) => name!.length));
	const words = verb.arguments.map((argument) => (argument.optional ? `[${argument.name}]` : argument.name));
	return [
		...wrapped(`tongsa ${verb.name}: ${verb.summary}`, terminal.columns),
		'',
		...wrapped(`Usage: tongsa ${[verb.name, ...words].join(' ')} [options]`, terminal.columns),
		'',
		...options.flatMap(([name, summary]) => entry(name!, summary!, width, terminal.columns)),
		'',
		verb.examples.length === 1 ? 'Example:' : 'Examples:',
		...verb.examples.map((example) => `  tongsa ${example}`),
		'',
	].join('\n');
}

/** Text beside its name; below it where that leaves too little room. */
function entry(name: string, summary: string, width: number, columns: number): string[] {
	const indent = width + 4;
	if (columns - indent < 24) return [`  ${name}`, ...wrapped(summary, columns - 6).map((line) => `      ${line}`)];
	return wrapped(summary, columns - indent).map((line, i) => (i ? ' '.repeat(indent) : `  ${name.padEnd(width)}  `) + line);
}
