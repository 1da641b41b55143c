// A machine that reads a node's language byte by byte. A state is the set of all ways to go on, each a stack of what is still to come;
// states and their transitions are made when they are first met and remembered, so that the vocabulary is walked at the speed of tables.

import { TongsaError } from '../../errors.ts';
import { lessOf, type Node } from './nodes.ts';
import { type NumberNode, stepNumber } from './number.ts';

/** A stack: what comes next, and what after it. The same stack is always the same object. */
interface Cell {
	readonly id: number;
	readonly node: Node | undefined;
	readonly rest: Cell | undefined;
	readonly below: Map<Node, Cell>;
}

export interface State {
	/** Stacks whose top takes a byte. */
	readonly cells: readonly Cell[];
	/** Whether the text may end here. */
	readonly complete: boolean;
	/** By byte; absent: not met yet; null: nothing goes on so. */
	readonly next: (State | null | undefined)[];
}

export interface Machine {
	readonly start: State;
	/** The state after one more byte; null where the text may not go on so. */
	step(state: State, byte: number): State | null;
	/** A walk over the vocabulary begins: its work is counted from here, and bounded. */
	begin(): void;
}

/** Ways to go on at a time, and steps to find them: a schema that needs more is ambiguous beyond use. */
const MAX_CELLS = 4096;
const MAX_EXPANDED = 65_536;
/** Stacks looked at in one walk: about a second's. */
const MAX_WORK = 2 ** 24;
/** States and stacks that are remembered: some tens of megabytes. Beyond them all are forgotten and met anew. */
const MAX_STATES = 8192;
const MAX_KEPT_CELLS = 262_144;

export function createMachine(root: Node): Machine {
	let made = 0;
	let kept = 0;
	let work = 0;
	let states = new Map<string, State>();
	let numbers = new WeakMap<NumberNode, Map<number, NumberNode | undefined>>();
	let start: State | undefined;
	const end: Cell = { id: made++, node: undefined, rest: undefined, below: new Map() };

	function on(rest: Cell, node: Node): Cell {
		let cell = rest.below.get(node);
		if (!cell) {
			cell = { id: made++, node, rest, below: new Map() };
			rest.below.set(node, cell);
			kept++;
		}
		return cell;
	}

	/** What a cell's top becomes until it takes a byte. */
	function opened({ node, rest }: Cell): readonly Cell[] {
		switch (node!.kind) {
			case 'byte':
				return [];
			case 'number':
				return node!.ends ? [rest!] : [];
			case 'sequence':
				return [node!.parts.reduceRight(on, rest!)];
			case 'choice':
				return node!.of.map((one) => on(rest!, one));
			case 'repeat': {
				const more = node!.most > 0 ? [on(on(rest!, lessOf(node!)), node!.node)] : [];
				return node!.least === 0 ? [rest!, ...more] : more;
			}
			case 'reference':
				return [on(rest!, node!.to!)];
			default:
				return node! satisfies never;
		}
	}

	function stateOf(cells: readonly Cell[]): State | null {
		const seen = new Set(cells);
		const top: Cell[] = [];
		let complete = false;
		for (const cell of seen) {
			if (cell.node === undefined) complete = true;
			else if (cell.node.kind === 'byte' || cell.node.kind === 'number') top.push(cell);
			if (cell.node !== undefined) for (const one of opened(cell)) seen.add(one);
			if (top.length > MAX_CELLS || seen.size > MAX_EXPANDED || ++work > MAX_WORK) {
				throw new TongsaError('too-large', 'the schema leaves too many ways to read one text', { allowed: `at most ${MAX_CELLS}` });
			}
		}
		if (top.length === 0 && !complete) return null;
		const key = `${complete ? '.' : ''}${top
			.map(({ id }) => id)
			.sort((a, b) => a - b)
			.join(' ')}`;
		const known = states.get(key);
		if (known) return known;
		if (states.size >= MAX_STATES || kept >= MAX_KEPT_CELLS) forget();
		const state: State = { cells: top, complete, next: [] };
		states.set(key, state);
		kept += top.length;
		return state;
	}

	/** Whoever holds a state goes on from it. */
	function forget(): void {
		states = new Map();
		numbers = new WeakMap();
		end.below.clear();
		if (start) start.next.length = 0;
		kept = 0;
	}

	function longer(node: NumberNode, byte: number): NumberNode | undefined {
		const known = numbers.get(node) ?? new Map<number, NumberNode | undefined>();
		numbers.set(node, known);
		if (!known.has(byte)) known.set(byte, stepNumber(node, byte));
		return known.get(byte);
	}

	start = stateOf([on(end, root)])!;
	return {
		start,
		step(state, byte) {
			const known = state.next[byte];
			if (known !== undefined) return known;
			const cells: Cell[] = [];
			work += state.cells.length;
			for (const { node, rest } of state.cells) {
				if (node!.kind === 'byte' && node!.set[byte]) cells.push(rest!);
				if (node!.kind === 'number') {
					const more = longer(node!, byte);
					if (more) cells.push(on(rest!, more));
				}
			}
			state.next[byte] = cells.length === 0 ? null : stateOf(cells);
			return state.next[byte];
		},
		begin: () => void (work = 0),
	};
}
