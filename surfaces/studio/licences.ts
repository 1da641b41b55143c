// LICENSES.txt beside the built studio: the licence of every package whose code is in it, the workers' too (Vite's own list leaves those out).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/** One collector for the page and its workers: workers are bundled while the page still is, which then writes the file. */
export function licences(): { readonly page: Plugin; readonly worker: Plugin } {
	const folders = new Set<string>();
	const collect = (bundle: Rolldown.OutputBundle): void => {
		for (const chunk of Object.values(bundle)) {
			for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
				const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/').replace(/^\0/, '')) ?? [];
				if (folder) folders.add(folder);
			}
		}
	};
	return {
		worker: { name: 'licences-worker', generateBundle: (_options, bundle) => collect(bundle) },
		page: {
			name: 'licences',
			generateBundle(_options, bundle) {
				collect(bundle);
				const texts = [...folders].sort().map(licenceOf);
				this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n` });
			},
		},
	};
}

/** Name, version, kind and text. A package without a text of its own is named with what its package.json says. */
function licenceOf(folder: string): string {
	const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
	const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
	const by = texts.length === 0 ? `\n\nby ${author?.name ?? author ?? 'its authors'}` : '';
	return [`${name} ${version} (${license})${by}`, ...texts].join('\n\n');
}
