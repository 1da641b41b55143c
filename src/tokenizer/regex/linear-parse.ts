// Reads the expressions that regex-translate.ts writes: sets, groups, looks, atomic groups and quantifiers → a tree.

/** A part of an expression. */
export type Node =
	| { readonly type: 'set'; readonly test: CharacterTest }
	| { readonly type: 'sequence'; readonly nodes: readonly Node[] }
	| { readonly type: 'either'; readonly nodes: readonly Node[] }
	| { readonly type: 'repeat'; readonly node: Node; readonly min: number; readonly max: number; readonly greedy: boolean }
	| { readonly type: 'look'; readonly node: Node; readonly behind: boolean; readonly negative: boolean }
	| { readonly type: 'atomic'; readonly node: Node };

export type CharacterTest = (point: number) => boolean;

/** The tree of an expression that JavaScript has compiled already: what is wrong with it has been said. */
export function parseRegex(source: string): Node {
	let at = 0;
	const tests = new Map<string, CharacterTest>();
	const setTest = (set: string): CharacterTest => {
		const test = tests.get(set) ?? characterTest(set, tests.size < MAX_REMEMBERED);
		tests.set(set, test);
		return test;
	};
	const eat = (text: string): boolean => {
		if (!source.startsWith(text, at)) return false;
		at += text.length;
		return true;
	};
	const either = (): Node => {
		const nodes = [sequence()];
		while (eat('|')) nodes.push(sequence());
		return nodes.length === 1 ? nodes[0]! : { type: 'either', nodes };
	};
	const sequence = (): Node => {
		const nodes: Node[] = [];
		while (at < source.length && source[at] !== '|' && source[at] !== ')') nodes.push(quantified());
		return nodes.length === 1 ? nodes[0]! : { type: 'sequence', nodes };
	};
	const quantified = (): Node => {
		const node = atom();
		const quantifier = /^(?:[?*+]|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at, at + 30));
		if (quantifier === null) return node;
		at += quantifier[0].length;
		const [sign, low, comma, high] = quantifier;
		const min = low === undefined ? (sign === '+' ? 1 : 0) : Number(low);
		const max =
			low === undefined
				? sign === '?'
					? 1
					: Number.POSITIVE_INFINITY
				: comma === ''
					? min
					: high === ''
						? Number.POSITIVE_INFINITY
						: Number(high);
		return { type: 'repeat', node, min, max, greedy: !eat('?') };
	};
	const closed = (node: Node): Node => {
		at++;
		return node;
	};
	const atom = (): Node => {
		const name = /^\(\?:\(\?=\(\?<(a\d+)>/.exec(source.slice(at, at + 24));
		if (name) {
			at += name[0].length;
			const node: Node = { type: 'atomic', node: either() };
			at += `))\\k<${name[1]}>)`.length;
			return node;
		}
		if (eat('(?:')) return closed(either());
		for (const [open, behind, negative] of LOOKS) if (eat(open)) return closed({ type: 'look', node: either(), behind, negative });
		const start = at;
		if (source[at] === '[') at = classEnd(source, at);
		else if (eat('\\u{')) at = source.indexOf('}', at) + 1;
		else at += source.codePointAt(at)! > 0xffff ? 2 : 1;
		return { type: 'set', test: setTest(source.slice(start, at)) };
	};
	return either();
}

const LOOKS = [
	['(?=', false, false],
	['(?!', false, true],
	['(?<=', true, false],
	['(?<!', true, true],
] as const;

/** Past the ']' that closes the class at `from`; classes stand in classes, and a backslash takes the next character. */
function classEnd(source: string, from: number): number {
	let depth = 0;
	for (let i = from; i < source.length; i++) {
		if (source[i] === '\\') i++;
		else if (source[i] === '[') depth++;
		else if (source[i] === ']' && --depth === 0) return i + 1;
	}
	return source.length;
}

/** 64 KB each; known patterns have below 30 sets, a hostile one thousands. */
const MAX_REMEMBERED = 128;

/** One character against one class: the engine's own, remembered for the basic plane. */
function characterTest(set: string, remembered: boolean): CharacterTest {
	const pattern = new RegExp(`^${set}$`, 'v');
	if (!remembered) return (point) => pattern.test(String.fromCodePoint(point));
	const known = new Uint8Array(0x10000);
	return (point) => {
		if (point > 0xffff) return pattern.test(String.fromCodePoint(point));
		if (known[point] === 0) known[point] = pattern.test(String.fromCharCode(point)) ? 1 : 2;
		return known[point] === 1;
	};
}
