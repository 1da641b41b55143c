// The routes of Ollama's API that this server answers.

import type { App, Service } from '../service.ts';
import { embedRoutes } from './embed.ts';
import { generateRoutes } from './generate.ts';
import { modelRoutes } from './models.ts';

export function ollamaRoutes(app: App, service: Service): void {
	modelRoutes(app, service);
	embedRoutes(app, service);
	generateRoutes(app, service);
}
