// Builds the studio to dist/studio: static files, every address relative, so that any path of any server can carry them.
// https://vite.dev/config

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { licences } from './licences.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `vite dev` serves the embedded models as `tongsa serve` does; the build does not copy them (the package carries them once). */
const embeddedModels: Plugin = {
	name: 'embedded-models',
	configureServer(server) {
		server.middlewares.use((request, _response, next) => {
			const name = /^\/models\/([\w.-]+)$/.exec(request.url ?? '')?.[1];
			if (name && existsSync(here(`../../models/${name}`))) request.url = `/@fs${here(`../../models/${name}`)}`;
			next();
		});
	},
};

/** React Aria's own words come in 34 languages, the studio speaks four: the others are left out of the page. */
const ownLanguages: Plugin = {
	name: 'own-languages',
	load(id) {
		const locale = /\/intl\/(?:\w+\/)?([a-z]{2}-[A-Z]{2})\.m?js$/.exec(id)?.[1];
		return locale && !['en-US', 'ko-KR', 'ja-JP', 'zh-CN'].includes(locale) ? 'export default {};' : undefined;
	},
};

const texts = licences();
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
	root: here('.'),
	base: './',
	plugins: [embeddedModels, ownLanguages, texts.page],
	resolve: { conditions: ['tongsa-source', 'browser', 'module', 'import', 'default'] },
	build: {
		outDir: here('../../dist/studio'),
		emptyOutDir: true,
		target: 'es2023',
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
	},
	worker: { format: 'es', plugins: () => [texts.worker] },
	server: { headers: isolation, fs: { allow: [here('../..')] } },
});
