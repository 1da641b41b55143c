// A law of the house: no code in transformer/ or unembedding/ names a model.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { families, knownArchitectures } from '../../src/architectures/index.ts';

test('no code of the stack names a model', () => {
	const stems = [...families.map(({ name }) => name), ...knownArchitectures('gguf'), ...knownArchitectures('safetensors')];
	// 'opt' stands in 'options'; every other name would be seen inside a longer word too.
	const names = [...new Set(stems.map((name) => name.toLowerCase().replace(/[\d_-]+.*$/, '')))].filter((name) => name.length > 3);
	assert.ok(names.includes('llama') && names.includes('gemma') && names.includes('falcon'));
	const files = globSync('src/{transformer,unembedding}/**/*.ts');
	assert.ok(files.length > 20);
	const wrong = files.flatMap((file) => {
		const code = readFileSync(file, 'utf8')
			.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
			.toLowerCase();
		return [...names, 'gpt', "'opt", 'phi3'].filter((name) => code.includes(name)).map((name) => `${file}: ${name}`);
	});
	assert.deepEqual(wrong, []);
});
