// The views in the order of the menu: name → component.

import { type FunctionComponent, type LazyExoticComponent, lazy } from 'react';
import { alsoAwaited } from '../engine/client.ts';
import { Lesson } from '../lesson/Lesson.tsx';
import type { Messages } from '../messages/index.ts';
import { AttentionView } from './AttentionView.tsx';
import { MatrixView } from './MatrixView.tsx';
import { Tokens } from './Tokens.tsx';

type View = FunctionComponent | LazyExoticComponent<FunctionComponent>;

/** Code that the lesson never needs comes when its view is opened. */
const later = (load: () => Promise<FunctionComponent>) => lazy(async () => ({ default: await alsoAwaited(load()) }));
const Compare = later(async () => (await import('./Compare.tsx')).Compare);
const Edit = later(async () => (await import('./Edit.tsx')).Edit);
const Generate = later(async () => (await import('./Generate.tsx')).Generate);
const Lens = later(async () => (await import('./Lens.tsx')).Lens);
const MapView = later(async () => (await import('./MapView.tsx')).MapView);
const Open = later(async () => (await import('./Open.tsx')).Open);

export const views: readonly { readonly id: Exclude<keyof Messages['nav'], 'label'>; readonly View: View }[] = [
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
