// Pieces of SVG files: escaped text, a frame with title, source line and provenance.
// https://www.w3.org/TR/SVG2/

import { lineOf, type Saved } from './save.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Text for elements and attributes; characters that XML forbids are dropped. */
export const escaped = (text: string): string =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML forbids
	text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (c) => ESCAPES[c]!);

/** Two decimals are enough for a place in a picture. */
export const at = (x: number): string => String(Math.round(x * 100) / 100);

/** The page's own colours and letters, as they are now. */
export function look(): { readonly paper: string; readonly ink: string; readonly soft: string; readonly font: string } {
	const style = getComputedStyle(document.body);
	const colour = (name: string) => {
		const probe = document.body.appendChild(document.createElement('i'));
		probe.style.color = `var(${name})`;
		const value = getComputedStyle(probe).color;
		probe.remove();
		return value;
	};
	return { paper: colour('--sheet'), ink: style.color, soft: colour('--ink-soft'), font: style.fontFamily.replaceAll('"', "'") };
}

/** A whole file: the picture of width × height, and under it where its numbers come from, in a line and as JSON. */
export function svgFile(title: string, width: number, height: number, body: string, saved: Saved): string {
	const { paper, ink, soft, font } = look();
	const whole = Math.max(width, 320);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${at(whole)}" height="${at(height + 28)}" viewBox="0 0 ${at(whole)} ${at(height + 28)}" font-family="${escaped(font)}" font-size="12" fill="${ink}">`,
		`<title>${escaped(title)}</title>`,
		`<metadata>${escaped(JSON.stringify(saved))}</metadata>`,
		`<rect width="100%" height="100%" fill="${paper}"/>`,
		body,
		`<text x="8" y="${at(height + 18)}" fill="${soft}">${escaped(lineOf(saved))}</text>`,
		'</svg>',
	].join('\n');
}
