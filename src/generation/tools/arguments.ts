// Arguments in the forms that models write them in → JSON.

/** Finds where a JSON value that begins with a bracket ends, however it is cut. */
export class JsonScan {
	done = false;
	#depth = 0;
	#inText = false;
	#escaped = false;

	/** @returns how many units of the text belong to the value */
	feed(text: string): number {
		for (let i = 0; i < text.length; i++) {
			const character = text[i]!;
			if (this.#inText) {
				if (this.#escaped) this.#escaped = false;
				else if (character === '\\') this.#escaped = true;
				else if (character === '"') this.#inText = false;
			} else if (character === '"') this.#inText = true;
			else if (character === '{' || character === '[') this.#depth++;
			else if (character === '}' || character === ']') {
				if (--this.#depth === 0) {
					this.done = true;
					return i + 1;
				}
			}
		}
		return text.length;
	}
}

/** Where the JSON value that begins at `from` ends. undefined: more has to come; −1: it is none. */
export function jsonEnd(text: string, from: number, over: boolean): number | undefined {
	const first = text[from];
	if (first === '{' || first === '[') {
		const scan = new JsonScan();
		const end = scan.feed(text.slice(from));
		return scan.done ? from + end : over ? -1 : undefined;
	}
	if (first === '"') {
		const whole = /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(from));
		return whole ? from + whole[0].length : over ? -1 : undefined;
	}
	const word = /^[-+.\w]+/.exec(text.slice(from))?.[0] ?? '';
	if (word === '') return -1;
	return from + word.length === text.length && !over ? undefined : from + word.length;
}

/** What stands between the quotes of a JSON string. */
export const stringBody = (text: string): string => JSON.stringify(text).slice(1, -1);

/**
 * Gemma's form, up to the brace that ends it: city:<escape>Paris<escape>,days:[1,2]} → {"city": "Paris", "days": [1, 2]}.
 * undefined: more has to come; null: it is none.
 */
export function gemmaPairs(text: string, written: string): { readonly json: string; readonly end: number } | undefined | null {
	let at = 0;
	/** Thrown where the text ends too early, or says something else. */
	const SHORT = Symbol('short');
	const WRONG = Symbol('wrong');
	const space = () => {
		while (at < text.length && /\s/.test(text[at]!)) at++;
		if (at >= text.length) throw SHORT;
	};
	const members = (): string => {
		const parts: string[] = [];
		for (space(); text[at] !== '}'; space()) {
			if (parts.length > 0) {
				if (text[at] !== ',') throw WRONG;
				at++;
				space();
			}
			const key = text[at] === '"' || text.startsWith(written, at) ? quoted() : named();
			space();
			if (text[at] !== ':') throw WRONG;
			at++;
			parts.push(`${JSON.stringify(key)}: ${value()}`);
		}
		at++;
		return `{${parts.join(', ')}}`;
	};
	const named = (): string => {
		const end = text.slice(at).search(/[:,}\s]/);
		if (end < 0) throw SHORT;
		if (end === 0) throw WRONG;
		return text.slice(at, (at += end));
	};
	const quoted = (): string => {
		if (text[at] === '"') {
			const end = jsonEnd(text, at, false);
			if (end === undefined) throw SHORT;
			return JSON.parse(text.slice(at, (at = end))) as string;
		}
		const from = at + written.length;
		const end = text.indexOf(written, from);
		if (end < 0) throw SHORT;
		at = end + written.length;
		return text.slice(from, end);
	};
	const value = (): string => {
		space();
		if (text[at] === '"' || text.startsWith(written, at)) return JSON.stringify(quoted());
		if (written.startsWith(text.slice(at))) throw SHORT;
		if (text[at] === '{') {
			at++;
			return members();
		}
		if (text[at] === '[') {
			const parts: string[] = [];
			at++;
			for (space(); text[at] !== ']'; space()) {
				if (parts.length > 0) {
					if (text[at] !== ',') throw WRONG;
					at++;
				}
				parts.push(value());
			}
			at++;
			return `[${parts.join(', ')}]`;
		}
		const word = /^[-+.\w]+/.exec(text.slice(at))?.[0];
		if (word === undefined) throw WRONG;
		at += word.length;
		if (at >= text.length) throw SHORT;
		if (/^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)$/.test(word)) return word;
		return JSON.stringify(word);
	};
	try {
		return { json: members(), end: at };
	} catch (reason) {
		if (reason === SHORT) return undefined;
		if (reason === WRONG || reason instanceof SyntaxError) return null;
		throw reason;
	}
}

/** Behind the bracket that ends a Python call's arguments; undefined where it has not come. */
export function pythonEnd(text: string): number | undefined {
	let depth = 0;
	let quote = '';
	for (let i = 0; i < text.length; i++) {
		const character = text[i]!;
		if (quote !== '') {
			if (character === '\\') i++;
			else if (character === quote) quote = '';
		} else if (character === '"' || character === "'") quote = character;
		else if ('([{'.includes(character)) depth++;
		else if (')]}'.includes(character) && depth-- === 0) return i + 1;
	}
	return undefined;
}

/** city="Paris", days=[1, 'x'], exact=True → {"city": "Paris", "days": [1, "x"], "exact": true}; undefined where it is something else. */
export function pythonArguments(text: string): string | undefined {
	let at = 0;
	const space = () => {
		while (at < text.length && /\s/.test(text[at]!)) at++;
	};
	const eat = (character: string): boolean => {
		space();
		if (text[at] !== character) return false;
		at++;
		return true;
	};
	const list = <T>(end: string, item: () => T | undefined): T[] | undefined => {
		const items: T[] = [];
		while (!eat(end)) {
			if (items.length > 0 && !eat(',')) return undefined;
			if (items.length > 0 && eat(end)) break;
			const one = item();
			if (one === undefined) return undefined;
			items.push(one);
		}
		return items;
	};
	const value = (): string | undefined => {
		space();
		const first = text[at];
		if (first === '"' || first === "'") {
			let content = '';
			for (at++; at < text.length && text[at] !== first; at++) {
				if (text[at] !== '\\') content += text[at];
				else content += ESCAPES[text[++at]!] ?? text[at]!;
			}
			at++;
			return JSON.stringify(content);
		}
		if (eat('[')) {
			const items = list(']', value);
			return items && `[${items.join(', ')}]`;
		}
		if (eat('(')) {
			const items = list(')', value);
			return items && `[${items.join(', ')}]`;
		}
		if (eat('{')) {
			const items = list('}', () => {
				const key = value();
				const held = key !== undefined && eat(':') ? value() : undefined;
				return held === undefined ? undefined : `${key}: ${held}`;
			});
			return items && `{${items.join(', ')}}`;
		}
		const word = /^[-+.\w]+/.exec(text.slice(at))?.[0] ?? '';
		at += word.length;
		if (Object.hasOwn(WORDS, word)) return WORDS[word];
		return /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(word) ? word : undefined;
	};
	const parts: string[] = [];
	for (space(); at < text.length; space()) {
		if (parts.length > 0 && !eat(',')) return undefined;
		space();
		const name = /^[\p{L}\p{N}_]+/u.exec(text.slice(at))?.[0];
		if (name === undefined) return undefined;
		at += name.length;
		const held = eat('=') ? value() : undefined;
		if (held === undefined) return undefined;
		parts.push(`${JSON.stringify(name)}: ${held}`);
	}
	return `{${parts.join(', ')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null', true: 'true', false: 'false', null: 'null' };
