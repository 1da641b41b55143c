// 日本語: です・ます体、短い文で。

import type { Messages } from '../en/index.ts';
import { common } from './common.ts';
import { glossary } from './glossary.ts';
import { lesson } from './lesson.ts';
import { views } from './views.ts';

export const ja: Messages = { ...common, glossary, lesson, views };
