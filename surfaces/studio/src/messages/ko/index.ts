// 한국어: 존댓말(해요체)로, 짧은 문장으로.

import type { Messages } from '../en/index.ts';
import { common } from './common.ts';
import { glossary } from './glossary.ts';
import { lesson } from './lesson.ts';
import { views } from './views.ts';

export const ko: Messages = { ...common, glossary, lesson, views };
