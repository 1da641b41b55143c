// One line of progress on stderr: bar, size, speed, time left. Nothing where stderr is no terminal.

import type { Progress } from '../../../src/host.ts';
import type { Terminal } from '../terminal.ts';

const BAR = 24;
/** The speed is that of the last seconds, not of the whole: a resumed download would lie otherwise. */
const WINDOW_MS = 5000;
const REDRAW_MS = 100;

export interface ProgressLine {
	show(progress: Progress): void;
	/** Clears the line. */
	end(): void;
}

export function progressLine(terminal: Terminal, now: () => number): ProgressLine {
	let seen: { at: number; done: number }[] = [];
	let drawn = -Infinity;
	return {
		show({ done, total, unit }) {
			if (!terminal.stderrIsTerminal) return;
			const at = now();
			seen = [...seen.filter((one) => at - one.at < WINDOW_MS), { at, done }];
			if (at - drawn < REDRAW_MS) return;
			drawn = at;
			const first = seen[0]!;
			const perSecond = at > first.at ? ((done - first.done) * 1000) / (at - first.at) : 0;
			terminal.note(`\r\x1b[2K${line(done, total, perSecond, unit === 'bytes' ? bytes : (count) => `${Math.round(count)} ${unit}`)}`);
		},
		end() {
			if (terminal.stderrIsTerminal && drawn > -Infinity) terminal.note('\r\x1b[2K');
		},
	};
}

/** `████░░░░  45.2 of 98.4 MB  12.3 MB/s  4 s left` */
function line(done: number, total: number | undefined, perSecond: number, amount: (count: number) => string): string {
	const speed = perSecond > 0 ? `  ${amount(perSecond)}/s` : '';
	if (total === undefined) return amount(done) + speed;
	const full = Math.round((BAR * Math.min(done, total)) / Math.max(1, total));
	const left = perSecond > 0 ? `  ${duration((total - done) / perSecond)} left` : '';
	return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${amount(done)} of ${amount(total)}${speed}${left}`;
}

/** 98362432 → '98.4 MB'; powers of 1000, as disks and networks count. */
export function bytes(count: number): string {
	const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
	const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
	return `${power ? (count / 1000 ** power).toFixed(1) : Math.round(count)} ${units[power]}`;
}

export function duration(seconds: number): string {
	if (seconds < 60) return `${Math.ceil(seconds)} s`;
	return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s` : `${(seconds / 3600).toFixed(1)} h`;
}
