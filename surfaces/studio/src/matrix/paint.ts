// Draws the visible part of a matrix on a canvas. A pixel that covers several columns shows the one furthest from zero.

import { css, ink, painter, type Scale, type Shade } from '../display/colour.ts';
import { short } from '../display/number.ts';

export interface Window {
	/** Size of the visible part in CSS pixels. */
	readonly width: number;
	readonly height: number;
	/** How far it is scrolled, in CSS pixels. */
	readonly left: number;
	readonly top: number;
	/** Size of a cell in CSS pixels; the width may be below 1. */
	readonly cellWidth: number;
	readonly cellHeight: number;
}

export interface Picture {
	/** rows × columns values, row-major. */
	readonly data: ArrayLike<number>;
	readonly rows: number;
	readonly columns: number;
	readonly scale: Scale;
	/** The value that gets the strongest colour. */
	readonly limit: number;
}

export interface Cell {
	readonly row: number;
	readonly column: number;
}

/** Width from which a cell carries its number. */
const READABLE = 44;

export function paint(
	canvas: HTMLCanvasElement,
	picture: Picture,
	window: Window,
	cell: Cell | undefined,
	shade: Shade,
	ratio: number,
): void {
	const context = canvas.getContext('2d');
	if (!context) return;
	canvas.width = Math.round(window.width * ratio);
	canvas.height = Math.round(window.height * ratio);
	context.scale(ratio, ratio);
	const { cellWidth, cellHeight, left, top } = window;
	const colour = painter(picture.scale, shade, picture.limit || 1);
	const firstRow = Math.max(0, Math.floor(top / cellHeight));
	const lastRow = Math.min(picture.rows, Math.ceil((top + window.height) / cellHeight));
	const unit = Math.max(cellWidth, 1 / ratio);
	const firstUnit = Math.max(0, Math.floor(left / unit));
	const lastUnit = Math.min(Math.ceil((picture.columns * cellWidth) / unit), Math.ceil((left + window.width) / unit));
	const wide = lastUnit - firstUnit;
	const high = lastRow - firstRow;
	if (wide <= 0 || high <= 0) return;

	const image = new ImageData(wide, high);
	const words = new Uint32Array(image.data.buffer);
	for (let r = 0; r < high; r++) {
		for (let u = 0; u < wide; u++) {
			const from = Math.floor(((firstUnit + u) * unit) / cellWidth + 1e-9);
			const to = Math.max(from + 1, Math.floor(((firstUnit + u + 1) * unit) / cellWidth + 1e-9));
			words[r * wide + u] = colour(furthest(picture, firstRow + r, from, Math.min(to, picture.columns)));
		}
	}
	const small = new OffscreenCanvas(wide, high);
	small.getContext('2d')?.putImageData(image, 0, 0);
	context.imageSmoothingEnabled = false;
	context.drawImage(small, firstUnit * unit - left, firstRow * cellHeight - top, wide * unit, high * cellHeight);

	if (cellWidth >= READABLE && cellHeight >= 16) {
		context.font = `${Math.min(13, cellWidth / 4.4)}px ui-monospace, monospace`;
		context.textAlign = 'center';
		context.textBaseline = 'middle';
		for (let r = firstRow; r < lastRow; r++) {
			for (let c = firstUnit; c < Math.min(lastUnit, picture.columns); c++) {
				const value = picture.data[r * picture.columns + c]!;
				if (picture.scale === 'share' && value === 0) continue; // hidden by the mask: there is nothing to read
				context.fillStyle = ink(colour(value));
				context.fillText(short(value), (c + 0.5) * cellWidth - left, (r + 0.5) * cellHeight - top);
			}
		}
	}
	if (cell) {
		const x = cell.column * cellWidth - left;
		const y = cell.row * cellHeight - top;
		const width = Math.max(cellWidth, 3);
		for (const [line, style] of [
			[4, shade === 'dark' ? '#000' : '#fff'],
			[2, shade === 'dark' ? '#fff' : '#000'],
		] as const) {
			context.lineWidth = line;
			context.strokeStyle = style;
			context.strokeRect(x - 0.5, y + 0.5, width + 1, cellHeight - 1);
		}
	}
}

function furthest({ data, columns }: Picture, row: number, from: number, to: number): number {
	let best = data[row * columns + Math.min(from, columns - 1)]!;
	for (let c = from + 1; c < to; c++) if (Math.abs(data[row * columns + c]!) > Math.abs(best)) best = data[row * columns + c]!;
	return best;
}

/** A swatch for legends: the scale from end to end as a CSS gradient. */
export function gradient(scale: Scale, shade: Shade): string {
	const colour = painter(scale, shade, 1);
	const stops = Array.from({ length: 9 }, (_, i) => css(colour(scale === 'signed' ? i / 4 - 1 : i / 8)));
	return `linear-gradient(to right, ${stops.join(', ')})`;
}
