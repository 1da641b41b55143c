// What the kernels cannot do, by name. A model with a reason here runs on the reference, and says so.

import { ACTIVATIONS, type ActivationName } from '../../compute/activations.ts';
import { TongsaError } from '../../errors.ts';
import type { Activation, AttentionConfig, TransformerConfig } from '../../spec/config.ts';

/** The first reason why a model of this config cannot run on the kernels with `capacity` tokens; undefined if it can. */
export function obstacle(config: TransformerConfig, capacity: number): string | undefined {
	const ofEncoder = config.encoder && obstacle(config.encoder, capacity);
	if (ofEncoder) return ofEncoder;
	if (config.embedding.width !== config.width) return 'a table narrower than the model';
	if (config.width % 4) return `a width of ${config.width}: the kernels take multiples of 4`;
	for (const { arrangement, attention, cross, feedForward, norms } of config.blocks) {
		const reason = attentionObstacle(attention, capacity) ?? (cross && attentionObstacle(cross, capacity));
		if (reason) return reason;
		if (cross && (arrangement !== 'serial' || cross.rope || cross.queryKeyNorm || cross.alibi || cross.buckets || cross.sinks))
			return 'attention to an encoder with more than keys and values';
		const { experts, activation } = feedForward;
		if (experts && (arrangement !== 'serial' || norms.feedForwardOutput || norms.feedForwardResidual))
			return 'a mixture of experts beside norms after it';
		if (typeof activation === 'string' ? !isKernelActivation(activation) : !feedForward.gated) return 'an activation that the kernels lack';
	}
	const head = config.logits?.head;
	if (head && !isKernelActivation(head.activation)) return 'an activation that the kernels lack';
	return undefined;
}

function attentionObstacle(config: AttentionConfig, capacity: number): string | undefined {
	const { rope } = config;
	if (config.relative) return 'a position bias that depends on the query (Transformer-XL)';
	if (!rope) return undefined;
	if (rope.scaling.kind === 'dynamic' && capacity > rope.scaling.context) return 'angles that change with the length of the text';
	if ((rope.scaling.kind === 'longrope' || rope.scaling.kind === 'longrope-tensors') && capacity > rope.scaling.context) {
		return `angles that change beyond ${rope.scaling.context} tokens`;
	}
	return undefined;
}

function isKernelActivation(activation: Activation): activation is ActivationName {
	return (ACTIVATIONS as readonly unknown[]).includes(activation);
}

export function longerThanCache(file: string, tokens: number, capacity: number): TongsaError {
	return new TongsaError('too-large', 'the text is longer than the cache, and nothing is cut in silence', {
		file,
		got: `${tokens} tokens`,
		allowed: `at most ${capacity}`,
		hint: 'Open the model with a larger context',
	});
}
