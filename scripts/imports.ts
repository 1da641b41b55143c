// What a JavaScript or declaration file imports, and what that imports, as far as it lies in the package.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Walk {
	/** The entries, and every file that they come to. */
	readonly files: ReadonlySet<string>;
	/** Everything else that is asked for, and by which file. */
	readonly outside: ReadonlyMap<string, string>;
}

/** `from "x"`, `import "x"`, `import("x")`, in any quotes, as minifiers write them. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["'`]([\w@.][^"'`\s]*)["'`]/g;

/** Declarations name each other by the source's `.ts`. */
export function walkImports(entries: readonly string[]): Walk {
	const files = new Set<string>();
	const outside = new Map<string, string>();
	const waiting = [...entries];
	for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
		if (files.has(file)) continue;
		files.add(file);
		const declares = file.endsWith('.d.ts');
		for (const [, name] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
			if (!name!.startsWith('.')) outside.set(name!, file);
			else waiting.push(join(dirname(file), declares ? name!.replace(/\.ts$/, '.d.ts') : name!));
		}
	}
	return { files, outside };
}
