// What the worker can do, by name: thin words over the library's own. No model logic lives here.

import { compare } from './work-compare.ts';
import { edit } from './work-edit.ts';
import { inside } from './work-inside.ts';
import { map } from './work-map.ts';
import { origin } from './work-origin.ts';
import { out } from './work-out.ts';
import { rows } from './work-rows.ts';
import { words } from './work-words.ts';
import { write } from './work-write.ts';

export const work = { ...words, ...rows, ...inside, ...edit, ...compare, ...out, ...write, ...map, ...origin };
export type Work = typeof work;
