// The page that each bundler builds. What it saw is read by check.ts.

import { see } from './runtime.js';

globalThis.seen = see('/words.gguf', '/small.gguf').catch((error) => ({ error: String(error?.stack ?? error) }));
