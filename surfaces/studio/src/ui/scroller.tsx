// A box that scrolls on its own and can be reached and scrolled by the keyboard.

import type { ReactNode } from 'react';

export function Scroller({
	className,
	label,
	children,
}: {
	readonly className: string;
	readonly label: string;
	readonly children: ReactNode;
}) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard (WCAG 2.1.1)
		<section className={className} aria-label={label} tabIndex={0}>
			{children}
		</section>
	);
}
