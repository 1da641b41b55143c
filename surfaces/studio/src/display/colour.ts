// Colours of numbers, even in lightness as the eye sees it (OKLab), told apart by colour-blind people (blue against orange).
// https://bottosson.github.io/posts/oklab/

export type Scale = 'signed' | 'share';
export type Shade = 'light' | 'dark';

/** Lightness, chroma, hue of the ends and of zero. Both arms of the signed scale run over the same lightness. */
const STOPS: Record<Shade, { readonly zero: Lch; readonly minus: Lch; readonly plus: Lch; readonly share: Lch }> = {
	light: { zero: [0.975, 0.004, 90], minus: [0.4, 0.15, 264], plus: [0.52, 0.16, 45], share: [0.33, 0.13, 285] },
	// Zero is lighter than the ground: a cell with next to nothing in it is still seen as a cell.
	dark: { zero: [0.29, 0.012, 270], minus: [0.78, 0.12, 250], plus: [0.8, 0.14, 65], share: [0.92, 0.1, 110] },
};

type Lch = readonly [lightness: number, chroma: number, hue: number];
type Rgb = readonly [number, number, number];

function oklab([l, c, h]: Lch): Rgb {
	const angle = (h * Math.PI) / 180;
	return [l, c * Math.cos(angle), c * Math.sin(angle)];
}

/** OKLab → sRGB bytes; what lies outside is clipped. */
function srgb([l, a, b]: Rgb): Rgb {
	const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const byte = (x: number) => Math.round(255 * Math.min(1, Math.max(0, x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)));
	return [
		byte(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
		byte(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
		byte(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3),
	];
}

const STEPS = 255;
const made = new Map<string, Uint32Array>();

/** 511 colours (signed: −1 … 1) or 256 (shares: 0 … 1) as ABGR words, ready for an ImageData. */
function table(scale: Scale, shade: Shade): Uint32Array {
	const key = scale + shade;
	const known = made.get(key);
	if (known) return known;
	const { zero, minus, plus, share } = STOPS[shade];
	const from = scale === 'signed' ? -STEPS : 0;
	const words = Uint32Array.from({ length: STEPS - from + 1 }, (_, i) => {
		const x = (i + from) / STEPS;
		const end = oklab(scale === 'share' ? share : x < 0 ? minus : plus);
		const start = oklab(zero);
		const [r, g, b] = srgb(start.map((s, k) => s + (end[k]! - s) * Math.abs(x)) as unknown as Rgb);
		return (255 << 24) | (b << 16) | (g << 8) | r;
	});
	made.set(key, words);
	return words;
}

/** value → colour word; `limit` gets the strongest colour, and so does all beyond. */
export function painter(scale: Scale, shade: Shade, limit: number): (value: number) => number {
	const words = table(scale, shade);
	const middle = scale === 'signed' ? STEPS : 0;
	const low = scale === 'signed' ? -1 : 0;
	return (value) => words[middle + Math.round(STEPS * Math.min(1, Math.max(low, value / limit)))]!;
}

export function css(word: number): string {
	return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
}

/** Black or white, whichever is read better on the colour (WCAG relative luminance). */
export function ink(word: number): string {
	const channel = (shift: number) => {
		const c = ((word >> shift) & 255) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	};
	return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(16) > 0.179 ? '#000' : '#fff';
}
