// 中文（简体）：短句，口语，不带翻译腔。

import type { Messages } from '../en/index.ts';
import { common } from './common.ts';
import { glossary } from './glossary.ts';
import { lesson } from './lesson.ts';
import { views } from './views.ts';

export const zh: Messages = { ...common, glossary, lesson, views };
