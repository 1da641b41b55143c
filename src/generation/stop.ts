// Stop strings over a stream of text: what may still become a stop string is held back, so that none is ever leaked.

/**
 * Feeds text through and cuts it at the first stop string, which may span pieces. None of them is empty.
 *
 *     const stop = stopStrings(['END']); stop.push('aE') // {text: 'a', stopped: undefined}; stop.push('ND b') // {text: '', stopped: 'END'}
 */
export function stopStrings(stops: readonly string[]): {
	/** Text that may be shown now, and the stop string that was met. */
	push(piece: string): { text: string; stopped: string | undefined };
	/** What was held back, when no more comes. */
	end(): string;
} {
	let held = '';
	return {
		push(piece) {
			held += piece;
			let first = -1;
			let stopped: string | undefined;
			for (const stop of stops) {
				const at = held.indexOf(stop);
				if (at >= 0 && (first < 0 || at < first)) {
					first = at;
					stopped = stop;
				}
			}
			const shown = stopped === undefined ? held.length - longestOpenEnd(held, stops) : first;
			const text = held.slice(0, shown);
			held = stopped === undefined ? held.slice(shown) : '';
			return { text, stopped };
		},
		end() {
			const rest = held;
			held = '';
			return rest;
		},
	};
}

/** Length of the longest end of `text` that a stop string begins with. */
function longestOpenEnd(text: string, stops: readonly string[]): number {
	let longest = 0;
	for (const stop of stops) {
		for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
			if (text.endsWith(stop.slice(0, length))) longest = length;
		}
	}
	return longest;
}
