// A whole matrix or vector as one small picture, without controls.

import { useLayoutEffect, useRef } from 'react';
import { useShade, useWidth } from '../display/theme.ts';
import { type Picture, paint } from './paint.ts';

export function Heat({
	picture,
	label,
	rowHeight = 16,
}: {
	readonly picture: Picture;
	readonly label: string;
	readonly rowHeight?: number;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const frame = useRef<HTMLDivElement>(null);
	const width = useWidth(frame);
	const shade = useShade();
	const height = picture.rows * rowHeight;
	useLayoutEffect(() => {
		if (!canvas.current || !width) return;
		const window = { width, height, left: 0, top: 0, cellWidth: width / picture.columns, cellHeight: rowHeight };
		paint(canvas.current, picture, window, undefined, shade, devicePixelRatio || 1);
	});
	return (
		<div className="heat" ref={frame} role="img" aria-label={label}>
			<canvas ref={canvas} style={{ width, height }} />
		</div>
	);
}
