// Well-known splitting patterns and the kernel's hand-made automata for them. Any other pattern is split by its regex.
// openai/gpt-2 src/encoder.py, tiktoken_ext/openai_public.py, the families' tokenizer.json.

import type { PreTokenizerSpec } from '../spec.ts';

/** The automata of kernels/tokenizer.ts (split): numbers of its switch. */
export const SPLITTER = {
	whole: 0,
	gpt2: 1,
	digitsGpt2: 2,
	cl100k: 3,
	llama3: 4,
	qwen2: 5,
	o200k: 6,
	tekken: 7,
	metaspace: 8,
	given: 9,
} as const;

export type Splitter = keyof typeof SPLITTER;

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const REST = '|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const FIRST_FORM = '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+';
const SECOND_FORM = '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*';

export const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** tiktoken's cl100k_base since 0.6; $ is the end of the text there. */
export const CL100K_PATTERN =
	"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";
export const LLAMA3_PATTERN = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*${REST}`;
export const QWEN2_PATTERN = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*${REST}`;
export const O200K_PATTERN = `${FIRST_FORM}${CONTRACTIONS}?|${SECOND_FORM}${CONTRACTIONS}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*${REST}`;
export const TEKKEN_PATTERN = `${FIRST_FORM}|${SECOND_FORM}|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*${REST}`;

/** Pattern → automaton. tiktoken writes GPT-2's in several ways, with the same matches. */
const PATTERNS: ReadonlyMap<string, Splitter> = new Map([
	[GPT2_PATTERN, 'gpt2'],
	["'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s", 'gpt2'],
	["'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", 'gpt2'],
	[CL100K_PATTERN, 'cl100k'],
	[LLAMA3_PATTERN, 'llama3'],
	[QWEN2_PATTERN, 'qwen2'],
	[O200K_PATTERN, 'o200k'],
	[TEKKEN_PATTERN, 'tekken'],
]);

/** The automaton for a whole pre-tokenizer, if it is one of the well-known ones. */
export function splitterOf(spec: PreTokenizerSpec | undefined): Splitter | undefined {
	if (!spec) return undefined;
	const all = flatten(spec);
	// Letters in the text are not what the automata read.
	if (all.some((step) => step.type === 'ByteLevel' && step.in_text)) return undefined;
	const steps = all.filter((step) => !(step.type === 'ByteLevel' && !step.use_regex && !step.add_prefix_space));
	if (steps.length === 1) return patternOf(steps[0]!);
	const digits =
		steps.length === 2 &&
		((steps[0]!.type === 'Digits' && steps[0]!.individual_digits) ||
			(steps[0]!.type === 'Split' && 'Regex' in steps[0]!.pattern && steps[0]!.pattern.Regex === '\\p{N}' && isolates(steps[0]!)));
	return digits && patternOf(steps[1]!) === 'gpt2' ? 'digitsGpt2' : undefined;
}

function patternOf(step: PreTokenizerSpec): Splitter | undefined {
	if (step.type === 'ByteLevel') return step.use_regex && !step.add_prefix_space ? 'gpt2' : undefined;
	if (step.type !== 'Split' || !('Regex' in step.pattern) || !isolates(step)) return undefined;
	const found = PATTERNS.get(step.pattern.Regex);
	// In Oniguruma $ stands before every line end, and {1,3}+ repeats.
	return found && (step.pattern.syntax === 'rust' || !/\$|\d\}\+/.test(step.pattern.Regex)) ? found : undefined;
}

/** These patterns match everything, so that what lies between matches is empty: removing it, inverted, is the same. */
function isolates(step: PreTokenizerSpec & { readonly type: 'Split' }): boolean {
	return (step.behavior === 'Isolated' && !step.invert) || (step.behavior === 'Removed' && step.invert);
}

function flatten(spec: PreTokenizerSpec): readonly PreTokenizerSpec[] {
	return spec.type === 'Sequence' ? spec.pretokenizers.flatMap(flatten) : [spec];
}
