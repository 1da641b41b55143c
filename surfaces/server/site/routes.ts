// What is not a model's answer: health, measures, the description of the API, and the studio.

import type { App, Service } from '../service.ts';
import { docsRoutes } from './docs.ts';
import { healthRoutes } from './health.ts';
import { shelfRoutes } from './shelf.ts';
import { studioRoutes } from './studio.ts';

export function siteRoutes(app: App, service: Service): void {
	healthRoutes(app, service);
	docsRoutes(app, service);
	shelfRoutes(app, service);
	studioRoutes(app, service);
}
