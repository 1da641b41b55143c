// Reads tool calls out of what a model writes, piece by piece. The same events whatever the pieces: nothing is told before it is certain.

import { gemmaPairs, JsonScan, jsonEnd, pythonArguments, pythonEnd, stringBody } from './arguments.ts';
import type { ArgumentForm, ToolFormat } from './formats.ts';
import type { Tool, ToolEvent, ToolReader } from './types.ts';

export interface ReaderOptions {
	readonly tools?: readonly Tool[];
	/** A new call's id (default: nine letters and digits, call00000 and on; some templates want nine). */
	readonly newId?: (index: number) => string;
	/** The prompt has opened the model's thinking: its answer begins inside. */
	readonly thinking?: boolean;
	/** Marks that are special tokens: they count where the model writes the token, not where it spells the text. */
	readonly specialMarks?: ReadonlySet<string>;
}

/** Longest name, and longest stretch between a name and its arguments. */
const MAX_NAME = 128;
const NAME = /^[\p{L}\p{N}_.-]+/u;
const SPACE = /^\s*/;

/** What is being read. Each step takes from the front of `rest`. */
type Step = () => boolean;

type Named = Extract<ToolFormat['shape'], { kind: 'named' }>;
type Whole = Extract<ToolFormat['shape'], { kind: 'object' }>;

interface Call {
	readonly index: number;
	readonly name: string;
	/** Whether an argument has been written: the next follows a comma. */
	begun: boolean;
}

export function toolReader(format: ToolFormat, options: ReaderOptions = {}): ToolReader {
	const { tools = [], newId = (index) => `call${String(index).padStart(5, '0')}`, specialMarks = new Set() } = options;
	const schemas = new Map(tools.map(({ function: tool }) => [tool.name, tool.parameters]));
	const { open, close, section, thinking, shape, silent = [] } = format;
	const bare = open === '';
	const begin = section?.open ?? open;
	const events: ToolEvent[] = [];
	/** What has come and is not told; special tokens stand in it between marks of their own. */
	let rest = '';
	let over = false;
	let count = 0;
	/** White space that is told if text follows. */
	let space = '';
	/** Whether text has been told since the answer began or the last mark. */
	let told = false;
	let afterMark = false;
	/** What a call has been read from, as long as it may still be text. */
	let doubtful = '';
	let call: Call | undefined;
	let step: Step = options.thinking && thinking ? reasoning : text;

	/** A mark as it stands in `rest`. */
	const written = (mark: string) => (specialMarks.has(mark) ? `\u{f0000}${mark}\u{f0001}` : mark);
	const take = (length: number): string => {
		const taken = rest.slice(0, length);
		rest = rest.slice(length);
		return taken;
	};
	const plain = (text: string) => text.replace(/[\u{f0000}\u{f0001}]/gu, '');

	function say(type: 'text' | 'reasoning', text: string): void {
		const all = space + plain(text);
		const end = all.trimEnd().length;
		let now = all.slice(0, end);
		space = all.slice(end);
		// A line break behind a mark is the mark's.
		if (!told && (afterMark || type === 'reasoning')) now = now.trimStart();
		if (now === '') {
			if (!told && (afterMark || type === 'reasoning')) space = '';
			return;
		}
		told = true;
		const last = events.at(-1);
		if (last?.type === type) events[events.length - 1] = { type, text: last.text + now };
		else events.push({ type, text: now });
	}

	const marked = () => {
		space = '';
		told = false;
		afterMark = true;
	};

	/** The first of some marks in `rest`; or up to where one may begin. */
	function find(marks: readonly string[]): { readonly at: number; readonly mark?: string } {
		let at = rest.length;
		let mark: string | undefined;
		for (const one of marks) {
			const found = rest.indexOf(written(one));
			if (found >= 0 && (found < at || (found === at && one.length > mark!.length))) {
				at = found;
				mark = one;
			}
		}
		// A longer mark may be on its way where a shorter one stands.
		const from = Math.max(0, rest.length - Math.max(0, ...marks.map((one) => written(one).length)));
		if (!over) {
			for (let start = from; start < at || (start === at && mark !== undefined); start++) {
				const tail = rest.slice(start);
				if (marks.some((one) => written(one).length > tail.length && written(one).startsWith(tail))) return { at: start };
			}
		}
		return mark === undefined ? { at } : { at, mark };
	}

	/** Text for the reader, up to a mark. */
	function text(): boolean {
		if (bare && count === 0 && !told) {
			const [white] = SPACE.exec(rest)!;
			const first = rest.slice(white.length);
			if (first === '' && !over) return false;
			const silence = silent.find((mark) => first.startsWith(written(mark)));
			if (silence !== undefined) {
				take(white.length + written(silence).length);
				return true;
			}
			if (!over && silent.some((mark) => written(mark).startsWith(first))) return false;
			if (first.startsWith('{')) {
				doubtful = take(white.length);
				step = object;
				return true;
			}
		}
		const { at, mark } = find([...(bare ? [] : [begin]), ...(thinking ? [thinking.open] : []), ...silent]);
		const before = take(at);
		if (before !== '') say('text', before);
		if (mark === undefined) return false;
		const taken = take(written(mark).length);
		if (silent.includes(mark)) marked();
		else if (mark === thinking?.open) {
			marked();
			step = reasoning;
		} else {
			doubtful = space + taken;
			step = section && section.open === mark ? opening : heading();
		}
		return true;
	}

	function reasoning(): boolean {
		const { at, mark } = find([thinking!.close]);
		say('reasoning', take(at));
		if (mark === undefined) return false;
		take(written(mark).length);
		marked();
		step = text;
		return true;
	}

	const heading = (): Step => (shape.kind === 'object' ? object : head);

	/** Takes a mark with white space before it. undefined: not enough has come. */
	function eat(mark: string): boolean | undefined {
		const [white] = SPACE.exec(rest)!;
		const here = rest.slice(white.length);
		const wanted = written(mark);
		if (here.startsWith(wanted)) {
			doubtful += take(white.length + wanted.length);
			return true;
		}
		return !over && wanted.startsWith(here) ? undefined : false;
	}

	/** In a section: the next call, or its end. */
	function opening(): boolean {
		const next = eat(open);
		if (next === undefined) return false;
		if (next) {
			step = heading();
			return true;
		}
		const end = eat(section!.close);
		if (end === undefined) return false;
		doubtful = '';
		marked();
		step = text;
		return true;
	}

	/** It was no call. */
	function noCall(): boolean {
		space = '';
		const said = doubtful;
		doubtful = '';
		say('text', said);
		if (bare) told = true;
		step = text;
		return true;
	}

	function begun(name: string, id?: string): void {
		marked();
		doubtful = '';
		call = { index: count, name, begun: false };
		events.push({ type: 'call', index: count, id: id ?? newId(count), name });
		count++;
	}

	function argument(text: string): void {
		if (text === '') return;
		const last = events.at(-1);
		const index = call!.index;
		if (last?.type === 'arguments') events[events.length - 1] = { type: 'arguments', index, text: last.text + text };
		else events.push({ type: 'arguments', index, text });
	}

	function ended(): void {
		doubtful = '';
		events.push({ type: 'callEnd', index: call!.index });
		call = undefined;
		marked();
	}

	// ---- {"name": …, "arguments": …} ----

	/** One member of the call's object at a time. */
	function object(): boolean {
		const { keys, list = false } = shape as Whole;
		const lead = list ? /^\s*(?:\[\s*)?(\{)?/.exec(rest)! : /^\s*(\{)?/.exec(rest)!;
		if (lead[1] === undefined) {
			if (!over && lead[0].length === rest.length) return false;
			if (list && /^\s*\[\s*\]/.test(rest)) {
				doubtful += take(/^\s*\[\s*\]/.exec(rest)![0].length);
				step = text;
				return true;
			}
			return noCall();
		}
		doubtful += take(lead[0].length);
		let name: string | undefined;
		let id: string | undefined;
		let held = '';
		let hadArguments = false;
		let scan: JsonScan | undefined;
		let key = '';
		const announce = () => {
			begun(name!, id);
			argument(held);
			held = '';
		};
		const give = (text: string) => {
			if (call) argument(text);
			else {
				held += text;
				doubtful += text;
				if (name !== undefined) announce();
			}
		};
		const member = (): boolean => {
			if (scan) {
				// Arguments as they come.
				const end = scan.feed(rest);
				give(take(end));
				if (!scan.done) return false;
				scan = undefined;
				return true;
			}
			const next = /^[\s,]*(\})?/.exec(rest)!;
			if (next[1] !== undefined) {
				if (!call && (name === undefined || (bare && !schemas.has(name)))) {
					doubtful += take(next[0].length);
					return noCall();
				}
				doubtful += take(next[0].length);
				if (!call) announce();
				if (!hadArguments) argument('{}');
				ended();
				step = afterObject;
				return true;
			}
			const found = /^[\s,]*"((?:[^"\\]|\\.)*)"\s*:\s*(?=\S)/s.exec(rest);
			if (!found) {
				if (!over && /^[\s,]*(?:"(?:[^"\\]|\\.?)*(?:"\s*(?::\s*)?)?)?$/s.test(rest)) return false;
				return call ? broken() : noCall();
			}
			key = found[1]!;
			if (keys.includes(key) && rest[found[0].length] === '{') {
				// Without marks a tool's name has to come first.
				if (bare && name === undefined) return noCall();
				doubtful += take(found[0].length);
				hadArguments = true;
				scan = new JsonScan();
				return true;
			}
			const end = jsonEnd(rest, found[0].length, over);
			if (end === undefined) return false;
			if (end < 0) return call ? broken() : noCall();
			const value = rest.slice(found[0].length, end);
			doubtful += take(end);
			const parsed = parsedText(value);
			if (key === 'name' && parsed !== undefined) {
				name = parsed;
				if (bare && !schemas.has(name)) return noCall();
				if (hadArguments && !call) announce();
			} else if (key === 'id' && parsed !== undefined) id = parsed;
			else if (keys.includes(key)) {
				hadArguments = true;
				// As JSON in a text, or nothing.
				held += parsed ?? (value === 'null' ? '{}' : value);
				if (name !== undefined) announce();
			}
			return true;
		};
		step = member;
		return true;
	}

	function afterObject(): boolean {
		const { list = false } = shape as Whole;
		const [white] = SPACE.exec(rest)!;
		const here = rest.slice(white.length);
		if (here === '' && !over) return false;
		if (list && here.startsWith(',')) {
			take(white.length + 1);
			step = object;
			return true;
		}
		if (list && here.startsWith(']')) {
			take(white.length + 1);
			step = closing;
			return true;
		}
		if (bare) {
			if (here.startsWith(';') || here.startsWith('{')) {
				take(white.length + (here.startsWith(';') ? 1 : 0));
				doubtful = '';
				step = object;
			} else {
				told = true;
				step = text;
			}
			return true;
		}
		step = closing;
		return true;
	}

	/** What ends a call, where something does; it may be missing. */
	let pieces: string[] | undefined;
	function closing(): boolean {
		pieces ??= close.split(/\s+/).filter((piece) => piece !== '');
		while (pieces.length > 0) {
			const there = eat(pieces[0]!);
			if (there === undefined) return false;
			if (!there) break;
			pieces.shift();
		}
		pieces = undefined;
		doubtful = '';
		step = section ? opening : text;
		return true;
	}

	/** Arguments that are none: what has been told stands, without an end. */
	function broken(): boolean {
		call = undefined;
		marked();
		step = text;
		return true;
	}

	// ---- name, mark, arguments ----

	function head(): boolean {
		const { lead = '' } = shape as Named;
		const there = lead === '' || eat(lead);
		if (there === undefined) return false;
		if (!there && lead.startsWith('<')) return noCall();
		step = named;
		return true;
	}

	function named(): boolean {
		const { lead = '', after, id, args } = shape as Named;
		const [white] = SPACE.exec(rest)!;
		const name = NAME.exec(rest.slice(white.length))?.[0] ?? '';
		const behind = white.length + name.length;
		if (behind === rest.length && !over && name.length <= MAX_NAME) return false;
		if (name === '' || name.length > MAX_NAME) return noCall();
		const at = rest.indexOf(written(after), behind);
		if (at < 0 || at > behind + MAX_NAME) {
			if (!over && rest.length < behind + MAX_NAME + after.length) return false;
			return noCall();
		}
		const between = plain(rest.slice(behind, at));
		const given = id !== undefined && between.startsWith(id) ? between.slice(id.length).trim() : undefined;
		doubtful += take(at + written(after).length);
		begun(name, given && id === ':' ? `${lead}${name}:${given}` : given);
		step = ARGUMENTS[args.kind](args as never);
		return true;
	}

	const ARGUMENTS: { readonly [K in ArgumentForm['kind']]: (form: Extract<ArgumentForm, { kind: K }>) => Step } = {
		json({ open: before = '', close: behind = '' }) {
			const scan = new JsonScan();
			let started = false;
			return () => {
				if (!started) {
					const there = before === '' ? true : eat(before.trim());
					if (there === undefined) return false;
					take(SPACE.exec(rest)![0].length);
					if (rest === '') return false;
					if (rest[0] !== '{') return broken();
					started = true;
				}
				const end = scan.feed(rest);
				argument(take(end));
				if (!scan.done) return false;
				ended();
				if (behind === '') step = closing;
				else {
					step = () => {
						if (eat(behind.trim()) === undefined) return false;
						step = closing;
						return true;
					};
				}
				return true;
			};
		},
		tags({ keyOpen, keyClose, valueClose, trim = false }) {
			const [ending] = close.split(/\s+/);
			const next = (): boolean => {
				const there = eat(keyOpen);
				if (there === undefined) return false;
				if (there) {
					step = key;
					return true;
				}
				const end = eat(ending!);
				if (end === undefined) return false;
				if (!end) return broken();
				argument(call!.begun ? '}' : '{}');
				ended();
				pieces = close.split(/\s+/).slice(1);
				step = closing;
				return true;
			};
			const key = (): boolean => {
				const marks = keyClose.split(/\s+/);
				const at = rest.indexOf(marks[0]!);
				if (at < 0) return over ? broken() : false;
				const name = rest.slice(0, at);
				take(at);
				const left = [...marks];
				const colon = (): boolean => {
					while (left.length > 0) {
						const there = eat(left[0]!);
						if (there === undefined) return false;
						if (!there) return broken();
						left.shift();
					}
					argument(`${call!.begun ? ', ' : '{'}${JSON.stringify(name)}: `);
					call!.begun = true;
					step = value(name);
					return true;
				};
				step = colon;
				return true;
			};
			const value = (name: string): Step => {
				const asText = isText(schemas.get(call!.name), name);
				let first = true;
				let held = '';
				const finish = (text: string) => {
					const whole = trim ? text.replace(/\n$/, '') : text;
					if (asText) argument(`${stringBody(whole)}"`);
					else argument(parses(whole) ? whole.trim() : JSON.stringify(whole));
				};
				return () => {
					const { at, mark } = find([valueClose]);
					held += plain(take(at));
					if (first && held !== '') {
						if (trim) held = held.replace(/^\n/, '');
						first = false;
						if (asText) argument('"');
					}
					if (mark === undefined) {
						if (asText && held !== '') {
							// A last line break may be the mark's; half a pair of surrogates waits for the other half.
							const keep = (trim && held.endsWith('\n')) || /[\ud800-\udbff]$/.test(held) ? 1 : 0;
							argument(stringBody(held.slice(0, held.length - keep)));
							held = held.slice(held.length - keep);
						}
						return false;
					}
					take(written(mark).length);
					if (first && asText) argument('"');
					finish(held);
					step = next;
					return true;
				};
			};
			return next;
		},
		pairs({ quote }) {
			return () => {
				const found = gemmaPairs(rest, written(quote));
				if (found === undefined) return over ? broken() : false;
				if (found === null) return broken();
				take(found.end);
				argument(found.json);
				ended();
				step = closing;
				return true;
			};
		},
		python() {
			return () => {
				const end = pythonEnd(rest);
				if (end === undefined) return over ? broken() : false;
				const json = pythonArguments(rest.slice(0, end - 1));
				take(end);
				if (json === undefined) return broken();
				argument(json);
				ended();
				step = () => {
					const [white] = SPACE.exec(rest)!;
					if (white.length === rest.length && !over) return false;
					if (rest[white.length] === ',') {
						take(white.length + 1);
						step = head;
					} else step = closing;
					return true;
				};
				return true;
			};
		},
	};

	function run(): readonly ToolEvent[] {
		for (let moved = true; moved; ) {
			const before = step;
			const length = rest.length;
			moved = step() && (step !== before || rest.length < length || rest !== '');
		}
		return events.splice(0);
	}

	return {
		read(text, special = false) {
			rest += special && specialMarks.has(text) ? written(text) : text.replace(/[\u{f0000}\u{f0001}]/gu, '');
			return run();
		},
		end() {
			over = true;
			const told = [...run()];
			if (doubtful !== '' && !call) {
				noCall();
			}
			if (step === text && rest !== '') say('text', take(rest.length));
			// White space at the very end of a plain answer belongs to it.
			if (space !== '' && step === text && count === 0) {
				events.push({ type: 'text', text: space });
				space = '';
			}
			return [...told, ...events.splice(0)];
		},
	};
}

function parsedText(json: string): string | undefined {
	try {
		const value: unknown = JSON.parse(json);
		return typeof value === 'string' ? value : undefined;
	} catch {
		return undefined;
	}
}

function parses(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Whether an argument is a text by the tool's schema. */
function isText(schema: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
	const properties = schema?.['properties'];
	const property =
		typeof properties === 'object' && properties !== null
			? (properties as Record<string, { type?: unknown; enum?: unknown }>)[name]
			: undefined;
	if (property?.type === 'string') return true;
	return property?.type === undefined && Array.isArray(property?.enum) && property.enum.every((one) => typeof one === 'string');
}
