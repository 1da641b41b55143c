// worker: takes documents from a PostgreSQL database's queue and makes their vectors. As many on as many machines as one likes.

import { databaseOf, isPostgres } from '../../../hosts/node/collections.ts';
import { openQueue } from '../../../hosts/node/queue.ts';
import type { Answer, Call } from '../call.ts';
import { placeOf, withCollection } from './texts.ts';

export async function run(call: Call): Promise<Answer> {
	const database = databaseOf(placeOf(call).database);
	if (!isPostgres(database))
		throw call.usage('a worker needs a database that several machines reach', {
			field: '--database',
			got: database,
			allowed: 'postgres://…',
		});
	return withCollection(call, { create: true }, async ({ collection }) => {
		const queue = await openQueue(database, collection.name);
		let passages = 0;
		try {
			if (!call.flag('json')) call.terminal.note(`worker for ${collection.name}: waiting for documents\n`);
			const documents = await queue.work(
				async (document) => {
					passages += await collection.complete(document, call.signal);
				},
				{ once: call.flag('once'), signal: call.signal },
			);
			return { json: { collection: collection.name, documents, passages }, text: () => `${documents} documents, ${passages} passages\n` };
		} finally {
			await queue.close();
		}
	});
}
