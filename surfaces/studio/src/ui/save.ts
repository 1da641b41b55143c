// Saving what is on screen as a file: tables as CSV or JSON, pictures as PNG or SVG, each with its provenance.
import { ask } from '../engine/client.ts';
import type { ModelCard, Precision } from '../engine/protocol.ts';
import type { FileOrigin } from '../engine/work-origin.ts';
import { withText } from './png.ts';

/** Where numbers come from, as a view knows it. */
export interface Origin {
	/** The models that they were read from. */
	readonly models: readonly ModelCard[];
	/** The table or point of the run. */
	readonly part: string;
	readonly text?: string;
	readonly precision?: Precision | undefined;
	/** What else makes them these numbers: a head, an edit, a setting. */
	readonly [more: string]: unknown;
}

/** As it stands in a file: with each model's files, their fingerprint and the text's tokens, and the address that opens the view again. */
export interface Saved extends Omit<Origin, 'models'> {
	readonly part: string;
	readonly models: readonly FileOrigin[];
	readonly place: string;
}

export async function stamped({ models, ...more }: Origin): Promise<Saved> {
	const asked = models.map(({ name }) => ask('origin', more.text === undefined ? [name] : [name, more.text]));
	return { ...more, models: await Promise.all(asked), place: location.href };
}

/** For one line under a picture. */
export const lineOf = ({ models, part, precision, text }: Saved): string =>
	[models.flatMap(({ files }) => files.map(({ name }) => name)).join(', '), part, precision, text].filter(Boolean).join(' · ');

export function saveBlob(name: string, blob: Blob): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const saveText = (name: string, type: string, text: string): void =>
	saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));

/** RFC 4180. A cell that a spreadsheet would run as a formula gets a leading quote mark; numbers stay numbers. */
export function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[], provenance?: object): string {
	const cell = (value: string | number): string => {
		if (typeof value === 'number') return String(value);
		const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
		return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
	};
	const lines = [header, ...rows].map((row) => row.map(cell).join(','));
	if (provenance) lines.push(cell(`provenance: ${JSON.stringify(provenance)}`));
	return lines.join('\r\n') + '\r\n';
}

export const json = (value: unknown): string =>
	JSON.stringify(value, (_key, v) => (ArrayBuffer.isView(v) ? Array.from(v as Float32Array) : v), '\t');

/** A canvas with one line under it that says where its numbers come from; the whole provenance is in the file as text. */
export async function savePng(name: string, canvas: HTMLCanvasElement, saved: Saved): Promise<void> {
	const ratio = devicePixelRatio || 1;
	const whole = new OffscreenCanvas(canvas.width, canvas.height + 28 * ratio);
	const context = whole.getContext('2d')!;
	const style = getComputedStyle(document.body);
	context.fillStyle = style.backgroundColor;
	context.fillRect(0, 0, whole.width, whole.height);
	context.drawImage(canvas, 0, 0);
	context.fillStyle = style.color;
	context.font = `${12 * ratio}px ${style.fontFamily}`;
	context.fillText(lineOf(saved), 8 * ratio, canvas.height + 18 * ratio);
	await savePicture(name, whole, saved);
}

/** An SVG file, which has its line already, drawn with two pixels for each of its own. */
export async function saveSvgAsPng(name: string, svg: string, saved: Saved): Promise<void> {
	const image = new Image();
	image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
	await image.decode();
	const canvas = new OffscreenCanvas(2 * image.naturalWidth, 2 * image.naturalHeight);
	canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
	URL.revokeObjectURL(image.src);
	await savePicture(name, canvas, saved);
}

async function savePicture(name: string, canvas: OffscreenCanvas, saved: Saved): Promise<void> {
	const png = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
	saveBlob(name, new Blob([withText(png, 'provenance', JSON.stringify(saved))], { type: 'image/png' }));
}
