// Tongsa's own routes: what no other server answers.

import type { App, Service } from '../service.ts';
import { compareRoutes } from './compare.ts';
import { insideRoutes } from './inside.ts';
import { tokenRoutes } from './tokens.ts';
import { vectorRoutes } from './vectors.ts';

export function tongsaRoutes(app: App, service: Service): void {
	tokenRoutes(app, service);
	vectorRoutes(app, service);
	insideRoutes(app, service);
	compareRoutes(app, service);
}
