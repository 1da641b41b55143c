// The steps of the lesson in order: name in the catalogues → component.

import type { FunctionComponent } from 'react';
import { AttentionStep } from './AttentionStep.tsx';
import { Context } from './Context.tsx';
import { Languages } from './Languages.tsx';
import { MatrixStep } from './MatrixStep.tsx';
import { Models } from './Models.tsx';
import { Out } from './Out.tsx';
import { Reading } from './Reading.tsx';
import type { StepProps } from './step.ts';
import { Tokens } from './Tokens.tsx';
import { Vectors } from './Vectors.tsx';

export const steps = [
	{ id: 'languages', Step: Languages },
	{ id: 'tokens', Step: Tokens },
	{ id: 'vectors', Step: Vectors },
	{ id: 'matrix', Step: MatrixStep },
	{ id: 'models', Step: Models },
	{ id: 'reading', Step: Reading },
	{ id: 'context', Step: Context },
	{ id: 'attention', Step: AttentionStep },
	{ id: 'out', Step: Out },
] as const satisfies readonly { readonly id: string; readonly Step: FunctionComponent<StepProps> }[];
