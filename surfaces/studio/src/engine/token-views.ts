// What tokens look like, asked once for each id of an opened model: a long text has many tokens and few different ones.

import { useEffect, useState } from 'react';
import { ask } from './client.ts';
import type { ModelCard, TokenView } from './protocol.ts';

const known = new WeakMap<ModelCard, Map<number, TokenView>>();

function viewsOf(card: ModelCard): Map<number, TokenView> {
	let views = known.get(card);
	if (!views) known.set(card, (views = new Map()));
	return views;
}

/** The tokens of some ids, in their order; undefined until those that were never seen have been asked for. */
export function useTokenViews(card: ModelCard, ids: Uint32Array): readonly TokenView[] | undefined {
	const views = viewsOf(card);
	const missing = [...new Set(ids)].filter((id) => !views.has(id));
	const key = missing.join(',');
	const [, setSeen] = useState(0);
	useEffect(() => {
		if (key === '') return;
		const controller = new AbortController();
		const wanted = key.split(',').map(Number);
		ask('tokens', [card.name, wanted], { signal: controller.signal }).then(
			(found) => {
				for (const [i, id] of wanted.entries()) if (found[i]) views.set(id, found[i]);
				setSeen((n) => n + 1);
			},
			() => undefined, // a newer question has taken its place, or the model was closed
		);
		return () => controller.abort();
	}, [card, views, key]);
	return missing.length === 0 ? Array.from(ids, (id) => views.get(id)!) : undefined;
}
