// An answer in the making: tokens that came, the place from which it goes on, and how to stop it.

import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, EngineError } from '../engine/client.ts';
import type { Precision, Refusal } from '../engine/protocol.ts';
import type { Guess } from '../engine/work-out.ts';
import type { SamplerSettings } from '../engine/work-write.ts';
import { useOption } from '../state/place.tsx';

export interface Writing {
	readonly made: readonly Guess[];
	readonly running: boolean;
	/** Why it ended ('stop' by the model's own end token, 'length', 'context'), and how its numbers were computed. */
	readonly end: { readonly finishReason: string; readonly precision: Precision } | undefined;
	readonly refusal: Refusal | undefined;
	/** Goes on after the tokens given, which come after the prompt. */
	run(prompt: readonly number[], kept: readonly Guess[], settings: SamplerSettings & { seed: number; maxTokens: number }): Promise<void>;
	/** Takes these tokens for the answer. */
	set(made: readonly Guess[]): void;
	stop(): void;
}

export function useWriting(model: string): Writing {
	const [made, setMade] = useState<readonly Guess[]>([]);
	const [end, setEnd] = useState<Writing['end']>();
	const [refusal, setRefusal] = useState<Refusal>();
	const [running, setRunning] = useState(false);
	const controller = useRef<AbortController>(undefined);
	const stop = useCallback(() => controller.current?.abort(), []);
	useEffect(() => stop, [stop]);

	const set = useCallback(
		(next: readonly Guess[]): void => {
			stop();
			setMade(next);
			setEnd(undefined);
			setRefusal(undefined);
			setRunning(false);
		},
		[stop],
	);

	return {
		made,
		running,
		end,
		refusal,
		set,
		stop,
		async run(prompt, kept, settings) {
			set(kept);
			const mine = new AbortController();
			controller.current = mine;
			setRunning(true);
			try {
				const ids = [...prompt, ...kept.map(({ id }) => id)];
				const onPart = (part: unknown) => mine.signal.aborted || setMade((now) => [...now, part as Guess]);
				setEnd(await ask('write', [model, ids, settings], { signal: mine.signal, onPart }));
			} catch (error) {
				if (error instanceof EngineError && error.refusal.code !== 'cancelled') setRefusal(error.refusal);
			} finally {
				if (controller.current === mine) setRunning(false);
			}
		},
	};
}

/** The answer in the address, so that a link or a step back brings it again, with every branch that was taken. */
export function useKeptAnswer(model: string, prompt: readonly number[] | undefined, { made, running, set }: Writing): void {
	const [kept, keep] = useOption('answer', '');
	const here = made.map(({ id }) => id).join(',');
	/** What the page and the address last agreed on: where the address says something else now, a link or a step back brought it. */
	const agreed = useRef('');
	const asked = prompt?.join(',');
	useEffect(() => {
		if (running || !asked) return;
		if (kept === agreed.current || kept === here) {
			agreed.current = here;
			if (kept !== here) keep(here);
			return;
		}
		const ids = kept.split(',').filter((one) => /^\d+$/.test(one));
		if (ids.length === 0) {
			agreed.current = kept;
			return set([]);
		}
		const controller = new AbortController();
		ask('written', [model, asked.split(',').map(Number), ids.map(Number)], { signal: controller.signal }).then(
			(found) => {
				agreed.current = kept;
				set(found);
			},
			() => controller.signal.aborted || keep(''), // another model's ids
		);
		return () => controller.abort();
	}, [model, asked, kept, here, running, set]);
}
