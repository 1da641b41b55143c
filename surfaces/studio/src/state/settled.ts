// Whether a place has its first answers: until then what depends on them is not shown, so that nothing jumps while they come in.

import { useEffect, useState } from 'react';
import { awaited } from '../engine/client.ts';

/** What takes longer than this is shown while it comes. */
const PATIENCE_MS = 1200;
/** An answer often leads to the next question: so many quiet frames in a row. */
const QUIET_FRAMES = 4;

export function useSettled(place: string): boolean {
	const [settled, setSettled] = useState('');
	useEffect(() => {
		const began = performance.now();
		let quiet = 0;
		let frame = requestAnimationFrame(function look() {
			quiet = awaited() === 0 ? quiet + 1 : 0;
			if (quiet > QUIET_FRAMES || performance.now() - began > PATIENCE_MS) setSettled(place);
			else frame = requestAnimationFrame(look);
		});
		return () => cancelAnimationFrame(frame);
	}, [place]);
	return settled === place;
}
