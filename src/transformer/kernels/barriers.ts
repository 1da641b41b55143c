// Barriers: where the threads of a program must wait for each other, derived from what each step reads and writes and how threads share it out.
//
//     norm x → a            each thread some tokens' rows
//     quantise a            the same rows: no barrier
//     matmul a → y          all of a: barrier

import type { Step } from '../../program/steps.ts';

/**
 * How threads share an access out. 'all': every thread touches everything, and what it writes every other writes alike. 'any': its part is
 * its own affair. Any other word names a way of sharing in which a thread touches the same part each time.
 */
type Sharing = string;

interface Access {
	/** Where the memory begins that is touched. Buffers do not overlap. */
	readonly at: number;
	readonly write: boolean;
	/** In a pass of one token, and of many. */
	readonly one: Sharing;
	readonly many: Sharing;
}

type AccessList = readonly Access[];

const heads = (count: number) => ({ one: `heads ${count}`, many: 'tokens' });
const eights = (width: number) => ({ one: `eights of ${Math.ceil(width / 8)}`, many: `eights of ${Math.ceil(width / 8)}` });
const fours = (width: number) => ({ one: `fours of ${width / 4}`, many: `fours of ${width / 4}` });
const columns = (width: number) => ({ one: `columns of ${width}`, many: `columns of ${width}` });
/** One token's rows by every thread, many tokens' by fours of them. */
const quads = { one: 'all', many: 'quads' };
const all = { one: 'all', many: 'all' };
const any = { one: 'any', many: 'any' };
const main = { one: 'main thread', many: 'main thread' };

const read = ({ at }: { readonly at: number }, sharing: { one: Sharing; many: Sharing }): Access => ({ at, write: false, ...sharing });
const write = ({ at }: { readonly at: number }, sharing: { one: Sharing; many: Sharing }): Access => ({ at, write: true, ...sharing });

/** What each step touches, weights and other constants left out. As run.ts shares it out. */
const ACCESSES: { readonly [Op in Step['op']]: (step: Extract<Step, { op: Op }>) => AccessList } = {
	meet: () => [],
	norm: ({ x, out }) => [read(x, quads), write(out, quads)],
	headNorm: (step) => [write(step.x, heads(step.heads))],
	rotate: (step) => [write(step.x, heads(step.heads))],
	multiply: (step) => [write(step.x, heads(step.heads))],
	padHeads: (step) => [read(step.x, heads(step.heads)), write(step.out, heads(step.heads))],
	store: (step) => [read(step.x, heads(step.heads)), write({ at: step.cache }, heads(step.heads))],
	attend: ({ query, out, cache }) => [read(query, any), write(out, any), read({ at: cache.keys }, all), read({ at: cache.values }, all)],
	route: ({ x }) => [write(x, main)],
	experts: ({ x, weights, width, out }) => [read(x, columns(width)), read(weights, all), write(out, columns(width))],
	activate: ({ gate, up, width }) => [write(gate, eights(width)), ...(up ? [read(up, eights(width))] : [])],
	clampedActivate: ({ gate, up, width }) => [write(gate, eights(width)), read(up, eights(width))],
	quantise: ({ x, records }) => [read(x, quads), write({ at: records }, quads)],
	// One token's floats are multiplied as they are.
	matmul: ({ x, records, y, matrix }) => [
		read({ at: records }, all),
		...(matrix.kind.activations === 'float' ? [read(x, all)] : []),
		write(y, eights(matrix.rows)),
	],
	add: ({ x, y, width }) => [write(x, fours(width)), read(y, fours(width))],
	last: ({ x, out }) => [read(x, all), write(out, all)],
	scaleAndCap: ({ x, width }) => [write(x, eights(width))],
};

export class Barriers {
	/** What has been touched since the last barrier, in a pass of one token and of many. */
	#one: AccessList = [];
	#many: AccessList = [];

	/** The barrier that must stand before a step, if any. */
	before(step: Step): Extract<Step, { op: 'meet' }> | undefined {
		const own = accessesOf(step);
		const one = conflict(this.#one, own, 'one');
		const many = conflict(this.#many, own, 'many');
		if (one) this.#one = [];
		if (many) this.#many = [];
		this.#one = [...this.#one, ...own];
		this.#many = [...this.#many, ...own];
		// Threads meet after each expert.
		if (step.op === 'experts') this.clear();
		return one || many ? { op: 'meet', when: one && many ? 'always' : one ? 'one' : 'many' } : undefined;
	}

	/** Behind a barrier that stands there in any case. */
	clear(): void {
		this.#one = [];
		this.#many = [];
	}

	/** The same knowledge, to go another way from here. */
	fork(): Barriers {
		const copy = new Barriers();
		copy.#one = this.#one;
		copy.#many = this.#many;
		return copy;
	}
}

function accessesOf(step: Step): AccessList {
	return (ACCESSES[step.op] as (step: Step) => AccessList)(step);
}

/** Whether a later access must wait for an earlier one of another thread. */
function conflict(earlier: AccessList, later: AccessList, tokens: 'one' | 'many'): boolean {
	return earlier.some((a) => later.some((b) => a.at === b.at && (a.write || b.write) && !isSafe(a, b, a[tokens], b[tokens])));
}

function isSafe(a: Access, b: Access, before: Sharing, now: Sharing): boolean {
	// Each thread has written all of it itself, and whoever is late writes the same.
	if (before === 'all') return a.write && !b.write;
	return before === now && before !== 'any';
}
