// OpenAI's published description of its API → the schemas of the answers that test/server/shapes.test.ts compares with, without their prose;
// and the names of all parameters of the routes that answer here.
// From https://github.com/openai/openai-openapi (MIT):
//
//     node scripts/reference/make_openai_shapes.ts openapi.json

import { readFileSync, writeFileSync } from 'node:fs';

const ROOTS = [
	'CreateChatCompletionResponse',
	'CreateChatCompletionStreamResponse',
	'CreateCompletionResponse',
	'CreateEmbeddingResponse',
	'ErrorResponse',
	'ListModelsResponse',
	'Model',
	'Response',
	'ResponseStreamEvent',
];
/** Route → its request. */
const REQUESTS = {
	'/v1/embeddings': 'CreateEmbeddingRequest',
	'/v1/chat/completions': 'CreateChatCompletionRequest',
	'/v1/completions': 'CreateCompletionRequest',
	'/v1/responses': 'CreateResponse',
};
const PROSE = new Set(['description', 'title', 'example', 'examples', 'deprecated', 'externalDocs', 'discriminator', 'default']);

const [path] = process.argv.slice(2);
if (!path) throw new Error('make_openai_shapes.ts openapi.json');
const { info, components } = JSON.parse(readFileSync(path, 'utf8')) as {
	info: { version: string };
	components: { schemas: Record<string, unknown> };
};
const $defs: Record<string, unknown> = {};
for (const root of ROOTS) add(root);
const parameters = Object.fromEntries(
	Object.entries(REQUESTS).map(([route, name]) => [route, [...parametersOf({ $ref: `#/components/schemas/${name}` })].sort()]),
);
const file = new URL('../../test/fixtures/server/openai-shapes.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ source: `openai/openai-openapi ${info.version}`, parameters, $defs })}\n`);

interface Composed {
	readonly $ref?: string;
	readonly properties?: object;
	readonly allOf?: readonly Composed[];
}

function parametersOf({ $ref, properties = {}, allOf = [] }: Composed): Set<string> {
	const one = $ref ? [components.schemas[$ref.split('/').at(-1)!] as Composed] : allOf;
	return new Set([...Object.keys(properties), ...one.flatMap((part) => [...parametersOf(part)])]);
}

function add(name: string): void {
	if (Object.hasOwn($defs, name)) return;
	$defs[name] = {};
	$defs[name] = plain(components.schemas[name], false);
}

/** `names`: the keys are properties' names, not keywords. */
function plain(value: unknown, names: boolean): unknown {
	if (Array.isArray(value)) return value.map((one) => plain(one, false));
	if (typeof value !== 'object' || value === null) return value;
	// OpenAPI 3.0's word for it, which the description still uses here and there.
	if (!names && 'nullable' in value) {
		const { nullable, ...rest } = value;
		return nullable ? { anyOf: [plain(rest, false), { type: 'null' }] } : plain(rest, false);
	}
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => names || (!PROSE.has(key) && !key.startsWith('x-')))
			.map(([key, one]) => {
				if (key !== '$ref' || names) return [key, plain(one, key === 'properties' && !names)];
				const name = String(one).split('/').at(-1)!;
				add(name);
				return [key, `#/$defs/${name}`];
			}),
	);
}
