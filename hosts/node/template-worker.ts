// The worker of template.ts: renders one Jinja template and ends.

import { parentPort, workerData } from 'node:worker_threads';
import { rendered } from '../jinja.ts';

parentPort!.postMessage(rendered(workerData));
