// Runtimes with a file system: models by their paths.

import { see } from './runtime.js';

console.log(JSON.stringify(await see('smollm2', 'small.gguf')));
