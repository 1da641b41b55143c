// GET /openapi.json, made of the schemas that validate requests, and GET /docs, the same for reading, without any script.
// https://spec.openapis.org/oas/v3.1.1

import type { App, Service } from '../service.ts';

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly description?: string;
	readonly example?: unknown;
}
interface Operation {
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Description {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export function docsRoutes(app: App, { version }: Service): void {
	const info = { title: 'Tongsa', version, description: "OpenAI's and Ollama's shapes, and what happens inside the model." };
	const describe = () => app.getOpenAPI31Document({ openapi: '3.1.1', info });
	app.get('/openapi.json', (c) => c.json(describe()));
	app.get('/docs', (c) => c.html(page(describe() as unknown as Description)));
}

function page({ paths, components }: Description): string {
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
	);
	const tags = [...new Set(operations.flatMap(({ tags = [] }) => tags))];
	const sections = tags.map((tag) => {
		const own = operations.filter(({ tags = [] }) => tags.includes(tag));
		return `<h2>${text(tag)}</h2>${own.map((one) => entry(one, components.schemas)).join('')}`;
	});
	return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tongsa’s API</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}code{font-size:.9em}
td,th{text-align:start;vertical-align:top;padding:.2rem .8rem .2rem 0}summary{cursor:pointer;padding:.3rem 0}pre{overflow:auto}</style>
<h1>Tongsa’s API</h1><p>For machines: <a href="/openapi.json">/openapi.json</a></p>${sections.join('')}</html>`;
}

function entry(
	operation: Operation & { readonly path: string; readonly method: string },
	schemas: Description['components']['schemas'],
): string {
	const schema = resolved(operation.requestBody?.content['application/json']?.schema, schemas);
	const rows = Object.entries(schema?.properties ?? {}).map(([name, property]) => {
		const one = resolved(property, schemas);
		const required = schema?.required?.includes(name) ? '' : ' <small>optional</small>';
		return `<tr><td><code>${text(name)}</code>${required}<td>${text(typeText(property, schemas))}<td>${text(one?.description ?? '')}</tr>`;
	});
	const example = schema?.example === undefined ? '' : `<pre>${text(JSON.stringify(schema.example, null, 2))}</pre>`;
	return `<details><summary><code>${operation.method} ${text(operation.path)}</code> ${text(operation.summary ?? '')}</summary>
<table>${rows.join('')}</table>${example}</details>`;
}

function resolved(schema: Schema | undefined, schemas: Description['components']['schemas']): Schema | undefined {
	return schema?.$ref ? schemas[schema.$ref.split('/').at(-1)!] : schema;
}

function typeText(schema: Schema, schemas: Description['components']['schemas']): string {
	const { $ref, anyOf, type, items, enum: values } = schema;
	if ($ref) return $ref.split('/').at(-1)!;
	if (anyOf) return anyOf.map((one) => typeText(one, schemas)).join(' | ');
	if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
	if (items) return `list of ${typeText(items, schemas)}`;
	return [type ?? 'any'].flat().join(' | ');
}

const text = (raw: string): string => raw.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
