// mcp [MODEL…]: the MCP server on stdin and stdout, until its client closes them.

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { inventory } from '../../../hosts/node/inventory.ts';
import { localHost } from '../../mcp/local.ts';
import { createMcpServer } from '../../mcp/server.ts';
import type { Call } from '../call.ts';
import { toldToStop } from '../stop.ts';
import { version } from '../version.ts';

export async function run(call: Call): Promise<undefined> {
	if (call.flag('json')) throw call.usage('mcp answers requests, not its caller');
	const here = async () => (await inventory()).filter(({ state }) => state !== 'absent').map(({ name }) => name);
	const host = localHost(call.arguments.length > 0 ? call.arguments : await here(), (await version()).trim());
	const server = createMcpServer(host);
	const transport = new StdioServerTransport();
	const closed = new Promise<void>((done) => {
		process.stdin.once('end', done).once('close', done);
	});
	await server.connect(transport);
	await Promise.race([closed, toldToStop(call.signal)]);
	await server.close();
	await host.close();
	return undefined;
}
