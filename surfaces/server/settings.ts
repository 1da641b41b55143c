// The server's settings, in one table: flags, environment variables, the configuration file and the help are all read from it.

import { TongsaError } from '../../src/errors.ts';

interface Text {
	readonly kind: 'text';
	readonly standard: string;
}
interface List {
	readonly kind: 'list';
}
interface Whole {
	readonly kind: 'whole';
	readonly standard: number;
	readonly least: number;
	readonly most: number;
}
export type Setting = (Text | List | Whole) & { readonly value: string; readonly summary: string };

const whole = (standard: number, least: number, most: number, value: string, summary: string) =>
	({ kind: 'whole', standard, least, most, value, summary }) as const;
const text = (standard: string, value: string, summary: string) => ({ kind: 'text', standard, value, summary }) as const;
const list = (value: string, summary: string) => ({ kind: 'list', value, summary }) as const;

/** A day: no request and no model waits longer. */
const DAY = 86_400;

export const SETTINGS = {
	host: text('127.0.0.1', 'ADDRESS', 'the address to listen on'),
	port: whole(8080, 0, 65_535, 'N', 'the port to listen on; 0 takes a free one'),
	'api-key': list('KEY', 'a key that requests must bring, one a client (better given by the environment: others can read flags)'),
	'key-file': text('', 'FILE', 'JSON list of keys: name, key, and what each may have a minute (requestsPerMinute, tokensPerMinute)'),
	'trust-proxy': list('ADDRESS', 'a proxy whose X-Forwarded-For is believed: an IP address, a range (10.0.0.0/8), or loopback'),
	'allow-host': list('NAME', 'a host name that requests may be addressed to, beside localhost and IP addresses'),
	'allow-origin': list('ORIGIN', 'a web origin whose pages may ask (https://example.org); * for all'),
	'allow-folder': list('DIR', 'a folder whose model files requests may name by their path'),
	'max-body': whole(16, 1, 1024, 'MIB', 'the largest request body, in MiB'),
	'max-inputs': whole(2048, 1, 1_000_000, 'N', 'the most texts in one request'),
	'max-input-tokens': whole(300_000, 1, 100_000_000, 'N', 'the most tokens that one request may bring'),
	'max-tokens': whole(4096, 1, 10_000_000, 'N', 'the most tokens that one request may have generated'),
	'max-trace-tokens': whole(512, 1, 1_000_000, 'N', 'the most tokens of a trace, a lens, or the words of nearest'),
	'max-values': whole(4_194_304, 1, 2 ** 28, 'N', 'the most numbers that one answer may hold'),
	'max-requests': whole(256, 1, 100_000, 'N', 'requests at work or waiting, all models together'),
	'max-queue': whole(64, 0, 100_000, 'N', 'requests that may wait for one model'),
	timeout: whole(600, 1, DAY, 'SECONDS', 'the longest that one request may take'),
	'drain-delay': whole(0, 0, DAY, 'SECONDS', 'how long /readyz says no before a server that is told to stop takes no more requests'),
	grace: whole(10, 0, DAY, 'SECONDS', 'how long requests may still run when the server is told to stop'),
	'max-models': whole(4, 1, 1000, 'N', 'models open at the same time'),
	idle: whole(600, 1, DAY, 'SECONDS', 'a model that nobody asks for this long is closed'),
	'max-memory': whole(0, 0, 100_000_000, 'MIB', 'idle models are closed above this resident memory; 0 for 70% of the machine'),
	context: whole(4096, 16, 16_777_216, 'N', 'the most tokens of a prompt and its answer together; memory for them is taken with the model'),
	'prefix-cache': whole(512, 0, 1_000_000, 'MIB', 'what is kept of conversations that others have followed, for each open model, in MiB'),
	'log-level': text('info', 'LEVEL', 'fatal, error, warn, info, debug, trace or silent'),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<S extends Setting> = S extends Text ? string : S extends Whole ? number : readonly string[];
export type Settings = { readonly [N in SettingName]: ValueOf<(typeof SETTINGS)[N]> };

/** Where a setting may come from: a flag's, a variable's or the file's value, undefined where it says nothing. */
export type SettingSource = (name: SettingName) => unknown;

/** --max-queue → TONGSA_SERVE_MAX_QUEUE; a list's items are separated by commas. */
const variableName = (name: SettingName): string => `TONGSA_SERVE_${name.toUpperCase().replaceAll('-', '_')}`;

/** Each setting from the first source that has it, else its standard. @throws TongsaError 'usage' naming the setting. */
export function readSettings(sources: readonly SettingSource[]): Settings {
	const entries = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
		const given = sources.map((source) => source(name)).find((value) => value !== undefined);
		return [name, checked(name, SETTINGS[name], given)];
	});
	return Object.fromEntries(entries) as Settings;
}

function checked(name: SettingName, setting: Setting, given: unknown): string | number | readonly string[] {
	const wrong = (allowed: string) =>
		new TongsaError('usage', 'wrong setting', { field: name, got: JSON.stringify(given), allowed, hint: 'Try: tongsa serve --help' });
	switch (setting.kind) {
		case 'text':
			if (given === undefined) return setting.standard;
			if (typeof given !== 'string') throw wrong('a text');
			return given;
		case 'whole': {
			if (given === undefined) return setting.standard;
			const number = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
			if (typeof number !== 'number' || !Number.isInteger(number) || number < setting.least || number > setting.most) {
				throw wrong(`a whole number, ${setting.least} to ${setting.most}`);
			}
			return number;
		}
		case 'list': {
			const items: unknown = given === undefined ? [] : typeof given === 'string' ? given.split(/\s*,\s*/).filter(Boolean) : given;
			if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) throw wrong('a list of texts');
			return items;
		}
		default:
			return setting satisfies never;
	}
}

/** A configuration file's JSON as a source. @throws TongsaError 'usage' for a name that is no setting. */
export function fileSource(json: unknown, file: string): SettingSource {
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw new TongsaError('usage', 'a configuration file holds one JSON object', { file });
	}
	const unknown = Object.keys(json).find((key) => !Object.hasOwn(SETTINGS, key) && key !== 'models');
	if (unknown !== undefined) {
		throw new TongsaError('usage', 'unknown setting', { file, got: unknown, allowed: ['models', ...Object.keys(SETTINGS)].join(', ') });
	}
	const settings = new Map(Object.entries(json));
	return (name) => settings.get(name);
}

export const environmentSource =
	(env: Readonly<Record<string, string | undefined>>): SettingSource =>
	(name) =>
		env[variableName(name)] || undefined;

/** The settings as flags of the command line, with their standards and variables. */
export const SERVE_OPTIONS: Readonly<Record<string, { readonly value: string; readonly many?: boolean; readonly summary: string }>> = {
	...Object.fromEntries(
		Object.entries(SETTINGS as Readonly<Record<string, Setting>>).map(([name, setting]) => [
			name,
			{ value: setting.value, many: setting.kind === 'list', summary: `${setting.summary}${notes(name as SettingName, setting)}` },
		]),
	),
	config: { value: 'FILE', summary: 'JSON with any of these names, and models: a list (TONGSA_SERVE_CONFIG)' },
};

function notes(name: SettingName, setting: Setting): string {
	const standard = setting.kind === 'list' ? 'repeatable' : setting.standard === '' ? undefined : `default ${setting.standard}`;
	return ` (${[standard, variableName(name)].filter(Boolean).join('; ')})`;
}
