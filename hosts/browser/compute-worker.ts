// A compute thread in a page: takes part in every pass of the model that started it.

import { type CrewMember, serve } from '../../src/compute/crew.ts';

addEventListener('message', (event: MessageEvent<CrewMember>) => serve(event.data, () => postMessage('ready')), { once: true });
