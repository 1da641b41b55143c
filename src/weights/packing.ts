// Matrices that are packed or scaled in a way of their own, so that their stored numbers are not their values: one gate for every verb.
// MLX (weight, scales, biases), compressed-tensors (weight_packed, weight_scale), fp8 (weight_scale_inv), GPTQ and AWQ (qweight, qzeros,
// scales), bitsandbytes (weight.absmax, SCB), HQQ (W_q), quanto (weight._data); GGUF: scale, input_scale.

import { TongsaError } from '../errors.ts';
import type { Checkpoint, MetadataValue, TensorInfo } from '../formats/checkpoint.ts';

/** What a module has whose numbers are its values. */
const PLAIN: ReadonlySet<string> = new Set(['weight', 'bias']);

/** A module's tensors are named after it: 'model.embed_tokens' and '.weight'. Of other names there is no module. */
function moduleOf(name: string): string | undefined {
	return /^(.+)\.(weight|bias)$/.exec(name)?.[1];
}

/** The first tensor of the module that is neither its weight nor its bias. */
function companionOf(checkpoint: Checkpoint, module: string): string | undefined {
	const start = `${module}.`;
	for (const name of checkpoint.tensors.keys()) if (name.startsWith(start) && !PLAIN.has(name.slice(start.length))) return name;
	return undefined;
}

/** Types of whole numbers: no table of embeddings is made of them, but packed ones look so. */
const WHOLE: ReadonlySet<string> = new Set(['I8', 'U8', 'I16', 'U16', 'I32', 'U32', 'I64', 'U64', 'BOOL']);

/** What stands beside packed weights, by its last name. */
const PARTS =
	/\.(weight_(scale|packed|zero_point|g_idx|shape)\w*|\w*scales?|biases|qweight|qzeros|g_idx|SCB|absmax|quant_map|W_q)$|quant_state/;

export function isPackingPart(name: string): boolean {
	return PARTS.test(name);
}

/** A table whose numbers are not its values. @throws TongsaError 'unsupported' that names what stands beside it. */
export function refusePacked(checkpoint: Checkpoint, { name, dtype }: TensorInfo): void {
	const module = moduleOf(name);
	const companion = module && companionOf(checkpoint, module);
	if (companion) throw packed(checkpoint, companion);
	if (WHOLE.has(dtype)) throw packed(checkpoint, name, dtype);
}

/** A packed table has no `weight`: what stands under the module's name in place of one. @throws TongsaError 'unsupported'. */
export function refusePackedModule(checkpoint: Checkpoint, name: string): void {
	const module = moduleOf(name);
	const companion = module && companionOf(checkpoint, module);
	if (companion) throw packed(checkpoint, companion);
}

function packed(checkpoint: Checkpoint, tensor: string, got?: string): TongsaError {
	const method = methodOf(checkpoint);
	return new TongsaError(
		'unsupported',
		'a table of quantized weights, packed or scaled in a way that is not read: its numbers are not its values',
		{
			file: checkpoint.name,
			tensor,
			...(got !== undefined && { got }),
			...(method !== undefined && { field: method.field, got: method.got }),
			hint: UNPACKED,
		},
	);
}

/** Ways of packing weights in safetensors that are read. Others would be taken for plain numbers, or not be found. */
const READ: readonly string[] = ['mxfp4'];
const UNPACKED = 'Fetch the GGUF file of the same model, or its unpacked weights';

/** Settings that say that the weights are packed, whatever way. @throws TongsaError 'unsupported' that names the way. */
export function refusePacking(checkpoint: Checkpoint): void {
	const method = methodOf(checkpoint);
	if (method === undefined || READ.includes(method.got)) return;
	throw new TongsaError('unsupported', 'weights packed in a way that is not known', {
		file: checkpoint.name,
		...method,
		allowed: READ.join(', '),
		hint: UNPACKED,
	});
}

/** What config.json calls the way: `quantization_config.quant_method` (transformers), or `quantization` with bits (MLX). */
function methodOf({ metadata }: Checkpoint): { readonly field: string; readonly got: string } | undefined {
	const settings = metadata.get('quantization_config');
	if (isRecord(settings) && settings['quant_method'] !== undefined) {
		return { field: 'quantization_config.quant_method', got: String(settings['quant_method']) };
	}
	const mlx = metadata.get('quantization') ?? settings;
	return isRecord(mlx) && mlx['bits'] !== undefined ? { field: 'quantization.bits', got: `${String(mlx['bits'])} (MLX)` } : undefined;
}

function isRecord(value: MetadataValue | undefined): value is { readonly [key: string]: MetadataValue } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
