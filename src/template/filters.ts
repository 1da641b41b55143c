// All filters by name. As jinja2/filters.py; `tojson` as transformers replaces it. What needs chance or a page has no place in a chat template:
// random, urlize, pprint.

import { NUMBER_FILTERS } from './filters-numbers.ts';
import { SEQUENCE_FILTERS } from './filters-sequences.ts';
import { TEXT_FILTERS } from './filters-texts.ts';
import type { Filter } from './runtime.ts';

export const FILTERS: Readonly<Record<string, Filter>> = { ...TEXT_FILTERS, ...NUMBER_FILTERS, ...SEQUENCE_FILTERS };
