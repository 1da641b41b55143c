// A process that indexes and may be killed at any moment: node … index-child.ts DATABASE COUNT [worker]. Prints 'ready' when it begins, 'done' at the end.

import { openQueue } from '../../hosts/node/queue.ts';
import { openPostgres } from '../../hosts/node/stores/postgres.ts';
import { openSqlite } from '../../hosts/node/stores/sqlite.ts';
import { Collection } from '../../src/retrieval/collection.ts';
import { documents } from './documents.ts';
import { SETTINGS, termModel } from './made.ts';

const [database, count, role] = process.argv.slice(2) as [string, string, string | undefined];
const store = await (database.startsWith('postgres') ? openPostgres(database) : openSqlite(database));
const model = termModel();
const embed = model.embed.bind(model);
// As slow as a model is: there must be something to be killed in.
model.embed = async (texts, options) => {
	await new Promise((done) => setTimeout(done, 3));
	return embed(texts, options);
};
const collection = await Collection.open(store, { ...SETTINGS, model, create: true, chunkTokens: 60, overlapTokens: 8 });
process.stdout.write('ready\n');
if (role === 'worker') {
	const queue = await openQueue(database, collection.name);
	await queue.work(async (document) => void (await collection.complete(document)), { once: true, signal: new AbortController().signal });
	await queue.close();
} else await collection.add(documents(Number(count)));
process.stdout.write('done\n');
await store.close();
