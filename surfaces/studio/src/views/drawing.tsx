// How tokens are drawn: the settings of a view that writes, and their sliders.

import { useState } from 'react';
import { useSpeech } from '../messages/index.ts';
import { useOption } from '../state/place.tsx';
import { Slide } from '../ui/fields.tsx';

export function useDrawing() {
	const { messages: t } = useSpeech();
	const words = t.views.generate;
	const [temperature, setTemperature] = useOption('temperature', 0.7);
	const [topK, setTopK] = useOption('topK', 0);
	const [topP, setTopP] = useOption('topP', 0.95);
	const [minP, setMinP] = useOption('minP', 0);
	const [maxTokens, setLength] = useOption('length', 40);
	const [seed, setSeed] = useOption('seed', 1);
	// Open beside the table that they move, where there is room for both.
	const [wide] = useState(() => matchMedia('(min-width: 48rem)').matches);
	const sliders = (
		<details className="draws" open={wide}>
			<summary>{words.settings}</summary>
			<div className="fields sliders">
				<Slide label={t.glossary.temperature.term} value={temperature} onChange={setTemperature} min={0} max={2} step={0.05} />
				<Slide label="top-p" value={topP} onChange={setTopP} min={0.05} max={1} step={0.05} />
				<Slide label="top-k" value={topK} onChange={setTopK} min={0} max={100} step={1} />
				<Slide label="min-p" value={minP} onChange={setMinP} min={0} max={0.5} step={0.01} />
				<Slide label={words.length} value={maxTokens} onChange={setLength} min={1} max={400} step={1} />
				<Slide label={words.seed} value={seed} onChange={setSeed} min={1} max={100} step={1} />
			</div>
		</details>
	);
	return [{ temperature, topK, topP, minP }, seed, maxTokens, sliders] as const;
}
