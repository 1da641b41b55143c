// Answers with vectors in them: their size is known before they are computed, and long ones are written by another thread.

import { tooManyValues } from './limits.ts';
import type { Asked, Service } from './service.ts';

/** @throws Refusal for more numbers than one answer may hold */
export function checkValues({ settings }: Service, values: number, param: string): void {
	if (values > settings['max-values']) throw tooManyValues(param, values, settings['max-values']);
}

/** @param answer plain data with Float32Arrays where lists of numbers belong; `values` of them all together */
export async function vectorsAnswer(service: Service, c: Asked, answer: object, values: number): Promise<Response> {
	return jsonAnswer(c, await service.texts.run('vectors', undefined, answer, values, c.var));
}

/** JSON as bytes. */
export const jsonAnswer = (c: Asked, ...pieces: readonly (Uint8Array | string)[]): Response =>
	c.body(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))), 200, {
		'content-type': 'application/json',
	});

/** Little-endian float32, as OpenAI's clients read it. */
export function base64(vector: Float32Array): string {
	return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}
