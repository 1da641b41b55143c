// A compute worker for tests: what a host's worker file is.

import { parentPort } from 'node:worker_threads';
import { type CrewMember, serve } from '../../src/compute/crew.ts';

parentPort!.once('message', (member: CrewMember) => serve(member));
