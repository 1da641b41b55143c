// What is on screen as files: a table as CSV or JSON, a picture as PNG or SVG. In every file stands where its numbers come from.

import { useSpeech } from '../messages/index.ts';
import { Push } from './fields.tsx';
import { csv, json, type Origin, type Saved, savePng, saveText } from './save.ts';

interface Table {
	readonly header: readonly string[];
	readonly rows: readonly (readonly (string | number)[])[];
}

export function Saves({
	name,
	origin,
	table,
	data,
	svg,
	canvas,
}: {
	/** Of the file, without its ending. */
	readonly name: string;
	readonly origin: Origin;
	/** Made when it is asked for. */
	readonly table?: () => Table | Promise<Table>;
	/** The JSON file's content, where it is not the table. */
	readonly data?: () => object;
	readonly svg?: (saved: Saved) => string | Promise<string>;
	readonly canvas?: () => HTMLCanvasElement | null | Promise<HTMLCanvasElement | null>;
}) {
	const { messages: t } = useSpeech();
	const stamped = (): Saved => ({ ...origin, place: location.href });
	const press = (label: string, work: () => void | Promise<void>) => (
		<Push kind="quiet" onPress={() => void work()} label={`${label}: ${name}`}>
			{label}
		</Push>
	);
	return (
		<span className="saves">
			{table &&
				press(t.asCsv, async () => {
					const { header, rows } = await table();
					saveText(`${name}.csv`, 'text/csv', csv(header, rows, stamped()));
				})}
			{(data ?? table) &&
				press(t.asJson, async () => {
					const content = data ? data() : records(await table!());
					saveText(`${name}.json`, 'application/json', json({ provenance: stamped(), ...content }));
				})}
			{canvas && press(t.asPng, async () => savePng(`${name}.png`, await canvas(), stamped()))}
			{svg && press(t.asSvg, async () => saveText(`${name}.svg`, 'image/svg+xml', await svg(stamped())))}
		</span>
	);
}

const records = ({ header, rows }: Table) => ({ rows: rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell]))) });
