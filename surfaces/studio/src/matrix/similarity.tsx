// How alike two runs' states are, or how far apart, block by token.

import type { ComponentProps } from 'react';
import { largest } from '../display/number.ts';
import type { Array2, TokenView } from '../engine/protocol.ts';
import { useMessages } from '../messages/index.ts';
import { TokenFace } from '../ui/token.tsx';
import { quoted } from '../ui/token-text.ts';
import { Matrix } from './Matrix.tsx';

export function AlikeStates(props: {
	/** (L, T). */
	readonly states: Array2;
	/** 'alike': cosines, 1 where both point the same way. 'moved': how far apart compared with the length, 0 where both are the same. */
	readonly measure: 'alike' | 'moved';
	readonly tokens: readonly TokenView[];
	readonly saved: NonNullable<ComponentProps<typeof Matrix>['saved']>;
}) {
	const { states, measure, tokens, saved } = props;
	const t = useMessages();
	const [layers = 0, T = 0] = states.shape;
	return (
		<Matrix
			data={states.data}
			rows={layers}
			columns={T}
			scale={measure === 'alike' ? 'signed' : 'share'}
			limit={measure === 'alike' ? 1 : largest(states.data)}
			rowLabel={(r) => `${t.lesson.attention.block} ${r}`}
			rowName={(r) => t.lesson.context.after(r)}
			columnName={(c) => quoted(tokens[c]!, t)}
			columnLabel={(c) => <TokenFace token={tokens[c]!} />}
			caption={measure === 'alike' ? t.glossary.cosine.term : t.views.edit.moved}
			saved={saved}
			height={760}
		/>
	);
}
