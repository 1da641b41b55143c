// The routes of Ollama's API that this server answers.

import type { App, Service } from '../service.ts';

export function ollamaRoutes(_app: App, _service: Service): void {}
