// The routes of OpenAI's API that this server answers.

import type { App, Service } from '../service.ts';
import { chatRoutes } from './chat.ts';
import { completionRoutes } from './completions.ts';
import { embeddingRoutes } from './embeddings.ts';
import { modelRoutes } from './models.ts';
import { responseRoutes } from './responses.ts';

export function openaiRoutes(app: App, service: Service): void {
	modelRoutes(app, service);
	embeddingRoutes(app, service);
	completionRoutes(app, service);
	chatRoutes(app, service);
	responseRoutes(app, service);
}
