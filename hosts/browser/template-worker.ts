// The worker of template.ts: renders one Jinja template.

import { rendered } from '../jinja.ts';
import type { Rendering } from '../template.ts';

addEventListener('message', ({ data }: MessageEvent<Rendering>) => postMessage(rendered(data)), { once: true });
