// Where one is in the studio, as a small JSON object in the address: back, forward, links and files reopen it.

export type OptionValue = string | number | boolean;

export interface Place {
	readonly view: string;
	/** Name of the opened model that the view looks at. */
	readonly model: string;
	/** The learner's sentence. */
	readonly text: string;
	/** Settings of the view, by name. */
	readonly options: Readonly<Record<string, OptionValue>>;
}

export const FIRST_PLACE: Place = { view: 'lesson', model: 'smollm2', text: 'I love you so much.', options: {} };

/** Longest address that is written: longer texts are kept in the page and left out of the link. Browsers and servers take about this much. */
const MAX_ADDRESS = 8000;
/** Most settings and longest setting that a link may bring: a view has fewer than twenty. The longest is what was encircled on a map:
 * some 9,000 of 49,152 tokens. */
const MAX_OPTIONS = 40;
export const MAX_OPTION = 6000;

export function toHash(place: Place): string {
	const options = Object.fromEntries(Object.entries(place.options).filter(([, value]) => value !== ''));
	const short = place.text.length <= MAX_ADDRESS && `#${encodeURIComponent(JSON.stringify({ ...place, options }))}`;
	return short && short.length <= MAX_ADDRESS ? short : `#${encodeURIComponent(JSON.stringify({ ...place, text: undefined, options }))}`;
}

/** A link is foreign input: whatever is not of the right kind is left out, never thrown. */
export function fromHash(hash: string, fallback: Place = FIRST_PLACE): Place {
	let value: unknown;
	try {
		value = JSON.parse(decodeURIComponent(hash.replace(/^#/, '')));
	} catch {
		return fallback;
	}
	return typeof value === 'object' && value !== null ? fromJson(value as Record<string, unknown>, fallback) : fallback;
}

/** As `fromHash`, of a place that is JSON already. */
export function fromJson({ view, model, text, options }: Record<string, unknown>, fallback: Place = FIRST_PLACE): Place {
	const kept: Record<string, OptionValue> = {};
	if (typeof options === 'object' && options !== null) {
		for (const [name, option] of Object.entries(options).slice(0, MAX_OPTIONS)) {
			if (typeof option === 'boolean' || (typeof option === 'number' && Number.isFinite(option))) kept[name] = option;
			else if (typeof option === 'string' && option.length <= MAX_OPTION) kept[name] = option;
		}
	}
	return {
		view: typeof view === 'string' ? view : fallback.view,
		model: typeof model === 'string' ? model : fallback.model,
		text: typeof text === 'string' ? text : fallback.text,
		options: kept,
	};
}
