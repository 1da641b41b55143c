// A compute thread in a page: takes part in every pass of the model that started it.

import { serve, type WorkerSetup } from '../../src/program/worker.ts';

addEventListener('message', (event: MessageEvent<WorkerSetup>) => serve(event.data, () => postMessage('ready')), { once: true });
