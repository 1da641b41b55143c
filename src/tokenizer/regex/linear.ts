// A matcher for regular expressions out of files that takes linear time on any text, with the matches of a backtracking engine.
// Backtracking with every (branch, position) visited once: Cox 2010, "Regular Expression Matching in the Wild" (bitstate), with ends memoized.

import { TongsaError } from '../../errors.ts';
import { type CharacterTest, type Node, parseRegex } from './linear-parse.ts';

/**
 * Instructions of one program: a repetition {512} is 512 copies, and the longest known pattern (Jais 2's) makes 1,100. Work is at most
 * instructions × units of text, so the bound is also one on time.
 */
const MAX_INSTRUCTIONS = 20_000;
/** Positions of one page of memory: pages behind the last match are given back. */
const PAGE = 1024;

type Instruction =
	| { readonly op: 'set'; readonly test: CharacterTest }
	/** Tries `first`, then `second`; `branch` numbers the splits of a program. */
	| { readonly op: 'split'; first: number; second: number; readonly branch: number }
	| { readonly op: 'jump'; to: number }
	| { readonly op: 'look'; readonly program: Program; readonly negative: boolean }
	| { readonly op: 'atomic'; readonly program: Program }
	| { readonly op: 'match' };

interface Program {
	readonly code: readonly Instruction[];
	readonly behind: boolean;
	readonly branches: number;
	/** branch · 2^20 + page → per position: 0 unknown, 1 fails (or is being tried), else end + 2. */
	readonly memo: Map<number, Int32Array>;
}

/** All matches in a text, from left to right, as RegExp with the flag g finds them. */
export type Find = (text: string, found: (start: number, end: number) => void) => void;

/**
 * Whether a backtracking engine is linear on this pattern for a reason that can be seen: alternatives of characters where only the last
 * character of each is repeated without bound, so that a match never has to be given back.
 */
export function isPlain(source: string): boolean {
	const plain = (node: Node): boolean => {
		switch (node.type) {
			case 'set':
				return true;
			case 'either':
				return node.nodes.every(plain);
			case 'repeat':
				return node.node.type === 'set';
			case 'sequence':
				return node.nodes.every((part, i) => (part.type === 'repeat' && i === node.nodes.length - 1 ? plain(part) : part.type === 'set'));
			default:
				return false;
		}
	};
	return plain(parseRegex(source));
}

/** `source`: a pattern in the form that regex.ts's translate writes. */
export function createLinearFind(source: string): Find {
	const budget = { instructions: 0 };
	const main = compile(parseRegex(source), false, budget);
	const programs = allPrograms(main);
	return (text, found) => {
		for (const program of programs) program.memo.clear();
		let pageBehind = 0;
		for (let start = 0; start <= text.length; ) {
			const end = run(main, text, start);
			if (end < 0) {
				start += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
				continue;
			}
			found(start, end);
			// An empty match: the next one begins a character later.
			start = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
			for (; (pageBehind + 1) * PAGE < start; pageBehind++)
				for (const { behind, branches, memo } of programs)
					for (let branch = 0; branch < branches && !behind; branch++) memo.delete(branch * 2 ** 20 + pageBehind);
		}
		for (const program of programs) program.memo.clear();
	};
}

function allPrograms(program: Program): Program[] {
	return [program, ...program.code.flatMap((step) => (step.op === 'look' || step.op === 'atomic' ? allPrograms(step.program) : []))];
}

/** Where the first match (in the order of preference) that begins at `from` ends, or −1. */
function run(program: Program, text: string, from: number): number {
	const { code, behind, memo } = program;
	// What is still to be tried: instruction, position, and how long the trail was.
	const todo: number[] = [0, from, 0];
	// The splits on the way here, as pairs of page and index: all of them have the end that is found.
	const trail: { readonly page: Int32Array; readonly at: number }[] = [];
	const succeed = (end: number): number => {
		for (const { page, at } of trail) page[at] = end + 2;
		return end;
	};
	while (todo.length > 0) {
		trail.length = todo.pop()!;
		let position = todo.pop()!;
		let pc = todo.pop()!;
		for (let alive = true; alive; ) {
			const step = code[pc]!;
			switch (step.op) {
				case 'set': {
					const point = behind ? pointBefore(text, position) : text.codePointAt(position);
					if (point === undefined || !step.test(point)) alive = false;
					else {
						position += (behind ? -1 : 1) * (point > 0xffff ? 2 : 1);
						pc++;
					}
					break;
				}
				case 'jump':
					pc = step.to;
					break;
				case 'split': {
					const key = step.branch * 2 ** 20 + Math.floor(position / PAGE);
					let page = memo.get(key);
					if (page === undefined) memo.set(key, (page = new Int32Array(PAGE)));
					const at = position % PAGE;
					const known = page[at]!;
					if (known > 1) return succeed(known - 2);
					if (known === 1) {
						alive = false;
						break;
					}
					page[at] = 1;
					trail.push({ page, at });
					todo.push(step.second, position, trail.length);
					pc = step.first;
					break;
				}
				case 'look':
					if (run(step.program, text, position) >= 0 === step.negative) alive = false;
					else pc++;
					break;
				case 'atomic': {
					const end = run(step.program, text, position);
					if (end < 0) alive = false;
					else {
						position = end;
						pc++;
					}
					break;
				}
				default:
					return succeed(position);
			}
		}
	}
	return -1;
}

function pointBefore(text: string, position: number): number | undefined {
	if (position === 0) return undefined;
	const low = text.charCodeAt(position - 1);
	const pair = low >= 0xdc00 && low <= 0xdfff && position > 1 ? text.codePointAt(position - 2)! : low;
	return pair > 0xffff ? pair : low;
}

function compile(node: Node, behind: boolean, budget: { instructions: number }): Program {
	const code: Instruction[] = [];
	let branches = 0;
	const emit = <T extends Instruction>(step: T): T => {
		if (++budget.instructions > MAX_INSTRUCTIONS)
			throw new TongsaError('too-large', 'regular expression with its repetitions', { allowed: `at most ${MAX_INSTRUCTIONS} steps` });
		code.push(step);
		return step;
	};
	const split = () => emit({ op: 'split', first: 0, second: 0, branch: branches++ });
	const write = (part: Node): void => {
		switch (part.type) {
			case 'set':
				emit({ op: 'set', test: part.test });
				break;
			case 'sequence':
				// Looking behind, the last part comes first.
				for (const each of behind ? part.nodes.toReversed() : part.nodes) write(each);
				break;
			case 'either': {
				const ends: { to: number }[] = [];
				for (const [i, each] of part.nodes.entries()) {
					if (i === part.nodes.length - 1) {
						write(each);
						break;
					}
					const fork = split();
					fork.first = code.length;
					write(each);
					ends.push(emit({ op: 'jump', to: 0 }));
					fork.second = code.length;
				}
				for (const end of ends) end.to = code.length;
				break;
			}
			case 'repeat': {
				for (let i = 0; i < part.min; i++) write(part.node);
				const prefer = (fork: { first: number; second: number }, inside: number, outside: number): void => {
					fork.first = part.greedy ? inside : outside;
					fork.second = part.greedy ? outside : inside;
				};
				if (part.max === Number.POSITIVE_INFINITY) {
					const head = code.length;
					const fork = split();
					write(part.node);
					emit({ op: 'jump', to: head });
					prefer(fork, head + 1, code.length);
					break;
				}
				const forks = Array.from({ length: part.max - part.min }, () => {
					const fork = split();
					const inside = code.length;
					write(part.node);
					return { fork, inside };
				});
				for (const { fork, inside } of forks) prefer(fork, inside, code.length);
				break;
			}
			case 'look':
				emit({ op: 'look', program: compile(part.node, part.behind, budget), negative: part.negative });
				break;
			default:
				emit({ op: 'atomic', program: compile(part.node, behind, budget) });
		}
	};
	write(node);
	emit({ op: 'match' });
	return { code, behind, branches, memo: new Map() };
}
