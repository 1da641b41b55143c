// Where each head's small picture stands in the overview, and how it is drawn: blocks across on a wide screen, down on a narrow one.

import { painter, type Shade } from '../display/colour.ts';
import type { BlockOfHeads } from '../engine/work-inside.ts';
import { look } from '../ui/svg.ts';

export interface Head {
	readonly layer: number;
	readonly head: number;
}

export interface Grid {
	/** Size of a tile with its gap, of the whole, in CSS pixels. */
	readonly tile: number;
	readonly width: number;
	readonly height: number;
	/** Block and head numbers along the edges. */
	readonly labels: readonly { readonly x: number; readonly y: number; readonly text: string }[];
	readonly place: (head: Head) => { readonly x: number; readonly y: number };
	readonly headAt: (event: { readonly nativeEvent: { readonly offsetX: number; readonly offsetY: number } }) => Head | undefined;
	/** What the arrow keys do. */
	readonly steps: Readonly<Record<string, Head>>;
}

/** Room for the numbers along the edges; smallest and largest tile; the width from which blocks go across. */
const EDGE = 26;
const SMALLEST = 26;
const LARGEST = 76;
const WIDE = 700;

export function gridOf(layers: number, heads: number, width: number): Grid {
	const across = width >= WIDE && layers > heads;
	const [columns, rows] = across ? [layers, heads] : [heads, layers];
	const tile = Math.min(LARGEST, Math.max(SMALLEST, Math.floor((width - EDGE) / Math.max(1, columns))));
	const edge = (count: number, x: (i: number) => number, y: (i: number) => number) =>
		Array.from({ length: count }, (_, i) => ({ x: x(i), y: y(i), text: String(i) }));
	const middle = (i: number) => EDGE + (i + 0.5) * tile;
	const [right, left, down, up] = across
		? [
				{ layer: 1, head: 0 },
				{ layer: -1, head: 0 },
				{ layer: 0, head: 1 },
				{ layer: 0, head: -1 },
			]
		: [
				{ layer: 0, head: 1 },
				{ layer: 0, head: -1 },
				{ layer: 1, head: 0 },
				{ layer: -1, head: 0 },
			];
	return {
		tile,
		width: EDGE + columns * tile,
		height: EDGE + rows * tile,
		labels: [
			...edge(columns, middle, () => EDGE - 9),
			...edge(
				rows,
				() => EDGE / 2,
				(i) => middle(i) + 4,
			),
		],
		place: ({ layer, head }) => ({ x: EDGE + (across ? layer : head) * tile, y: EDGE + (across ? head : layer) * tile }),
		headAt({ nativeEvent: { offsetX, offsetY } }) {
			const [column, row] = [Math.floor((offsetX - EDGE) / tile), Math.floor((offsetY - EDGE) / tile)];
			if (column < 0 || row < 0 || column >= columns || row >= rows) return undefined;
			return across ? { layer: column, head: row } : { layer: row, head: column };
		},
		steps: { ArrowRight: right!, ArrowLeft: left!, ArrowDown: down!, ArrowUp: up! },
	};
}

export function paintHeads(
	canvas: HTMLCanvasElement,
	blocks: readonly BlockOfHeads[],
	grid: Grid,
	picked: Head,
	shade: Shade,
	ratio: number,
): void {
	const context = canvas.getContext('2d');
	if (!context) return;
	const { ink, soft, font } = look();
	canvas.width = Math.round(grid.width * ratio);
	canvas.height = Math.round(grid.height * ratio);
	context.scale(ratio, ratio);
	context.imageSmoothingEnabled = false;
	context.font = `12px ${font}`;
	context.textAlign = 'center';
	context.fillStyle = soft;
	for (const { x, y, text } of grid.labels) context.fillText(text, x, y);
	const colour = painter('share', shade, 1);
	const size = grid.tile - 3;
	for (const { layer, small } of blocks) {
		const [H = 0, S = 0] = small.shape;
		const image = new ImageData(S, H * S);
		const words = new Uint32Array(image.data.buffer);
		for (let i = 0; i < words.length; i++) words[i] = colour(small.data[i]!);
		const all = new OffscreenCanvas(S, H * S);
		all.getContext('2d')?.putImageData(image, 0, 0);
		for (let head = 0; head < H; head++) {
			const { x, y } = grid.place({ layer, head });
			context.drawImage(all, 0, head * S, S, S, x, y, size, size);
		}
	}
	const { x, y } = grid.place(picked);
	context.lineWidth = 2.5;
	context.strokeStyle = ink;
	context.strokeRect(x - 1, y - 1, size + 2, size + 2);
}
