// Pictures of every view of the studio: light and dark, wide and phone. node scripts/screenshots.ts OUT [LANGUAGE…]
// FULL=1: the whole page; ONLY=lesson-1,map: these alone. Needs fonts for the four languages on the machine; the numbers are the embedded model's own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startStudio } from '../test-browser/studio-page.ts';

const [out = 'docs/screenshots', ...languages] = process.argv.slice(2);
const STEPS = 9;
const places: Readonly<Record<string, object>> = {
	...Object.fromEntries(Array.from({ length: STEPS }, (_, i) => [`lesson-${i + 1}`, { view: 'lesson', options: { step: i + 1 } }])),
	...Object.fromEntries(
		['open', 'tokens', 'matrix', 'attention', 'compare', 'lens', 'generate', 'map', 'edit'].map((view) => [view, { view }]),
	),
};
const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

mkdirSync(out, { recursive: true });
const only = process.env['ONLY']?.split(',');
const studio = await startStudio();
try {
	for (const language of languages.length ? languages : ['en']) {
		for (const [size, viewport] of Object.entries(sizes)) {
			for (const colorScheme of ['light', 'dark'] as const) {
				for (const [name, place] of Object.entries(places)) {
					if (only && !only.includes(name)) continue;
					const page = await studio.open(place, { viewport, colorScheme, locale: language, reducedMotion: 'reduce' });
					await page.waitForLoadState('networkidle');
					await page.locator('.opening, .busy').first().waitFor({ state: 'detached' });
					await page.waitForTimeout(500); // pictures are drawn after their numbers
					await page.screenshot({
						path: join(out, `${name}-${language}-${size}-${colorScheme}.png`),
						fullPage: process.env['FULL'] !== undefined,
					});
					await page.context().close();
				}
			}
		}
	}
} finally {
	await studio.close();
}
