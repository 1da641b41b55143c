// Tongsa's side of bench/sentence.ts: FOLDER THREADS.

import { nodeHost } from '../hosts/node/host.ts';
import { openModel } from '../src/model.ts';
import { answerOrders } from './sentence-work.ts';

const [folder = '', threads = '1'] = process.argv.slice(2);
const model = await openModel({ ...nodeHost(), threads: Number(threads) }, folder);
answerOrders(async (texts) => (await model.sentence(texts)).vectors);
