// Numbers as the studio writes them: a real minus sign, four digits.

/** 0.03125 → "0.03125"; −1.5 → "−1.500"; 4 significant digits. */
export function digits(value: number, significant = 4): string {
	if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
	if (value === 0) return '0';
	const size = Math.abs(value);
	const text = size < 1e-4 || size >= 1e6 ? size.toExponential(significant - 1) : size.toPrecision(significant);
	return (value < 0 ? '−' : '') + text;
}

/** Four decimals, so that points stand under each other: 0.14624 → 0.1462. */
export const fixed = (value: number): string => (value < 0 ? '−' : '') + Math.abs(value).toFixed(4);

/** For narrow cells: −0.031, 3e-4. */
export function short(value: number): string {
	const size = Math.abs(value);
	const text = size > 0 && size < 0.0005 ? size.toExponential(0) : size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 3);
	return (value < 0 ? '−' : '') + text;
}

export const percent = (share: number): string => {
	const p = 100 * share;
	const text = p >= 99.95 || p === 0 ? p.toFixed(0) : p >= 1 ? p.toFixed(1) : p >= 0.01 ? p.toFixed(2) : '<\u00a00.01';
	return `${text}%`; // no space: all four languages write it so
};

export function largest(data: ArrayLike<number>): number {
	let max = 0;
	for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) > max && Number.isFinite(data[i]!)) max = Math.abs(data[i]!);
	return max;
}
