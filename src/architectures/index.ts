// The families that Tongsa runs: which data file a checkpoint's architecture belongs to.

import { TongsaError } from '../errors.ts';
import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Dialect, Family } from '../spec/family.ts';
import type { Transformer, TransformerOptions } from '../transformer/transformer.ts';
import { refusePacking } from '../weights/packing.ts';
import { bert, roberta } from './bert.ts';
import { bloom } from './bloom.ts';
import { cohere } from './cohere.ts';
import { distilbert } from './distilbert.ts';
import { falcon } from './falcon.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { gopher } from './gopher.ts';
import { gptNeox } from './gpt-neox.ts';
import { gptOss } from './gpt-oss.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { marian } from './marian.ts';
import { megatron } from './megatron.ts';
import { mixtral } from './mixtral.ts';
import { modernbert } from './modernbert.ts';
import { mpnet } from './mpnet.ts';
import { architectureOf } from './name.ts';
import { nomicBert } from './nomic-bert.ts';
import { olmo2 } from './olmo2.ts';
import { openaiGpt } from './openai-gpt.ts';
import { opt } from './opt.ts';
import { palm } from './palm.ts';
import { phi3 } from './phi3.ts';
import { qwen2, qwen3, qwen3Moe } from './qwen.ts';
import { smollm3 } from './smollm3.ts';
import { starcoder2 } from './starcoder2.ts';

export const families: readonly Family[] = [
	bert,
	roberta,
	bloom,
	cohere,
	distilbert,
	falcon,
	gemma,
	gemma2,
	gemma3,
	gopher,
	gptNeox,
	gptOss,
	gpt2,
	llama,
	marian,
	megatron,
	mixtral,
	modernbert,
	mpnet,
	nomicBert,
	olmo2,
	openaiGpt,
	opt,
	palm,
	phi3,
	qwen2,
	qwen3,
	qwen3Moe,
	smollm3,
	starcoder2,
];

/** The names of architectures that can be run from this format. */
export function knownArchitectures(format: 'gguf' | 'safetensors'): readonly string[] {
	return families.flatMap((family) => family[format]?.architectures ?? []);
}

/** The family's side for this file. @throws TongsaError 'unsupported' that says by name what is not known. */
function dialectOf(checkpoint: Checkpoint): Dialect {
	const format = checkpoint.format === 'gguf' ? 'gguf' : 'safetensors';
	const architecture = architectureOf(checkpoint);
	const dialect = families.map((family) => family[format]).find((side) => side?.architectures.includes(architecture ?? ''));
	if (dialect) {
		refusePacking(checkpoint);
		return dialect;
	}
	const known = knownArchitectures(format);
	throw new TongsaError('unsupported', 'the transformer of this architecture is not known; tokenize, embed, nearest and info still work', {
		file: checkpoint.name,
		field: format === 'gguf' ? 'general.architecture' : 'model_type',
		got: architecture ?? 'none',
		allowed: `${known.length} others, nearest by name ${nearestNames(architecture ?? '', known).join(', ')}`,
	});
}

/** The three that begin most alike. */
function nearestNames(name: string, known: readonly string[]): readonly string[] {
	const alike = (other: string): number => {
		let i = 0;
		while (i < name.length && name[i] === other[i]) i++;
		return i;
	};
	return [...new Set(known)].sort((a, b) => alike(b) - alike(a) || a.length - b.length).slice(0, 3);
}

/** Opens a checkpoint's transformer: settings read, shapes checked, no weight read. */
export async function openModelTransformer(checkpoint: Checkpoint, options: TransformerOptions): Promise<Transformer> {
	const dialect = dialectOf(checkpoint);
	const { openTransformer } = await import('../transformer/transformer.ts');
	return openTransformer(checkpoint, dialect, options);
}
