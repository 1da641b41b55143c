// What is on screen as files: a table as CSV or JSON, a picture as PNG or SVG. In every file stands where its numbers come from.

import { useState } from 'react';
import { EngineError } from '../engine/client.ts';
import { type Refusal, refusalOf } from '../engine/protocol.ts';
import { useSpeech } from '../messages/index.ts';
import { Push } from './fields.tsx';
import { Problem } from './problem.tsx';
import { csv, json, type Origin, type Saved, savePng, saveSvgAsPng, saveText, stamped } from './save.ts';

interface Table {
	readonly header: readonly string[];
	readonly rows: readonly (readonly (string | number)[])[];
}

export interface SavesProps {
	/** Of the file, without its ending. */
	readonly name: string;
	readonly origin: Origin;
	/** Made when it is asked for. */
	readonly table?: () => Table | Promise<Table>;
	/** The JSON file's content, where it is not the table. */
	readonly data?: () => object;
	readonly svg?: (saved: Saved) => string | Promise<string>;
	/** The picture as it is on screen; where there is none, a PNG is made of the SVG. */
	readonly canvas?: () => HTMLCanvasElement | null | Promise<HTMLCanvasElement | null>;
}

export function Saves({ name, origin, table, data, svg, canvas }: SavesProps) {
	const { messages: t } = useSpeech();
	const [refusal, setRefusal] = useState<Refusal>();
	async function write(work: (saved: Saved) => void | Promise<void>) {
		setRefusal(undefined);
		try {
			await work(await stamped(origin));
		} catch (error) {
			setRefusal(error instanceof EngineError ? error.refusal : refusalOf(error));
		}
	}
	const press = (label: string, work: (saved: Saved) => void | Promise<void>) => (
		<Push kind="quiet" onPress={() => void write(work)} label={`${label}: ${name}`}>
			{label}
		</Push>
	);
	return (
		<span className="saves">
			{table &&
				press(t.asCsv, async (saved) => {
					const { header, rows } = await table();
					saveText(`${name}.csv`, 'text/csv', csv(header, rows, saved));
				})}
			{(data ?? table) &&
				press(t.asJson, async (saved) => {
					const content = data ? data() : records(await table!());
					saveText(`${name}.json`, 'application/json', json({ provenance: saved, ...content }));
				})}
			{(canvas ?? svg) &&
				press(t.asPng, async (saved) => {
					const drawn = await canvas?.();
					if (drawn) await savePng(`${name}.png`, drawn, saved);
					else if (svg) await saveSvgAsPng(`${name}.png`, await svg(saved), saved);
				})}
			{svg && press(t.asSvg, async (saved) => saveText(`${name}.svg`, 'image/svg+xml', await svg(saved)))}
			{refusal && <Problem refusal={refusal} />}
		</span>
	);
}

const records = ({ header, rows }: Table) => ({ rows: rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell]))) });
