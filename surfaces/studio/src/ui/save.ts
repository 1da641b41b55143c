// Saving what is on screen as a file: tables as CSV or JSON, pictures as PNG or SVG, each with its provenance.

/** Where numbers come from. */
export interface Origin {
	readonly file: string;
	/** The table or point of the run. */
	readonly part: string;
	readonly text?: string;
	/** What else makes them these numbers: a head, an edit, a setting. */
	readonly [more: string]: unknown;
}

/** With the address that opens the view again. */
export type Saved = Origin & { readonly place: string };

/** For one line under a picture. */
export const lineOf = ({ file, part, text }: Origin): string => [file, part, text].filter(Boolean).join(' · ');

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

/** The canvas as it is on screen, with one line under it that says where its numbers come from. */
export function savePng(name: string, canvas: HTMLCanvasElement | null, origin: Origin): void {
	if (!canvas) return;
	const ratio = devicePixelRatio || 1;
	const footer = 28 * ratio;
	const whole = new OffscreenCanvas(canvas.width, canvas.height + footer);
	const context = whole.getContext('2d');
	if (!context) return;
	const style = getComputedStyle(document.body);
	context.fillStyle = style.backgroundColor;
	context.fillRect(0, 0, whole.width, whole.height);
	context.drawImage(canvas, 0, 0);
	context.fillStyle = style.color;
	context.font = `${12 * ratio}px ${style.fontFamily}`;
	context.fillText(lineOf(origin), 8 * ratio, canvas.height + 18 * ratio);
	void whole.convertToBlob({ type: 'image/png' }).then((blob) => saveBlob(name, blob));
}
