// The command line that the tests run: the sources on this Node; or the one that TONGSA_COMMAND names, a program and its words with spaces
// between (scripts/check-package.ts has it tested as it is packed, on each Node that may run it).

import { fileURLToPath } from 'node:url';

const SOURCES = [process.execPath, '--conditions=tongsa-source', fileURLToPath(new URL('../surfaces/cli/main.ts', import.meta.url))];

export const COMMAND: readonly string[] = process.env['TONGSA_COMMAND']?.split(' ') ?? SOURCES;
/** Whether it is the package as it ships, not the sources. */
export const SHIPPED = process.env['TONGSA_COMMAND'] !== undefined;
