// The correctness ledger: measures every family and the real files, and writes docs/ledger.md. Run: npm run ledger
// Real files are looked for in the folder that TONGSA_MODELS names; what is not there has empty cells.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { families } from '../src/architectures/index.ts';
import {
	type Errors,
	familyFiles,
	findReal,
	measureFamily,
	measureReal,
	REAL_MODELS,
	type RealMeasure,
} from '../test/transformer/measure.ts';
import { TOLERANCES } from '../test/transformer/tolerances.ts';
import type { SweepLine } from './sweep.ts';

const number = (error: number | undefined): string => (error === undefined ? '' : error === 0 ? '0' : error.toExponential(1));
/** A Markdown table with its columns aligned, as the formatter leaves it. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
	const widths = header.map((name, c) => Math.max(3, name.length, ...rows.map((cells) => cells[c]!.length)));
	const line = (cells: readonly string[]): string => `| ${cells.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`;
	return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
const errorCells = ({ rows, states, logits }: Errors): string[] => [number(rows), number(states), number(logits)];
const outOf = (pair: readonly [number, number] | undefined): string => (pair ? `${pair[0]} of ${pair[1]}` : '');

const made = [];
for (const file of familyFiles()) {
	const measure = await measureFamily(file);
	made.push({ name: file.replace(/\.gguf$/, ''), ...measure });
	process.stderr.write(`${file}\n`);
}
made.sort((a, b) => a.family.localeCompare(b.family) || a.file.localeCompare(b.file));

const real: { readonly name: string; readonly measure?: RealMeasure; readonly missing?: string }[] = [];
for (const model of REAL_MODELS) {
	const found = findReal(model);
	if ('missing' in found) real.push({ name: model.name, missing: found.missing });
	else real.push({ name: model.name, measure: await measureReal(model, found.path, TOLERANCES.nearTie) });
	process.stderr.write(`${model.name}\n`);
}

/** What scripts/sweep.ts --json has written: drawn configurations that are too many to keep. */
const SWEEP = new URL('../test/fixtures/sweep.json', import.meta.url);
const swept: readonly SweepLine[] = existsSync(SWEEP) ? JSON.parse(readFileSync(SWEEP, 'utf8')) : [];

const text = `# Correctness ledger

Written by \`npm run ledger\` (scripts/ledger.ts); an empty cell was not measured, or the reference does not expose it. Precision: \`exact\`.

An error is max|Δ| / max|x| over a point, the worst over all points of its kind. _Rows_: what block 0 receives. _States_: every block's output,
attention weights, the final output. Allowed: ${TOLERANCES.exact} where weights are stored as they were computed with, ${TOLERANCES.quantised} for quantised files
against the reference on the decoded weights (test/transformer/tolerances.ts). An error of 0: the rows are copied as they are.

## Real files

Four texts (English, Korean, Japanese, Chinese). _Greedy_: the next 16 tokens are the reference's, up to a near tie. _Sentence_: smallest cosine to the reference's vector.

${table(
	['model', 'file', 'types', 'tokens equal', 'rows', 'states', 'logits', 'greedy', 'sentence', 'reference'],
	real.map(({ name, measure: m }) =>
		m
			? [name, m.file, m.types, outOf(m.tokensEqual), ...errorCells(m), outOf(m.greedyEqual), m.cosine?.toFixed(7) ?? '', m.reference]
			: [name, ...Array(9).fill('')],
	),
)}

## Families

Tiny random checkpoints with gains, biases and matrices away from their initial values (scripts/reference/make_families.py, make_gguf.py with llama.cpp's
converter, make_quantised.py, paper_models.py). They have no vocabulary, so that no tokens are compared. ${families.length} families, ${made.length} files.

${table(
	['family', 'checkpoint', 'file', 'types', 'rows', 'states', 'logits', 'reference'],
	made.map((m) => [m.family, m.name, m.file, m.types, ...errorCells(m), m.reference]),
)}

## Drawn configurations

Random configurations of each family beyond the checkpoints above (scripts/reference/sweep_families.py, measured by scripts/sweep.ts, which \`npm run ledger\` does
not run again): head counts, widths, every scaling of the rotation, windows, biases, activations, tied or not, 1 to 65 tokens, whole and sharded files, settings
left out or spelled as before transformers 5, bare stacks and classifiers; GGUF by llama.cpp's converter in F32, F16, BF16 and Q8_0. _Worst_: over all points of
all checkpoints. Each one's greedy text is the reference's too.

${table(
	['family', 'file', 'checkpoints', 'refused', 'worst', 'worst of Q8_0', 'reference'],
	swept.map((s) => [s.family, s.file, String(s.checkpoints), String(s.refused), number(s.worst), number(s.worstQuantised), s.reference]),
)}

Notes

- Falcon-RW: the reference's eager attention adds ALiBi twice (in the mask and in the scores); its default attention and the original code add it once, and so does Tongsa.
  The expected weights of attention are from a run with the halves corrected, whose logits equal the default's.
- Gemma: the factor √D is float32 whatever the table's type, as in the reference run in float32 and in llama.cpp; a reference run in bfloat16 rounds it.
- Gemma 3's attn_logit_softcapping is not applied, as in the reference, which reads the setting and does not use it.
- gpt-oss: YaRN's range is not rounded, also from GGUF, as the reference has it; llama.cpp rounds it.
- GELU is the error-function form where the reference has it (Falcon, NeoX, BERT), also from GGUF; llama.cpp computes the tanh form.
`;
writeFileSync(new URL('../docs/ledger.md', import.meta.url), text);
