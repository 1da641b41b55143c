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
		show(progress) {
			if (!terminal.stderrIsTerminal) return;
			const at = now();
			seen = [...seen.filter((one) => at - one.at < WINDOW_MS), { at, done: progress.done }];
			if (at - drawn < REDRAW_MS) return;
			drawn = at;
			const first = seen[0]!;
			const perSecond = at > first.at ? ((progress.done - first.done) * 1000) / (at - first.at) : 0;
			terminal.note(`\r\x1b[2K${line(progress, perSecond).slice(-(terminal.columns - 1))}`);
		},
		end() {
			if (drawn > -Infinity) terminal.note('\r\x1b[2K');
			drawn = -Infinity;
		},
	};
}

/** `████░░░░  45.2 MB of 98.4 MB  12.3 MB/s  4 s left` */
function line({ done, total, unit }: Progress, perSecond: number): string {
	const amount = unit === 'bytes' ? bytes : (count: number) => Math.round(count).toLocaleString('en');
	const name = unit === 'bytes' ? '' : ` ${unit}`;
	const speed = perSecond > 0 ? `  ${amount(perSecond)}${name}/s` : '';
	if (total === undefined) return amount(done) + name + speed;
	const full = Math.round((BAR * Math.min(done, total)) / Math.max(1, total));
	const left = perSecond > 0 ? `  ${duration((total - done) / perSecond)} left` : '';
	return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${amount(done)} of ${amount(total)}${name}${speed}${left}`;
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
