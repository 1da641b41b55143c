// Renders what fuzz_templates.py has made and says where the two differ: see there.

import { createInterface } from 'node:readline';
import { compileTemplate, type ExactJson, parseExactJson } from '../../src/template/index.ts';

let values: Record<string, ExactJson> | undefined;
let [count, errors, wrong] = [0, 0, 0];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
	if (line === '') continue;
	if (!values) {
		values = Object.fromEntries((parseExactJson(line) as ReadonlyMap<string, ReadonlyMap<string, ExactJson>>).get('values')!);
		continue;
	}
	const { template, text, error } = JSON.parse(line) as { template: string; text?: string; error?: string };
	let got: string | undefined;
	let failure = '';
	try {
		got = compileTemplate(template).renderSync(values).text;
	} catch (problem) {
		failure = String(problem);
		if (!failure.startsWith('TongsaError')) failure = `NOT TYPED ${(problem as Error).stack}`;
	}
	count++;
	if (error !== undefined) errors++;
	if (got === text && !failure.startsWith('NOT TYPED')) continue;
	wrong++;
	if (wrong <= 40) console.log(JSON.stringify({ template, expected: text ?? error, got: got ?? failure }, undefined, 1));
}
console.log(`${count} templates, ${errors} of them refused by both or one, ${wrong} differ`);
process.exitCode = wrong > 0 ? 1 : 0;
