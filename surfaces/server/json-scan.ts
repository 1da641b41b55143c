// What a JSON text is made of, counted byte by byte before it is parsed: a million names or ten million brackets cost a parser seconds.
// https://www.rfc-editor.org/rfc/rfc8259

import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

export interface JsonLimits {
	/** Objects and lists in each other. */
	readonly depth: number;
	/** Objects and lists together. */
	readonly containers: number;
	/** Names of members together. */
	readonly names: number;
	/** Values together. */
	readonly values: number;
}

/** Deeper than any schema that the engine takes. */
const MAX_DEPTH = 512;
/** Containers a text: a message, its parts and their objects. */
const CONTAINERS_PER_INPUT = 8;
const LEAST_CONTAINERS = 16_384;
const NAMES_PER_CONTAINER = 4;

/** Room for the largest request that the other settings allow, and little more. */
export function jsonLimits(settings: Settings): JsonLimits {
	const containers = Math.max(LEAST_CONTAINERS, CONTAINERS_PER_INPUT * Math.max(settings['max-inputs'], settings.context));
	const names = containers * NAMES_PER_CONTAINER;
	return { depth: MAX_DEPTH, containers, names, values: settings['max-input-tokens'] + names };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** @returns takes the text piece by piece, wherever it is cut. It throws a Refusal at the first thing that is too much. */
export function structureScanner(limits: JsonLimits): (piece: Uint8Array) => void {
	let inText = false;
	let escaped = false;
	let depth = 0;
	let containers = 0;
	let names = 0;
	let values = 1;
	const opened = () => {
		if (++depth > limits.depth) throw refused('The JSON is nested too deeply', `at most ${limits.depth} levels`);
		if (++containers > limits.containers) throw refused('The JSON has too many lists and objects', `at most ${limits.containers}`);
		values++;
	};
	return (piece) => {
		for (let i = 0; i < piece.length; i++) {
			if (inText) {
				if (escaped) {
					escaped = false;
					continue;
				}
				while (i < piece.length && piece[i] !== QUOTE && piece[i] !== BACKSLASH) i++;
				if (i === piece.length) return;
				if (piece[i] === BACKSLASH) escaped = true;
				else inText = false;
				continue;
			}
			switch (piece[i]) {
				case QUOTE:
					inText = true;
					break;
				case 0x5b: // [
				case 0x7b: // {
					opened();
					break;
				case 0x5d: // ]
				case 0x7d: // }
					depth--;
					break;
				case 0x3a: // :
					if (++names > limits.names) throw refused('The JSON has too many members', `at most ${limits.names}`);
					break;
				case 0x2c: // ,
					if (++values > limits.values) throw refused('The JSON has too many values', `at most ${limits.values}`);
					break;
				default:
			}
		}
	};
}

const refused = (what: string, allowed: string) => new Refusal(400, `${what}: this server takes ${allowed}.`, { code: 'invalid_request' });
