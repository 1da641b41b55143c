// Work on its way, that the person may stop and begin again.

import type { ReactNode } from 'react';
import { useMessages } from '../messages/index.ts';
import { Push } from './fields.tsx';

export function Stoppable(props: {
	readonly busy: boolean;
	readonly stopped: boolean;
	readonly onStopped: (stopped: boolean) => void;
	/** How far it is. */
	readonly children: ReactNode;
}) {
	const t = useMessages();
	return (
		<>
			{props.busy && (
				<>
					<span role="status" className="hint">
						{props.children}
					</span>
					<Push kind="quiet" onPress={() => props.onStopped(true)}>
						{t.cancel}
					</Push>
				</>
			)}
			{props.stopped && (
				<Push kind="quiet" onPress={() => props.onStopped(false)}>
					{t.retry}
				</Push>
			)}
		</>
	);
}
