// A compute worker: takes part in the passes of the engine that started it.

import { parentPort } from 'node:worker_threads';
import { type CrewMember, serve } from '../src/compute/crew.ts';

parentPort!.once('message', (member: CrewMember) => serve(member));
