// A matrix as an SVG file: a rectangle a cell where they are few, a picture of one pixel a cell where they are many; labels are text.

import { css, ink, painter, type Shade } from '../display/colour.ts';
import { digits, percent } from '../display/number.ts';
import type { Saved } from '../ui/save.ts';
import { at, escaped, svgFile } from '../ui/svg.ts';
import type { Picture } from './paint.ts';

/** More cells than this would make a file that drawing programs open slowly (about 2 MB). */
const MAX_RECTANGLES = 20_000;
/** Letters of a label that are written, and their width at 12 px. */
const MAX_LETTERS = 18;
const LETTER = 7.4;

export interface Labels {
	readonly rows: readonly string[];
	/** Absent where the columns are only numbered. */
	readonly columns?: readonly string[] | undefined;
}

const short = (label: string) => ([...label].length > MAX_LETTERS ? `${[...label].slice(0, MAX_LETTERS - 1).join('')}…` : label);

export async function matrixSvg(picture: Picture, labels: Labels, title: string, shade: Shade, saved: Saved): Promise<string> {
	const { data, rows, columns, scale, limit } = picture;
	const few = rows * columns <= MAX_RECTANGLES;
	const colour = painter(scale, shade, limit || 1);
	const width = few ? Math.min(40, Math.max(4, 1400 / columns)) : Math.max(1, Math.floor(1400 / columns));
	const height = few ? Math.min(24, Math.max(12, 900 / rows)) : Math.max(2, Math.floor(900 / rows));
	const left = 12 + LETTER * Math.max(...labels.rows.map((label) => [...short(label)].length));
	const top = labels.columns ? 12 + LETTER * Math.max(...labels.columns.map((label) => [...short(label)].length)) : 8;
	const parts: string[] = [];
	for (const [r, label] of labels.rows.entries())
		parts.push(`<text x="${at(left - 6)}" y="${at(top + (r + 0.5) * height + 4)}" text-anchor="end">${escaped(short(label))}</text>`);
	for (const [c, label] of (labels.columns ?? []).entries())
		parts.push(
			`<text transform="translate(${at(left + (c + 0.5) * width + 4)} ${at(top - 5)}) rotate(-90)">${escaped(short(label))}</text>`,
		);
	if (few) {
		const write = scale === 'share' ? percent : digits;
		for (let r = 0; r < rows; r++) {
			for (let c = 0; c < columns; c++) {
				const value = data[r * columns + c]!;
				if (scale === 'share' && value === 0) continue; // the paper shows
				const word = colour(value);
				const box = `<rect x="${at(left + c * width)}" y="${at(top + r * height)}" width="${at(width)}" height="${at(height)}" fill="${css(word)}">`;
				parts.push(`${box}<title>${write(value)}</title></rect>`);
				if (scale === 'share' && width >= 34)
					parts.push(
						`<text x="${at(left + (c + 0.5) * width)}" y="${at(top + (r + 0.5) * height + 4)}" text-anchor="middle" fill="${ink(word)}">${value.toFixed(2)}</text>`,
					);
			}
		}
	} else {
		parts.push(
			`<image x="${at(left)}" y="${at(top)}" width="${columns * width}" height="${rows * height}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${await pixels(picture, colour)}"/>`,
		);
	}
	return svgFile(title, left + columns * width + 8, top + rows * height + 4, parts.join('\n'), saved);
}

/** One pixel a cell, as a PNG in a data address. */
async function pixels({ data, rows, columns }: Picture, colour: (value: number) => number): Promise<string> {
	const image = new ImageData(columns, rows);
	const words = new Uint32Array(image.data.buffer);
	for (let i = 0; i < words.length; i++) words[i] = colour(data[i]!);
	const canvas = new OffscreenCanvas(columns, rows);
	canvas.getContext('2d')?.putImageData(image, 0, 0);
	const blob = await canvas.convertToBlob({ type: 'image/png' });
	return new Promise((resolve) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result));
		reader.readAsDataURL(blob);
	});
}
