// How alike two runs' states are, block by token: 1 where they point the same way.

import type { ComponentProps } from 'react';
import type { Array2, TokenView } from '../engine/protocol.ts';
import { Matrix } from '../matrix/Matrix.tsx';
import { useMessages } from '../messages/index.ts';
import { quoted, TokenFace } from './token.tsx';

export function AlikeStates(props: {
	/** (L, T), cosines. */
	readonly alike: Array2;
	readonly tokens: readonly TokenView[];
	readonly saved: NonNullable<ComponentProps<typeof Matrix>['saved']>;
}) {
	const { alike, tokens, saved } = props;
	const t = useMessages();
	const [layers = 0, T = 0] = alike.shape;
	return (
		<Matrix
			data={alike.data}
			rows={layers}
			columns={T}
			scale="signed"
			limit={1}
			rowLabel={(r) => `${t.lesson.attention.block} ${r}`}
			rowName={(r) => t.lesson.context.after(r)}
			columnName={(c) => quoted(tokens[c]!)}
			columnLabel={(c) => <TokenFace token={tokens[c]!} />}
			caption={t.glossary.cosine.term}
			saved={saved}
		/>
	);
}
