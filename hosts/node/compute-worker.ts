// A compute thread in Node: takes part in every pass of the model that started it.

import { parentPort } from 'node:worker_threads';
import { serve, type WorkerSetup } from '../../src/program/worker.ts';

parentPort!.once('message', (setup: WorkerSetup) => serve(setup, () => parentPort!.postMessage('ready')));
