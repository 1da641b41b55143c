// Saving what is on screen as a file: tables as CSV or JSON, pictures as PNG, each with its provenance.

import type { Provenance } from '../engine/protocol.ts';

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
export function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[], provenance?: Provenance): string {
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
export function savePng(canvas: HTMLCanvasElement, line: string, shade: 'light' | 'dark'): void {
	const ratio = devicePixelRatio || 1;
	const footer = 28 * ratio;
	const whole = new OffscreenCanvas(canvas.width, canvas.height + footer);
	const context = whole.getContext('2d');
	if (!context) return;
	context.fillStyle = shade === 'dark' ? '#14151d' : '#ffffff';
	context.fillRect(0, 0, whole.width, whole.height);
	context.drawImage(canvas, 0, 0);
	context.fillStyle = shade === 'dark' ? '#b3b8cb' : '#545768';
	context.font = `${12 * ratio}px system-ui, sans-serif`;
	context.fillText(line.trim(), 8 * ratio, canvas.height + 18 * ratio);
	void whole.convertToBlob({ type: 'image/png' }).then((blob) => saveBlob('tongsa.png', blob));
}
