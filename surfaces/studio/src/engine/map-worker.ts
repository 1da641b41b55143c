// A hand of the crew in a worker of its own.

import { expose } from 'comlink';
import { createHand } from './map-hand.ts';

expose(createHand());
