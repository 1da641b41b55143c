// Help pages, made from the table of verbs.

import { COMMON_OPTIONS, type Verb } from './call.ts';
import type { Terminal } from './terminal.ts';
import { VERBS } from './verbs.ts';
import { wrapped } from './view/text.ts';
import { HELP } from './words/help.ts';
import type { Language } from './words/language.ts';

/** The page of `tongsa --help`; of one verb when its name follows. */
export function overview(terminal: Terminal, name?: string, language: Language = 'en'): string {
	const words = HELP[language];
	const one = VERBS.find((verb) => verb.name === name);
	if (one) return verbHelp(terminal, one, language);
	const { columns } = terminal;
	const width = Math.max(...VERBS.map((verb) => verb.name.length));
	return [
		...wrapped(`tongsa: ${words.about}`, columns),
		'',
		`${words.usage}: tongsa VERB …`,
		'',
		...VERBS.flatMap((verb) => entry(verb.name, words.verbs[verb.name] ?? verb.summary, width, columns)),
		'',
		...wrapped(words.model, columns),
		...wrapped(words.every, columns),
		'',
	].join('\n');
}

export function verbHelp(terminal: Terminal, verb: Verb, language: Language = 'en'): string {
	const said = HELP[language];
	const options = Object.entries({ ...verb.options, ...COMMON_OPTIONS }).map(([name, spec]) => [
		`--${name}${spec.value ? ` ${spec.value}` : ''}`,
		said.of[`${verb.name} ${name}`] ?? said.of[name] ?? spec.summary,
	]);
	const width = Math.max(...options.map(([name]) => name!.length));
	const words = verb.arguments.map((argument) => (argument.optional ? `[${argument.name}]` : argument.name));
	return [
		...wrapped(`tongsa ${verb.name}: ${said.verbs[verb.name] ?? verb.summary}`, terminal.columns),
		'',
		...wrapped(`${said.usage}: tongsa ${[verb.name, ...words].join(' ')} ${said.options}`, terminal.columns),
		'',
		...options.flatMap(([name, summary]) => entry(name!, summary!, width, terminal.columns)),
		'',
		`${verb.examples.length === 1 ? said.example : said.examples}:`,
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
