// A defect in one view is shown in its place; the rest of the page goes on. (React offers this to classes only.)

import { Component, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

export class Boundary extends Component<{ readonly children: ReactNode }, { readonly message?: string }> {
	override state: { readonly message?: string } = {};

	static getDerivedStateFromError(error: unknown) {
		return { message: error instanceof Error ? error.message : String(error) };
	}

	override render() {
		const { message } = this.state;
		return message === undefined ? (
			this.props.children
		) : (
			<Problem refusal={{ code: 'internal', message }} onRetry={() => location.reload()} />
		);
	}
}
