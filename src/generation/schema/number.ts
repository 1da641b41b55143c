// Numbers within bounds, digit by digit: after each it is known whether some continuation still falls into the range.
// Decimals are whole numbers of 10^-F, so that every comparison is exact.

export interface NumberRule {
	/** F: digits after the point; 0 for integers. */
	readonly decimals: number;
	/** Digits before the point. */
	readonly digits: number;
	/** Inclusive, in units of 10^-F. */
	readonly low?: bigint;
	readonly high?: bigint;
	/** In the same units; absent: any. */
	readonly multiple?: bigint;
}

/** A number of which `text` is written already. */
export interface NumberNode {
	readonly kind: 'number';
	readonly rule: NumberRule;
	readonly text: string;
	/** Whether it may end here. */
	readonly ends: boolean;
}

export function numberNode(rule: NumberRule, text = ''): NumberNode {
	return { kind: 'number', rule, text, ends: isWhole(text) && holds(rule, text, true) };
}

/** With one more byte; undefined where no number of the range goes on so. */
export function stepNumber({ rule, text }: NumberNode, byte: number): NumberNode | undefined {
	const longer = text + String.fromCharCode(byte);
	return isBeginning(rule, longer) && holds(rule, longer, false) ? numberNode(rule, longer) : undefined;
}

/** Whether there is any number in the range. */
export const isPossible = (rule: NumberRule): boolean => holds(rule, '', false) || holds(rule, '-', false);

const isWhole = (text: string): boolean => /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text);

function isBeginning({ decimals, digits }: NumberRule, text: string): boolean {
	const [, whole = '', point, fraction = ''] = /^-?(0|[1-9]\d*)?(?:(\.)(\d*))?$/.exec(text) ?? [undefined, 'x'];
	return whole !== 'x' && whole.length <= digits && (point === undefined || (whole !== '' && decimals > 0)) && fraction.length <= decimals;
}

/** Whether the range holds the number itself (`ended`), or any that begins so. */
function holds(rule: NumberRule, text: string, ended: boolean): boolean {
	const negative = text.startsWith('-');
	return magnitudes(rule, negative ? text.slice(1) : text, ended).some(([least, most]) =>
		negative ? meets(rule, -most, -least) : meets(rule, least, most),
	);
}

/** Intervals of what unsigned numbers that begin with `text` are worth. */
function magnitudes({ decimals, digits }: NumberRule, text: string, ended: boolean): (readonly [bigint, bigint])[] {
	const [whole = '', fraction] = text.split('.');
	const unit = 10n ** BigInt(decimals - (fraction?.length ?? 0));
	const value = BigInt(whole + (fraction ?? '') || '0') * unit;
	if (ended) return [[value, value]];
	if (whole === '') return [[0n, 10n ** BigInt(digits + decimals) - 1n]];
	const widest = whole === '0' || fraction !== undefined ? 0 : digits - whole.length;
	return Array.from({ length: widest + 1 }, (_, more) => {
		const scale = 10n ** BigInt(more);
		return [value * scale, (value + unit) * scale - 1n] as const;
	});
}

function meets({ low, high, multiple = 1n }: NumberRule, from: bigint, to: bigint): boolean {
	const least = low !== undefined && low > from ? low : from;
	const most = high !== undefined && high < to ? high : to;
	const quotient = least / multiple;
	const first = (least > 0n && quotient * multiple < least ? quotient + 1n : quotient) * multiple;
	return first <= most;
}

/** A number's decimal digits, exactly as it prints: [12345n, 2] for 123.45. Never a negative count. */
export function decimalOf(value: number): readonly [bigint, number] {
	const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
	const fraction = mantissa.split('.')[1] ?? '';
	const places = fraction.length - Number(exponent);
	const digits = BigInt(mantissa.replace('.', ''));
	return places >= 0 ? [digits, places] : [digits * 10n ** BigInt(-places), 0];
}
