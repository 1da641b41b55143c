// The views in the order of the menu: name → component.

import type { FunctionComponent } from 'react';
import { Lesson } from '../lesson/Lesson.tsx';
import type { Messages } from '../messages/index.ts';
import { AttentionView } from './AttentionView.tsx';
import { Compare } from './Compare.tsx';
import { Edit } from './Edit.tsx';
import { Generate } from './Generate.tsx';
import { Lens } from './Lens.tsx';
import { MapView } from './MapView.tsx';
import { MatrixView } from './MatrixView.tsx';
import { Open } from './Open.tsx';
import { Tokens } from './Tokens.tsx';

export const views: readonly { readonly id: Exclude<keyof Messages['nav'], 'label'>; readonly View: FunctionComponent }[] = [
	{ id: 'lesson', View: Lesson },
	{ id: 'open', View: Open },
	{ id: 'tokens', View: Tokens },
	{ id: 'matrix', View: MatrixView },
	{ id: 'attention', View: AttentionView },
	{ id: 'compare', View: Compare },
	{ id: 'lens', View: Lens },
	{ id: 'generate', View: Generate },
	{ id: 'map', View: MapView },
	{ id: 'edit', View: Edit },
];
