// The memory budget of the Node host: what the machine and the environment say.

import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { nodeHost } from '../../hosts/node/host.ts';

test('the budget is a share of the machine’s memory, and TONGSA_MEMORY sets it', () => {
	const before = process.env.TONGSA_MEMORY;
	try {
		delete process.env.TONGSA_MEMORY;
		const { memoryBudget } = nodeHost();
		assert.ok(memoryBudget > 0 && memoryBudget < totalmem());
		process.env.TONGSA_MEMORY = '5000000000';
		assert.equal(nodeHost().memoryBudget, 5_000_000_000);
		process.env.TONGSA_MEMORY = '5 GB';
		assert.throws(() => nodeHost().memoryBudget, { code: 'usage', message: /TONGSA_MEMORY.*got 5 GB/ });
	} finally {
		if (before === undefined) delete process.env.TONGSA_MEMORY;
		else process.env.TONGSA_MEMORY = before;
	}
});
