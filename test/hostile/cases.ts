// Files and folders that lie: what somebody may hand to the command line. Each is a name, the files, and which verbs must refuse it.

import { type Case, FOLDERS } from './folders.ts';
import { GGUFS } from './ggufs.ts';
import { TOKENIZERS } from './tokenizers.ts';

export type { Case } from './folders.ts';
export const CASES: readonly Case[] = [...GGUFS, ...FOLDERS, ...TOKENIZERS];
