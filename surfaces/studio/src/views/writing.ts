// An answer in the making: tokens that came, the place from which it goes on, and how to stop it.

import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, EngineError } from '../engine/client.ts';
import type { Refusal } from '../engine/protocol.ts';
import type { Guess } from '../engine/work-out.ts';
import type { SamplerSettings } from '../engine/work-write.ts';

export interface Writing {
	readonly made: readonly Guess[];
	readonly running: boolean;
	/** Why it ended: 'stop' by the model's own end token, 'length', 'context'. */
	readonly finishReason: string | undefined;
	readonly refusal: Refusal | undefined;
	/** Goes on after the tokens given, which come after the prompt. */
	run(prompt: readonly number[], kept: readonly Guess[], settings: SamplerSettings & { seed: number; maxTokens: number }): Promise<void>;
	/** Takes these tokens for the answer. */
	set(made: readonly Guess[]): void;
	stop(): void;
}

export function useWriting(model: string): Writing {
	const [made, setMade] = useState<readonly Guess[]>([]);
	const [finishReason, setFinishReason] = useState<string>();
	const [refusal, setRefusal] = useState<Refusal>();
	const [running, setRunning] = useState(false);
	const controller = useRef<AbortController>(undefined);
	const stop = useCallback(() => controller.current?.abort(), []);
	useEffect(() => stop, [stop]);

	const set = useCallback(
		(next: readonly Guess[]): void => {
			stop();
			setMade(next);
			setFinishReason(undefined);
			setRefusal(undefined);
			setRunning(false);
		},
		[stop],
	);

	return {
		made,
		running,
		finishReason,
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
				const { finishReason: why } = await ask('write', [model, ids, settings], { signal: mine.signal, onPart });
				setFinishReason(why);
			} catch (error) {
				if (error instanceof EngineError && error.refusal.code !== 'cancelled') setRefusal(error.refusal);
			} finally {
				if (controller.current === mine) setRunning(false);
			}
		},
	};
}
