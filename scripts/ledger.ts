// The correctness ledger: measures every family and the real files, and writes docs/ledger.md. Run: npm run ledger
// Real files are looked for in the folder that TONGSA_MODELS names; what is not there has empty cells.

import { writeFileSync } from 'node:fs';
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

Notes

- Falcon-RW: the reference's eager attention adds ALiBi twice (in the mask and in the scores); its default attention and the original code add it once, and so does Tongsa.
  The expected weights of attention are from a run with the halves corrected, whose logits equal the default's.
- Gemma: the factor √D is rounded to bfloat16 or float16 where a safetensors table is stored so, as the reference does; GGUF files use float32, as llama.cpp does.
- gpt-oss: YaRN's range is not rounded, also from GGUF, as the reference has it; llama.cpp rounds it.
- GELU is the error-function form where the reference has it (Falcon, NeoX, BERT), also from GGUF; llama.cpp computes the tanh form.
`;
writeFileSync(new URL('../docs/ledger.md', import.meta.url), text);
