// The objects and events that an answer of the Responses API is made of.
// https://platform.openai.com/docs/api-reference/responses/object, …/responses-streaming

import type { FinishReason } from '../../../src/generation/generate.ts';
import { errorBody, refusalOf } from '../refusal.ts';
import type { BlockAnswer } from '../tools/answer.ts';
import type { Block, Step } from '../tools/blocks.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

/** @param newId a name that no other item has */
export function responseShape(head: { readonly id: string }, newId: (prefix: string) => string) {
	const ids = new Map<Block, string>();
	const PREFIXES = { text: 'msg', reasoning: 'rs', call: 'fc' };
	const idOf = (block: Block): string => {
		const id = ids.get(block) ?? newId(PREFIXES[block.kind]);
		ids.set(block, id);
		return id;
	};

	function itemOf(block: Block, status: Status) {
		const id = idOf(block);
		const filled = status !== 'in_progress';
		switch (block.kind) {
			case 'text':
				return { id, type: 'message', status, role: 'assistant', content: filled ? [textPart(block.text)] : [] };
			case 'reasoning':
				return { id, type: 'reasoning', status, summary: [], content: filled ? [{ type: 'reasoning_text', text: block.text }] : [] };
			case 'call':
				return { id, type: 'function_call', status, call_id: block.id, name: block.name, arguments: filled ? block.text : '' };
			default:
				return block.kind satisfies never;
		}
	}

	/** Whether its place in the answer is the last one, where a cut shows. */
	const statusOf = (block: Block): Status => (block.whole ? 'completed' : 'incomplete');

	const parts = {
		text: { type: 'response.output_text', part: textPart },
		reasoning: { type: 'response.reasoning_text', part: (text: string) => ({ type: 'reasoning_text', text }) },
	};

	return {
		/** Events of a step, each its type and what stands beside it. */
		*eventsOf(step: Step): Generator<readonly [string, object]> {
			const { block } = step;
			const at = { item_id: idOf(block), output_index: block.index };
			const inside = { ...at, content_index: 0 };
			switch (step.type) {
				case 'open':
					yield ['response.output_item.added', { output_index: block.index, item: itemOf(block, 'in_progress') }];
					if (block.kind !== 'call') yield ['response.content_part.added', { ...inside, part: parts[block.kind].part('') }];
					return;
				case 'more':
					if (block.kind === 'call') yield ['response.function_call_arguments.delta', { ...at, delta: step.text }];
					else yield [`${parts[block.kind].type}.delta`, { ...inside, delta: step.text, ...(block.kind === 'text' && { logprobs: [] }) }];
					return;
				case 'close':
					if (block.kind === 'call') {
						yield ['response.function_call_arguments.done', { ...at, name: block.name, arguments: block.text }];
					} else {
						yield [`${parts[block.kind].type}.done`, { ...inside, text: block.text, ...(block.kind === 'text' && { logprobs: [] }) }];
						yield ['response.content_part.done', { ...inside, part: parts[block.kind].part(block.text) }];
					}
					yield ['response.output_item.done', { output_index: block.index, item: itemOf(block, statusOf(block)) }];
					return;
				default:
					step satisfies never;
			}
		},
		begun: { ...head, status: 'in_progress', incomplete_details: null, output: [] },
		failed(error: unknown) {
			const { code, message } = errorBody(refusalOf(error)).error;
			return { ...head, status: 'failed', error: { code: code ?? 'server_error', message }, incomplete_details: null, output: [] };
		},
		done({ blocks, finish, made }: BlockAnswer, prompt: number, reason: FinishReason) {
			const complete = reason === 'stop';
			const status: Status = complete ? 'completed' : 'incomplete';
			return {
				...head,
				status,
				incomplete_details: complete ? null : { reason: 'max_output_tokens' },
				output: blocks.map((block, i) => itemOf(block, i === blocks.length - 1 && !complete ? 'incomplete' : statusOf(block))),
				usage: {
					input_tokens: prompt,
					input_tokens_details: { cached_tokens: finish.reused, cache_write_tokens: 0 },
					output_tokens: made,
					output_tokens_details: { reasoning_tokens: 0 },
					total_tokens: prompt + made,
				},
			};
		},
	};
}
