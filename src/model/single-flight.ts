// Single flight: work that several callers wait for is done once. It is begun with the first one's signal.

export interface Flight<T> {
	readonly promise: Promise<T>;
	readonly signal: AbortSignal | undefined;
}

/**
 * What stands under a name, begun when nothing does. Where it failed, nothing stands there: a later call may fare better. Where it was
 * broken off because the caller that began it left, one who still waits begins anew.
 */
export async function singleFlight<K, T>(
	all: Map<K, Flight<T>>,
	name: K,
	signal: AbortSignal | undefined,
	begin: () => Promise<T>,
): Promise<T> {
	const found = all.get(name) ?? { promise: begin(), signal };
	all.set(name, found);
	try {
		return await found.promise;
	} catch (error) {
		if (all.get(name) === found) all.delete(name);
		if (found.signal === signal || !found.signal?.aborted || signal?.aborted) throw error;
		return singleFlight(all, name, signal, begin);
	}
}
