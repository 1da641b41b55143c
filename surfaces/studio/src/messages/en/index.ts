// English: the catalogue that gives the others their shape.

import { common } from './common.ts';
import { glossary } from './glossary.ts';
import { lesson } from './lesson.ts';
import { views } from './views.ts';

export const en = { ...common, glossary, lesson, views };
export type Messages = typeof en;
