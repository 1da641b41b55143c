// What the colours of a picture stand for.

import type { Scale as Kind } from '../display/colour.ts';
import { digits } from '../display/number.ts';
import { useShade } from '../display/theme.ts';
import { useMessages } from '../messages/index.ts';
import { gradient } from './paint.ts';

export function Scale({ scale, limit }: { readonly scale: Kind; readonly limit: number }) {
	const { grid } = useMessages().views;
	return (
		<span className="scale">
			<span className="swatch" style={{ background: gradient(scale, useShade()) }} aria-hidden="true" />
			<span>{(scale === 'share' ? grid.shares : grid.scale)(limit === 1 ? '1' : digits(limit, 3))}</span>
		</span>
	);
}
