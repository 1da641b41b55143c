// Colours: a diverging scale (blue below zero, red above) for the cells of a matrix, and a few plain styles.
// Scale: the ends and middle of ColorBrewer's RdBu, by linear steps in sRGB.

import type { ColourDepth } from '../terminal.ts';

type Rgb = readonly [number, number, number];

const BELOW: Rgb = [33, 102, 172];
const MIDDLE: Rgb = [247, 247, 247];
const ABOVE: Rgb = [178, 24, 43];

/** The colour of a value from −1 to 1. */
export function diverging(value: number): Rgb {
	const t = Math.min(1, Math.abs(value));
	const end = value < 0 ? BELOW : ABOVE;
	return [0, 1, 2].map((i) => Math.round(MIDDLE[i]! + (end[i]! - MIDDLE[i]!) * t)) as unknown as Rgb;
}

/** A cell: `text` on the colour of `value` (−1 to 1), in what the terminal has. Ink is black or white, whichever reads better. */
export function cell(text: string, value: number, depth: ColourDepth): string {
	if (depth === 1 || !Number.isFinite(value)) return text;
	const [r, g, b] = diverging(value);
	const dark = 0.299 * r + 0.587 * g + 0.114 * b < 140;
	if (depth === 24) return `\x1b[48;2;${r};${g};${b}m\x1b[38;5;${dark ? 231 : 16}m${text}\x1b[0m`;
	if (depth === 8) {
		const cube = (v: number) => Math.round((v / 255) * 5);
		return `\x1b[48;5;${16 + 36 * cube(r) + 6 * cube(g) + cube(b)}m\x1b[38;5;${dark ? 231 : 16}m${text}\x1b[0m`;
	}
	if (Math.abs(value) < 1 / 3) return text;
	return `\x1b[${value < 0 ? 44 : 41}m\x1b[97m${text}\x1b[0m`;
}

const style = (open: number, close: number) => (text: string, depth: ColourDepth) =>
	depth === 1 ? text : `\x1b[${open}m${text}\x1b[${close}m`;

export const bold = style(1, 22);
export const dim = style(2, 22);
