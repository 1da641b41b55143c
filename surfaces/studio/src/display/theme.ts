// Whether the page is light or dark now, and the width of an element: what canvases need to know.

import { type RefObject, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { Shade } from './colour.ts';

const system = matchMedia('(prefers-color-scheme: dark)');

function now(): Shade {
	const chosen = document.documentElement.dataset['theme'];
	return chosen === 'dark' || (chosen !== 'light' && system.matches) ? 'dark' : 'light';
}

function subscribe(listener: () => void): () => void {
	const observer = new MutationObserver(listener);
	observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
	system.addEventListener('change', listener);
	return () => {
		observer.disconnect();
		system.removeEventListener('change', listener);
	};
}

export const useShade = (): Shade => useSyncExternalStore(subscribe, now);

export function useWidth(element: RefObject<HTMLElement | null>): number {
	const [width, setWidth] = useState(0);
	// Known before the first paint: what is drawn by it does not jump into place.
	useLayoutEffect(() => {
		if (!element.current) return;
		setWidth(element.current.clientWidth);
		const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
		observer.observe(element.current);
		return () => observer.disconnect();
	}, [element]);
	return width;
}
