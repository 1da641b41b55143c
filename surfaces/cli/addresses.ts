// Where others reach a server: an address for each of this machine's networks, where it listens on all of them.

import { networkInterfaces } from 'node:os';

/** 'http://0.0.0.0:8080' → ['http://127.0.0.1:8080', 'http://192.168.0.5:8080', …]; another address alone. */
export function addressesOf(url: string): string[] {
	const { hostname, port } = new URL(url);
	if (hostname !== '0.0.0.0' && hostname !== '[::]') return [url];
	const others = Object.values(networkInterfaces()).flatMap((list) =>
		(list ?? []).filter(({ internal, family }) => !internal && family === 'IPv4'),
	);
	return ['127.0.0.1', ...others.map(({ address }) => address)].map((address) => `http://${address}:${port}`);
}
