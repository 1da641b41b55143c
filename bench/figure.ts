// A plain figure: panels side by side, points as measured and a line through them, both axes from zero.

export interface Panel {
	readonly title: string;
	/** Names of the axes, with units. */
	readonly x: string;
	readonly y: string;
	readonly points: readonly (readonly [x: number, y: number])[];
	readonly line: (x: number) => number;
}

const WIDTH = 300;
const HEIGHT = 220;
const LEFT = 52;
const RIGHT = 24;
const TOP = 34;
const BOTTOM = 44;
const STEPS = 40;

/** Round numbers from 0 on, four or five of them, that reach `most`: 0, 500, 1000 … */
function ticks(most: number): readonly number[] {
	const rough = most / 4;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough)!;
	return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step);
}

function panel({ title, x, y, points, line }: Panel, left: number): string {
	const [across, up] = [ticks(Math.max(...points.map(([px]) => px))), ticks(Math.max(...points.map(([, py]) => py)))];
	const at = (value: number, of: readonly number[], size: number): number => Math.round((value / of.at(-1)!) * size * 10) / 10;
	const px = (value: number): number => LEFT + at(value, across, WIDTH - LEFT - RIGHT);
	const py = (value: number): number => HEIGHT - BOTTOM - at(value, up, HEIGHT - TOP - BOTTOM);
	const end = Math.max(...points.map(([value]) => value));
	const path = Array.from({ length: STEPS + 1 }, (_, i) => (end * i) / STEPS).map((v) => `${px(v)},${py(line(v)).toFixed(1)}`);
	const bottom = HEIGHT - BOTTOM;
	return [
		`<g transform="translate(${left} 0)">`,
		`<text x="${LEFT}" y="18" font-weight="bold">${title}</text>`,
		...up.map(
			(v) =>
				`<path d="M${LEFT} ${py(v)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${py(v) + 4}" text-anchor="end">${v}</text>`,
		),
		...across.map((v) => `<text x="${px(v)}" y="${bottom + 16}" text-anchor="middle">${v}</text>`),
		`<path d="M${LEFT} ${bottom}H${WIDTH - RIGHT}" stroke="#555"/>`,
		`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${x}</text>`,
		`<text x="${LEFT - 6}" y="${TOP - 8}" text-anchor="end">${y}</text>`,
		`<polyline points="${path.join(' ')}" fill="none" stroke="#2f6fb0" stroke-width="1.5"/>`,
		...points.map(([vx, vy]) => `<circle cx="${px(vx)}" cy="${py(vy).toFixed(1)}" r="3.5" fill="#c4501b"/>`),
		'</g>',
	].join('\n');
}

export function svg(title: string, panels: readonly Panel[]): string {
	const width = WIDTH * panels.length;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}"`,
		'	font-family="system-ui, sans-serif" font-size="11" fill="#333">',
		`<title>${title}</title>`,
		`<rect width="${width}" height="${HEIGHT}" fill="#fff"/>`,
		...panels.map((one, i) => panel(one, i * WIDTH)),
		'</svg>\n',
	].join('\n');
}
