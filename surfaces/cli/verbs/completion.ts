// completion SHELL: a script made from the table of verbs. Files are offered by the shell itself.

import { PACKAGED } from '../../../hosts/node/packaged.ts';
import { RECIPES } from '../../../hosts/node/recipes.ts';
import { COMMON_OPTIONS, type Run, type Verb } from '../call.ts';

const MODELS = [...new Set([...PACKAGED.map(({ name }) => name), ...RECIPES.map(({ name }) => name)])];

const SHELLS: Readonly<Record<string, (verbs: readonly Verb[]) => string>> = { bash, zsh, fish };

/** The verb, for the table that it stands in itself. */
export const completionOf = (verbs: readonly Verb[]): { readonly run: Run } => ({
	async run(call) {
		const shell = call.arguments[0]!;
		const script = SHELLS[shell];
		if (!script) throw call.usage('unknown shell', { got: shell, allowed: Object.keys(SHELLS).join(', ') });
		const text = script(verbs);
		return { json: { shell, script: text }, text: () => text };
	},
});

const options = (verb: Verb) => Object.entries({ ...verb.options, ...COMMON_OPTIONS });
const words = (verb: Verb): string[] => {
	const completes = verb.arguments[0]?.completes;
	return completes === 'model' ? MODELS : completes === 'shell' ? Object.keys(SHELLS) : [];
};

function bash(verbs: readonly Verb[]): string {
	const cases = verbs.map((verb) => {
		const flags = options(verb).map(([name]) => `--${name}`);
		return `\t\t${verb.name}) words="${[...words(verb), ...flags].join(' ')}" ;;`;
	});
	return [
		'# bash completion for tongsa',
		'_tongsa() {',
		'\tlocal words current="$2"',
		'\tif [ "$COMP_CWORD" -eq 1 ]; then',
		`\t\twords="${verbs.map(({ name }) => name).join(' ')} --help --version"`,
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's, not ours
		'\telse case "${COMP_WORDS[1]}" in',
		...cases,
		'\tesac; fi',
		'\tmapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
		'}',
		'complete -o default -F _tongsa tongsa',
		'',
	].join('\n');
}

function zsh(verbs: readonly Verb[]): string {
	const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:').replaceAll('[', '\\[').replaceAll(']', '\\]');
	const cases = verbs.map((verb) => {
		const flags = options(verb).map(
			([name, spec]) => `'${spec.many ? '*' : ''}--${name}[${quoted(spec.summary)}]${spec.value ? ':value:' : ''}'`,
		);
		const first = words(verb).length ? ` '1:name:(${words(verb).join(' ')})' '*:file:_files'` : '';
		return `\t\t${verb.name}) _arguments ${flags.join(' ')}${first} ;;`;
	});
	return [
		'#compdef tongsa',
		'_tongsa() {',
		'\tlocal -a verbs',
		`\tverbs=(${verbs.map(({ name, summary }) => `'${name}:${quoted(summary)}'`).join(' ')})`,
		"\tif (( CURRENT == 2 )); then _describe 'verb' verbs; return; fi",
		'\tlocal verb=$words[2]',
		'\tshift words; (( CURRENT-- ))',
		'\tcase $verb in',
		...cases,
		'\tesac',
		'}',
		// Autoloaded from $fpath the file is the function's body; sourced, it registers itself.
		'if [ "$funcstack[1]" = _tongsa ]; then _tongsa "$@"; else compdef _tongsa tongsa; fi',
		'',
	].join('\n');
}

function fish(verbs: readonly Verb[]): string {
	const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
	const lines = verbs.flatMap((verb) => {
		const here = `-n '__fish_seen_subcommand_from ${verb.name}'`;
		return [
			`complete -c tongsa -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(verb.summary)}`,
			...(words(verb).length ? [`complete -c tongsa ${here} -a '${words(verb).join(' ')}'`] : []),
			...options(verb).map(([name, spec]) => `complete -c tongsa ${here} -l ${name}${spec.value ? ' -r' : ''} -d ${quoted(spec.summary)}`),
		];
	});
	return ['# fish completion for tongsa', ...lines, ''].join('\n');
}
