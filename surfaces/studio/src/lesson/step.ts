// What every step of the lesson is given.

import type { ModelCard } from '../engine/protocol.ts';
import type { Answer } from '../state/settings.ts';

export interface StepProps {
	readonly card: ModelCard;
	readonly text: string;
	readonly setText: (text: string) => void;
	readonly onRight: (answer: Pick<Answer, 'question' | 'answer'>) => void;
}
