// Markup: text that is not to be escaped again, as the filters `safe` and `escape` make it. As markupsafe.

import { changed, isSafe, raw, type Str, withSafe } from './text.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** With & < > " ' as entities; what is safe stays as it is. */
export const escaped = (text: Str): Str =>
	isSafe(text)
		? text
		: withSafe(
				changed(
					text,
					raw(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!),
				),
				true,
			);
