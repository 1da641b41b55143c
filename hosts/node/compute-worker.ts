// A compute thread in Node: takes part in every pass of the model that started it.

import { parentPort } from 'node:worker_threads';
import { type CrewMember, serve } from '../../src/compute/crew.ts';

parentPort!.once('message', (member: CrewMember) => serve(member, () => parentPort!.postMessage('ready')));
