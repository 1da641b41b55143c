// A defect in one view is shown in its place; the rest of the page goes on. (React offers this to classes only.)

import { Component, type ReactNode } from 'react';
import { type Refusal, refusalOf } from '../engine/protocol.ts';
import { Problem } from './problem.tsx';

export class Boundary extends Component<{ readonly children: ReactNode }, { readonly refusal?: Refusal }> {
	override state: { readonly refusal?: Refusal } = {};

	static getDerivedStateFromError(error: unknown) {
		return { refusal: refusalOf(error) };
	}

	override render() {
		const { refusal } = this.state;
		return refusal ? <Problem refusal={refusal} onRetry={() => location.reload()} /> : this.props.children;
	}
}
