// What a file is by its first bytes, where it is not a model: so that the refusal can say what it is and what to do.

import type { ByteSource } from '../bytes/source.ts';
import { TongsaError } from '../errors.ts';

interface Kind {
	readonly what: string;
	/** First bytes, as Latin-1 text. */
	readonly starts: readonly string[];
	readonly hint: string;
}

const CONVERT = 'Fetch the model as .safetensors or .gguf: most repositories have one of them';
const UNPACK = 'Unpack it and open the model inside';

const KINDS: readonly Kind[] = [
	{
		what: 'a web page, not a model',
		starts: ['<!doctype', '<html', '<?xml', '<head', '<body'],
		hint: 'The server sent a page in place of the file (a login or a wrong address): check the address in a browser',
	},
	{ what: 'a Git LFS pointer, not the file itself', starts: ['version https://git-lfs'], hint: 'Fetch the file itself: git lfs pull' },
	{ what: 'a PyTorch file or another zip archive', starts: ['pk\x03\x04', 'pk\x05\x06'], hint: CONVERT },
	{ what: 'a Python pickle, which may run any code when opened', starts: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'], hint: CONVERT },
	{
		what: "llama.cpp's format from before GGUF",
		starts: ['lmgg', 'fmgg', 'tjgg', 'algg'],
		hint: 'Fetch a newer conversion (.gguf) of the same model',
	},
	{ what: 'a gzip archive', starts: ['\x1f\x8b'], hint: UNPACK },
	{ what: 'an xz archive', starts: ['\xfd7zxz'], hint: UNPACK },
	{ what: 'a zstd archive', starts: ['\x28\xb5\x2f\xfd'], hint: UNPACK },
	{ what: 'a 7z archive', starts: ['7z\xbc\xaf'], hint: UNPACK },
	{ what: 'an HDF5 file', starts: ['\x89hdf'], hint: CONVERT },
	{ what: 'a NumPy array', starts: ['\x93numpy'], hint: CONVERT },
	{
		what: 'an ONNX or other protobuf file',
		starts: ['\x08\x03', '\x08\x04', '\x08\x05', '\x08\x06', '\x08\x07', '\x08\x08', '\x08\x09', '\x08\x0a'],
		hint: CONVERT,
	},
	{ what: 'a JSON file, but no tokenizer.json', starts: ['{', '['], hint: 'Name the folder that it lies in, or the weight file' },
	{ what: 'a PDF', starts: ['%pdf'], hint: CONVERT },
	{ what: 'a program', starts: ['\x7felf', 'mz', '#!'], hint: CONVERT },
];

/** Longest beginning in KINDS, and room for blank lines before a page. */
const SNIFF_BYTES = 64;

/** The first bytes as Latin-1 text. */
export async function beginning(source: ByteSource, signal?: AbortSignal): Promise<string> {
	const bytes = await source.read(0, Math.min(SNIFF_BYTES, source.byteLength), signal);
	return String.fromCharCode(...bytes);
}

/** Does it begin as a GGUF file does? */
export const looksLikeGguf = (start: string): boolean => start.startsWith('GGUF');

/** Does it begin as a safetensors file does: a length of at most 100,000,000 (so that bytes 4 to 7 are zero), then an object? */
export const looksLikeSafetensors = (start: string): boolean => start.slice(4, 9) === '\0\0\0\0{';

/** The refusal for weights that are plainly something else, whatever their name says; undefined where they may be weights. */
export function otherKind(source: ByteSource, start: string): TongsaError | undefined {
	if (source.byteLength === 0) {
		return new TongsaError('malformed', 'the file is empty', { file: source.name, hint: 'Fetch it again' });
	}
	if (looksLikeGguf(start) || looksLikeSafetensors(start)) return undefined;
	const text = start.replace(/^(\xef\xbb\xbf)?\s+/, '').toLowerCase();
	const kind = KINDS.find(({ starts }) => starts.some((bytes) => text.startsWith(bytes)));
	return kind && new TongsaError('unsupported', kind.what, { file: source.name, hint: kind.hint });
}

/** The refusal for a file that is no model. */
export function notAModel(source: ByteSource, start: string): TongsaError {
	return (
		otherKind(source, start) ??
		new TongsaError('unsupported', 'no kind of model file that is known', {
			file: source.name,
			got: `a file that begins ${JSON.stringify(start.slice(0, 8))}`,
			allowed: '.gguf, .safetensors, a Hugging Face folder, tokenizer.json, tokenizer.model',
		})
	);
}
