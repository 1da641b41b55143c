// strftime_now: the local date and time in Python's codes, with English names as in the C locale, whatever the machine speaks.
// https://docs.python.org/3/library/datetime.html#format-codes

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const pad = (value: number, width = 2, fill = '0') => String(value).padStart(width, fill);
const dayOfYear = (d: Date) =>
	Math.round((Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) - Date.UTC(d.getFullYear(), 0, 1)) / 86_400_000);
const hour12 = (d: Date) => d.getHours() % 12 || 12;

/** ISO 8601: the week that has the year's first Thursday is the first. */
function isoWeek(d: Date): readonly [number, number] {
	const thursday = new Date(d.getFullYear(), d.getMonth(), d.getDate() + 4 - (d.getDay() || 7));
	return [thursday.getFullYear(), Math.floor(dayOfYear(thursday) / 7) + 1];
}

const CODES: Readonly<Record<string, (d: Date) => string>> = {
	a: (d) => DAYS[d.getDay()]!.slice(0, 3),
	A: (d) => DAYS[d.getDay()]!,
	b: (d) => MONTHS[d.getMonth()]!.slice(0, 3),
	B: (d) => MONTHS[d.getMonth()]!,
	c: (d) => strftime(d, '%a %b %e %H:%M:%S %Y'),
	C: (d) => pad(Math.floor(d.getFullYear() / 100)),
	d: (d) => pad(d.getDate()),
	D: (d) => strftime(d, '%m/%d/%y'),
	e: (d) => pad(d.getDate(), 2, ' '),
	f: (d) => pad(d.getMilliseconds() * 1000, 6),
	F: (d) => strftime(d, '%Y-%m-%d'),
	g: (d) => pad(isoWeek(d)[0] % 100),
	G: (d) => String(isoWeek(d)[0]),
	h: (d) => MONTHS[d.getMonth()]!.slice(0, 3),
	H: (d) => pad(d.getHours()),
	I: (d) => pad(hour12(d)),
	j: (d) => pad(dayOfYear(d) + 1, 3),
	k: (d) => pad(d.getHours(), 2, ' '),
	l: (d) => pad(hour12(d), 2, ' '),
	m: (d) => pad(d.getMonth() + 1),
	M: (d) => pad(d.getMinutes()),
	n: () => '\n',
	p: (d) => (d.getHours() < 12 ? 'AM' : 'PM'),
	P: (d) => (d.getHours() < 12 ? 'am' : 'pm'),
	r: (d) => strftime(d, '%I:%M:%S %p'),
	R: (d) => strftime(d, '%H:%M'),
	s: (d) => String(Math.floor(d.getTime() / 1000)),
	S: (d) => pad(d.getSeconds()),
	t: () => '\t',
	T: (d) => strftime(d, '%H:%M:%S'),
	u: (d) => String(d.getDay() || 7),
	U: (d) => pad(Math.floor((dayOfYear(d) + 7 - d.getDay()) / 7)),
	V: (d) => pad(isoWeek(d)[1]),
	w: (d) => String(d.getDay()),
	W: (d) => pad(Math.floor((dayOfYear(d) + 7 - ((d.getDay() + 6) % 7)) / 7)),
	x: (d) => strftime(d, '%m/%d/%y'),
	X: (d) => strftime(d, '%H:%M:%S'),
	y: (d) => pad(d.getFullYear() % 100),
	Y: (d) => String(d.getFullYear()),
	// datetime.now() knows no zone.
	z: () => '',
	Z: () => '',
	'%': () => '%',
};

/** `-` takes the zeros away, as glibc does: %-d. Unknown codes stay. */
export function strftime(date: Date, format: string): string {
	return format.replace(/%([-_0^#]?)([a-zA-Z%])/g, (all, flag: string, code: string) => {
		const text = Object.hasOwn(CODES, code) ? CODES[code]!(date) : undefined;
		if (text === undefined) return all;
		if (flag === '-') return text.replace(/^[0 ]+(?=.)/, '');
		if (flag === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
		return flag === '^' ? text.toUpperCase() : text;
	});
}
