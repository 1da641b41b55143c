// The safetensors reader against the reference: what it sees in its own file, and which of 60 headers it takes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/bytes/memory.ts';
import { TongsaError } from '../../src/errors.ts';
import { readSafetensors } from '../../src/formats/safetensors/read.ts';
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts';
import { dtypeOf } from '../../src/tensor/dtypes.ts';
import { expected, fixture, refusal } from './fixtures.ts';

test('types.safetensors: metadata, names, dtypes, shapes and bytes as the reference sees them', async () => {
	const seen = expected['types.safetensors'];
	const file = await readSafetensors(fixture('types.safetensors'));
	assert.deepEqual(file.metadata, seen.metadata);
	const found = await Promise.all(
		[...file.tensors.values()].map(async (tensor) => [
			tensor.name,
			{ dtype: tensor.dtype, shape: tensor.shape, hex: Buffer.from(await readTensorBytes(tensor)).toString('hex') },
		]),
	);
	assert.deepEqual(Object.fromEntries(found), seen.tensors);
});

/** Headers that the reference's code refuses for a type that it does not know: here the other tensors open. */
const WIDER: ReadonlySet<string> = new Set(['dtype unknown', 'dtype lower case', 'dtype of every object']);
/** Headers that the reference's code takes although the format's text forbids them, or that no program writes. */
const STRICTER: ReadonlySet<string> = new Set(['name twice', 'space before', '65 dimensions']);

const cases: Readonly<Record<string, { base64: string; accepted: boolean }>> = expected['safetensors cases'];

test('the cases are there, good and bad', () => {
	const verdicts = Object.values(cases).map(({ accepted }) => accepted);
	assert.ok(verdicts.filter(Boolean).length >= 12 && verdicts.filter((accepted) => !accepted).length >= 40);
});

for (const [name, { base64, accepted }] of Object.entries(cases)) {
	const ours = (accepted && !STRICTER.has(name)) || WIDER.has(name);
	const beside = ours === accepted ? 'as by the reference' : ours ? 'where the reference refuses' : 'stricter than the reference';
	test(`${name}: ${ours ? 'taken' : 'refused'}, ${beside}`, async () => {
		const outcome = await readSafetensors(memorySource('case.safetensors', Buffer.from(base64, 'base64'))).catch((error: unknown) => error);
		if (ours) assert.ok(!(outcome instanceof Error), String(outcome));
		else assert.ok(outcome instanceof TongsaError, String(outcome));
	});
}

test('a tensor of an unknown type is listed as it lies, and the others can be read', async () => {
	const header =
		'{"a": {"dtype": "F5_E3M1", "shape": [8], "data_offsets": [0, 5]}, "b": {"dtype": "U8", "shape": [3], "data_offsets": [5, 8]}}';
	const bytes = Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), Buffer.from(header), Buffer.from('12345678')]);
	const { tensors } = await readSafetensors(memorySource('f5.safetensors', bytes));
	const { dtype, byteLength } = tensors.get('a')!;
	assert.deepEqual({ dtype, byteLength }, { dtype: 'type F5_E3M1', byteLength: 5 });
	assert.throws(() => dtypeOf(dtype), { code: 'unsupported', message: /got type F5_E3M1, allowed F64/ });
	assert.equal(Buffer.from(await readTensorBytes(tensors.get('b')!)).toString(), '678');
});

test('refusals name tensor, field, value and bound', async () => {
	const open = (name: string) => readSafetensors(memorySource('case.safetensors', Buffer.from(cases[name]!.base64, 'base64')));
	await assert.rejects(
		open('dtype a number'),
		refusal('malformed', /no possible dtype \(case\.safetensors, tensor t, field dtype\): got \d+/),
	);
	await assert.rejects(open('length 2^60'), refusal('malformed', /header length.*got 1152921504606846976.*what follows in the file/));
	await assert.rejects(open('overlap'), refusal('malformed', /lies over another.*tensor b/));
	await assert.rejects(open('hole before'), refusal('malformed', /hole.*got 8, allowed 0/));
	await assert.rejects(open('shape too small'), refusal('malformed', /does not fit.*\[0,8\].*4 bytes/));
	await assert.rejects(open('name twice'), refusal('malformed', /stands twice.*field t/));
	await assert.rejects(open('deep'), refusal('malformed', /nested too deeply.*64 levels/));
});
