// Many points on a WebGL canvas; the library is fetched when the first map is drawn.
// https://github.com/flekschas/regl-scatterplot

import { useEffect, useRef } from 'react';
import type { Shade } from '../matrix/colour.ts';
import { useShade, useWidth } from '../state/shade.ts';

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
	/** x and y of each point, −1 … 1. */
	readonly points: Float32Array;
	readonly groups: Uint8Array;
	readonly selected: readonly number[];
	readonly onSelect: (points: readonly number[]) => void;
	readonly label: string;
}

type Plot = Awaited<ReturnType<typeof make>>;
const make = async (canvas: HTMLCanvasElement, width: number, height: number) => {
	const { default: createScatterplot } = await import('regl-scatterplot');
	return createScatterplot({ canvas, width, height, pointSize: 2, opacity: 0.7, lassoOnLongPress: false });
};

export function Scatter({ points, groups, selected, onSelect, label }: ScatterProps) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const frame = useRef<HTMLDivElement>(null);
	const plot = useRef<Plot>(undefined);
	const latest = useRef(onSelect);
	latest.current = onSelect;
	const chosen = useRef(selected);
	chosen.current = selected;
	const width = useWidth(frame);
	const shade = useShade();
	const height = Math.min(640, Math.max(320, width * 0.62));

	useEffect(() => {
		if (!canvas.current || !width) return;
		let gone = false;
		let made: Plot | undefined;
		void make(canvas.current, width, height).then(async (created) => {
			if (gone) return created.destroy();
			made = created;
			plot.current = created;
			created.set({
				backgroundColor: shade === 'dark' ? '#1c1e29' : '#ffffff',
				colorBy: 'category',
				pointColor: [...GROUP_COLOURS[shade]],
				pointColorActive: shade === 'dark' ? '#ffffff' : '#000000',
				pointSizeSelected: 4,
			});
			created.subscribe('select', (event) => latest.current(event.points));
			created.subscribe('deselect', () => latest.current([]));
			const at = (k: number) => Float32Array.from({ length: groups.length }, (_, i) => points[2 * i + k]!);
			await created.draw({ x: at(0), y: at(1), z: groups });
			if (chosen.current.length > 0) created.select([...chosen.current], { preventEvent: true });
		});
		return () => {
			gone = true;
			plot.current = undefined;
			made?.destroy();
		};
	}, [points, groups, width, height, shade]);

	useEffect(() => {
		const quiet = { preventEvent: true };
		if (selected.length > 0) plot.current?.select([...selected], quiet);
		else plot.current?.deselect(quiet);
	}, [selected]);

	return (
		<div className="scatter" ref={frame}>
			<canvas ref={canvas} style={{ width, height }} aria-label={label} role="img" />
		</div>
	);
}
