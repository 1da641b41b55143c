// The worker of template.ts: renders the Jinja templates that it is sent.

import { parentPort } from 'node:worker_threads';
import { rendered } from '../jinja.ts';

parentPort!.on('message', (rendering) => parentPort!.postMessage(rendered(rendering)));
