// Many points on a WebGL canvas; the library is fetched when the first map is drawn.
// https://github.com/flekschas/regl-scatterplot

import { type RefObject, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Shade } from '../display/colour.ts';
import { useShade, useWidth } from '../display/theme.ts';
import type { Saved } from './save.ts';
import { at, svgFile } from './svg.ts';

/** Colours of the groups in their order: Okabe and Ito's set and its neighbours, which colour-blind people can tell apart. */
export const GROUP_COLOURS: Readonly<Record<Shade, readonly string[]>> = {
	light: [
		'#a8410f',
		'#3b6fb6',
		'#d9a441',
		'#c03a5c',
		'#007a5a',
		'#8a5a00',
		'#7a4fb5',
		'#00748f',
		'#4d4d4d',
		'#9a9a9a',
		'#b58900',
		'#777777',
	],
	dark: [
		'#f6a96a',
		'#8db8f2',
		'#c98a2e',
		'#ff8fa8',
		'#5fd3a8',
		'#e6b450',
		'#c3a2f5',
		'#5cc9e6',
		'#d0d0d0',
		'#80869c',
		'#f0e442',
		'#a0a0a0',
	],
};

interface ScatterProps {
	/** x and y of each point, −1 … 1. Until they are there the picture is empty. */
	readonly points: Float32Array | undefined;
	readonly groups: Uint8Array | undefined;
	readonly selected: readonly number[];
	readonly onSelect: (points: readonly number[]) => void;
	/** Pairs of points that a line joins. */
	readonly joined: readonly (readonly [number, number])[];
	readonly label: string;
	/** Where to hang what the buttons around the picture may ask of it. */
	readonly handle: RefObject<ScatterHandle | null>;
}

export interface ScatterHandle {
	/** Nearer by a factor; 0 shows all. */
	readonly zoom: (factor: number) => void;
	/** As it is on the screen. */
	readonly picture: () => HTMLCanvasElement | null;
}

type Plot = Awaited<ReturnType<typeof make>>;
const make = async (canvas: HTMLCanvasElement, width: number, height: number, shade: Shade) => {
	const { default: createScatterplot } = await import('regl-scatterplot');
	return createScatterplot({
		canvas,
		width,
		height,
		pointSize: 2,
		opacity: 0.7,
		lassoOnLongPress: matchMedia('(pointer: coarse)').matches,
		backgroundColor: shade === 'dark' ? '#1c1e29' : '#ffffff',
		colorBy: 'category',
		pointColor: [...GROUP_COLOURS[shade]],
		pointColorActive: shade === 'dark' ? '#ffffff' : '#000000',
		pointSizeSelected: 4,
		annotationLineColor: shade === 'dark' ? '#ffffff' : '#000000',
		annotationLineWidth: 1.5,
	});
};

export function Scatter({ points, groups, selected, onSelect, joined, label, handle }: ScatterProps) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const frame = useRef<HTMLDivElement>(null);
	const [plot, setPlot] = useState<Plot>();
	const latest = useRef(onSelect);
	latest.current = onSelect;
	const width = useWidth(frame);
	const shade = useShade();
	const height = Math.min(680, Math.max(340, width * 0.62));

	useEffect(() => {
		if (!canvas.current || !width) return;
		let made: Plot | undefined;
		let gone = false;
		void make(canvas.current, width, height, shade).then((created) => {
			if (gone) return created.destroy();
			made = created;
			created.subscribe('select', (event) => latest.current(event.points));
			created.subscribe('deselect', () => latest.current([]));
			setPlot(created);
		});
		return () => {
			gone = true;
			setPlot(undefined);
			made?.destroy();
		};
	}, [width, height, shade]);

	// One drawing after another: the library keeps one set of points at a time.
	const turn = useRef(Promise.resolve());
	useEffect(() => {
		if (!plot || !points || !groups) return;
		let stale = false;
		turn.current = turn.current
			.then(async () => {
				if (stale) return;
				const axis = (k: number) => Float32Array.from({ length: groups.length }, (_, i) => points[2 * i + k]!);
				await plot.draw({ x: axis(0), y: axis(1), z: groups });
				const quiet = { preventEvent: true };
				if (selected.length > 0) plot.select([...selected], quiet);
				else plot.deselect(quiet);
				const place = (id: number): [number, number] => [points[2 * id]!, points[2 * id + 1]!];
				await plot.drawAnnotations(joined.map(([a, b]) => ({ vertices: [place(a), place(b)] })));
			})
			.catch(() => undefined); // destroyed meanwhile
		return () => {
			stale = true;
		};
	}, [plot, points, groups, selected, joined]);

	useImperativeHandle(
		handle,
		() => ({
			zoom(factor) {
				if (factor === 0) plot?.reset({ preventEvent: true });
				else plot?.set({ cameraDistance: plot.get('cameraDistance') / factor });
			},
			picture() {
				if (!plot) return null;
				const image = plot.export(undefined);
				const copy = document.createElement('canvas');
				copy.width = image.width;
				copy.height = image.height;
				copy.getContext('2d')?.putImageData(image, 0, 0);
				return copy;
			},
		}),
		[plot],
	);

	return (
		<div className="scatter" ref={frame}>
			<canvas ref={canvas} style={{ width, height }} aria-label={label} role="img" />
		</div>
	);
}

/** Every point as a dot of a path a group: small, and open to every drawing program. */
export function scatterSvg(points: Float32Array, groups: Uint8Array, shade: Shade, title: string, saved: Saved): string {
	const SIZE = 900;
	const paths: string[][] = GROUP_COLOURS[shade].map(() => []);
	const reach = points.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
	for (const [id, group] of groups.entries()) {
		const x = (SIZE * (1 + points[2 * id]! / reach)) / 2;
		const y = (SIZE * (1 - points[2 * id + 1]! / reach)) / 2;
		paths[group]?.push(`M${at(x)} ${at(y)}h0`);
	}
	const body = paths.map(
		(path, group) =>
			path.length > 0 &&
			`<path d="${path.join('')}" stroke="${GROUP_COLOURS[shade][group]}" stroke-width="2" stroke-linecap="round" stroke-opacity="0.7"/>`,
	);
	return svgFile(title, SIZE, SIZE, body.filter(Boolean).join('\n'), saved);
}
