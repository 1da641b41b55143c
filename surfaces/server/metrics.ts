// Counters, gauges and histograms in Prometheus' text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

type Labels = Readonly<Record<string, string>>;

/** Seconds: from an answer out of memory to a long generation. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

const COUNTERS = {
	tongsa_requests_total: 'Requests answered, by route and status.',
	tongsa_tokens_total: 'Tokens read (prompt) and written (completion), by model.',
	tongsa_aborted_total: 'Requests that their client abandoned.',
} as const;

const HISTOGRAMS = {
	tongsa_request_seconds: 'Time from a request to the end of its answer.',
	tongsa_first_token_seconds: 'Time from a request to its first token.',
} as const;

interface Histogram {
	readonly counts: number[];
	sum: number;
	count: number;
}

export interface Metrics {
	add(name: keyof typeof COUNTERS, labels: Labels, by?: number): void;
	observe(name: keyof typeof HISTOGRAMS, labels: Labels, seconds: number): void;
	/** `others`: name → [help, value by labels], as they are now. A name that ends in _total is a counter's. */
	text(others: Readonly<Record<string, readonly [string, readonly (readonly [Labels, number])[]]>>): string;
}

export function createMetrics(): Metrics {
	const counters = byName<number>(COUNTERS);
	const histograms = byName<Histogram>(HISTOGRAMS);
	return {
		add(name, labels, by = 1) {
			const counted = counters.get(name)!;
			const key = labelText(labels);
			counted.set(key, (counted.get(key) ?? 0) + by);
		},
		observe(name, labels, seconds) {
			const observed = histograms.get(name)!;
			const key = labelText(labels);
			const one = observed.get(key) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
			observed.set(key, one);
			BUCKETS.forEach((most, i) => {
				if (seconds <= most) one.counts[i]!++;
			});
			one.sum += seconds;
			one.count++;
		},
		text(others) {
			const lines: string[] = [];
			for (const [name, help] of Object.entries(COUNTERS)) {
				lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
				for (const [labels, value] of counters.get(name)!) lines.push(`${name}${labels} ${value}`);
			}
			for (const [name, help] of Object.entries(HISTOGRAMS)) {
				lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`);
				for (const [labels, one] of histograms.get(name)!) lines.push(...histogramLines(name, labels, one));
			}
			for (const [name, [help, values]] of Object.entries(others)) {
				lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`);
				for (const [labels, value] of values) lines.push(`${name}${labelText(labels)} ${value}`);
			}
			return `${lines.join('\n')}\n`;
		},
	};
}

/** Metric → its values by the text of their labels. */
const byName = <T>(helps: Readonly<Record<string, string>>) => new Map(Object.keys(helps).map((name) => [name, new Map<string, T>()]));

function histogramLines(name: string, labels: string, { counts, sum, count }: Histogram): string[] {
	const upTo = (le: string) => (labels ? `${labels.slice(0, -1)},le="${le}"}` : `{le="${le}"}`);
	return [
		...BUCKETS.map((most, i) => `${name}_bucket${upTo(String(most))} ${counts[i]}`),
		`${name}_bucket${upTo('+Inf')} ${count}`,
		`${name}_sum${labels} ${sum}`,
		`${name}_count${labels} ${count}`,
	];
}

function labelText(labels: Labels): string {
	const parts = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`);
	return parts.length ? `{${parts.join(',')}}` : '';
}
