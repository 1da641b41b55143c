// One of the workers that make a map (map-workers.ts).

import { expose } from 'comlink';
import { createMapWorker } from '../../../../src/embedding/map/worker.ts';

expose(createMapWorker());
