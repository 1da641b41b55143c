// How families write tool calls: one row each. The constraint and the reader are both made of it.

/** How a call's name and arguments stand between its marks. */
export type CallShape =
	/** {"name": …, "arguments": …}: JSON with both. `keys`: the names that the arguments go by, the written one first. */
	| { readonly kind: 'object'; readonly keys: readonly string[]; readonly list?: boolean }
	/** The name, a mark, and the arguments. `lead` stands before the name, `id` between a name and the call's id, `between` before the mark. */
	| {
			readonly kind: 'named';
			readonly lead?: string;
			readonly between?: string;
			readonly after: string;
			readonly id?: string;
			readonly args: ArgumentForm;
	  };

export type ArgumentForm =
	/** A JSON object. */
	| { readonly kind: 'json'; readonly open?: string; readonly close?: string }
	/** Each argument between marks of its own: texts as they stand, other values as JSON. */
	| { readonly kind: 'tags'; readonly keyOpen: string; readonly keyClose: string; readonly valueClose: string; readonly trim?: boolean }
	/** key:value, between braces; texts between marks of their own. */
	| { readonly kind: 'pairs'; readonly quote: string }
	/** key=value, between brackets, as Python writes a call. */
	| { readonly kind: 'python' };

export interface ToolFormat {
	readonly name: string;
	/** Texts of a template that writes calls so. All of them stand in it. */
	readonly marks: readonly string[];
	/** Around all calls of an answer. */
	readonly section?: { readonly open: string; readonly close: string };
	/** White space between the marks and what is between them. */
	readonly gap?: string;
	/** Begins a call; '' where nothing does: then a call is the whole answer. */
	readonly open: string;
	readonly shape: CallShape;
	/** Ends a call; '' where its arguments end it. */
	readonly close: string;
	/** Between two calls. */
	readonly separator?: string;
	/** Around what the model thinks. */
	readonly thinking?: { readonly open: string; readonly close: string };
	/** Marks that say nothing to a reader: they are left out of the text. */
	readonly silent?: readonly string[];
}

const THINK = { open: '<think>', close: '</think>' };
const OBJECT: CallShape = { kind: 'object', keys: ['arguments', 'parameters'] };
const OBJECTS: CallShape = { ...OBJECT, list: true };
const JSON_TEXT: ArgumentForm = { kind: 'json' };

/** From the most telling marks to the least: the first row whose marks all stand in the template counts. */
export const TOOL_FORMATS: readonly ToolFormat[] = [
	{
		name: 'gpt-oss',
		marks: ['<|channel|>commentary', 'functions.'],
		open: '<|channel|>commentary to=functions.',
		shape: { kind: 'named', between: ' <|constrain|>json', after: '<|message|>', args: JSON_TEXT },
		close: '<|call|>',
		thinking: { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
		silent: ['<|channel|>final<|message|>', '<|channel|>commentary<|message|>', '<|start|>assistant', '<|end|>', '<|return|>'],
	},
	{
		name: 'kimi',
		marks: ['<|tool_calls_section_begin|>'],
		section: { open: '<|tool_calls_section_begin|>', close: '<|tool_calls_section_end|>' },
		open: '<|tool_call_begin|>',
		shape: { kind: 'named', lead: 'functions.', id: ':', after: '<|tool_call_argument_begin|>', args: JSON_TEXT },
		close: '<|tool_call_end|>',
		thinking: THINK,
	},
	{
		name: 'deepseek-r1',
		marks: ['<｜tool▁calls▁begin｜>', '```json'],
		section: { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' },
		open: '<｜tool▁call▁begin｜>',
		shape: { kind: 'named', lead: 'function<｜tool▁sep｜>', after: '\n', args: { kind: 'json', open: '```json\n', close: '\n```' } },
		close: '<｜tool▁call▁end｜>',
		separator: '\n',
		thinking: THINK,
	},
	{
		name: 'deepseek',
		marks: ['<｜tool▁calls▁begin｜>', '<｜tool▁sep｜>'],
		section: { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' },
		open: '<｜tool▁call▁begin｜>',
		shape: { kind: 'named', after: '<｜tool▁sep｜>', args: JSON_TEXT },
		close: '<｜tool▁call▁end｜>',
		thinking: THINK,
	},
	{
		name: 'function-gemma',
		marks: ['<start_function_call>call:'],
		open: '<start_function_call>call:',
		shape: { kind: 'named', after: '{', args: { kind: 'pairs', quote: '<escape>' } },
		close: '<end_function_call>',
	},
	{
		name: 'gemma-4',
		marks: ['<|tool_call>call:'],
		open: '<|tool_call>call:',
		shape: { kind: 'named', after: '{', args: { kind: 'pairs', quote: '<|"|>' } },
		close: '<tool_call|>',
		thinking: { open: '<|channel>thought\n', close: '<channel|>' },
	},
	{
		name: 'mistral-args',
		marks: ['[TOOL_CALLS]', '[ARGS]'],
		open: '[TOOL_CALLS]',
		shape: { kind: 'named', id: '[CALL_ID]', after: '[ARGS]', args: JSON_TEXT },
		close: '',
		thinking: { open: '[THINK]', close: '[/THINK]' },
	},
	{
		name: 'mistral',
		marks: ['[TOOL_CALLS]'],
		open: '[TOOL_CALLS]',
		shape: OBJECTS,
		close: '',
	},
	{
		name: 'lfm2',
		marks: ['<|tool_call_start|>'],
		open: '<|tool_call_start|>[',
		shape: { kind: 'named', after: '(', args: { kind: 'python' } },
		close: ']<|tool_call_end|>',
		separator: ', ',
		thinking: THINK,
	},
	{
		name: 'minimax',
		marks: ['<minimax:tool_call>', '<invoke name='],
		section: { open: '<minimax:tool_call>', close: '</minimax:tool_call>' },
		gap: '\n',
		open: '<invoke name="',
		shape: {
			kind: 'named',
			after: '">',
			args: { kind: 'tags', keyOpen: '<parameter name="', keyClose: '">', valueClose: '</parameter>' },
		},
		close: '</invoke>',
		separator: '\n',
		thinking: THINK,
	},
	{
		name: 'seed',
		marks: ['<seed:tool_call>'],
		gap: '\n',
		open: '<seed:tool_call>',
		shape: {
			kind: 'named',
			lead: '<function=',
			after: '>',
			args: { kind: 'tags', keyOpen: '<parameter=', keyClose: '>', valueClose: '</parameter>', trim: true },
		},
		close: '</function>\n</seed:tool_call>',
		separator: '\n',
		thinking: { open: '<seed:think>', close: '</seed:think>' },
	},
	{
		name: 'qwen-xml',
		marks: ['<tool_call>', '<function=', '<parameter='],
		gap: '\n',
		open: '<tool_call>',
		shape: {
			kind: 'named',
			lead: '<function=',
			after: '>',
			args: { kind: 'tags', keyOpen: '<parameter=', keyClose: '>', valueClose: '</parameter>', trim: true },
		},
		close: '</function>\n</tool_call>',
		separator: '\n',
		thinking: THINK,
	},
	{
		name: 'glm',
		marks: ['<tool_call>', '<arg_key>', '<arg_value>'],
		open: '<tool_call>',
		shape: {
			kind: 'named',
			after: '\n',
			args: { kind: 'tags', keyOpen: '<arg_key>', keyClose: '</arg_key>\n<arg_value>', valueClose: '</arg_value>' },
		},
		close: '</tool_call>',
		separator: '\n',
		thinking: THINK,
	},
	{
		name: 'functionary',
		marks: ['<function=', '</function>'],
		open: '<function=',
		shape: { kind: 'named', after: '>', args: JSON_TEXT },
		close: '</function>',
	},
	{
		name: 'phi-4',
		marks: ['<|tool_call|>', '<|/tool_call|>'],
		open: '<|tool_call|>',
		shape: OBJECTS,
		close: '<|/tool_call|>',
	},
	{
		name: 'granite',
		marks: ['<|tool_call|>'],
		open: '<|tool_call|>',
		shape: OBJECTS,
		close: '',
		thinking: THINK,
	},
	{
		name: 'hermes',
		marks: ['<tool_call>', '{"name":', 'arguments'],
		gap: '\n',
		open: '<tool_call>',
		shape: OBJECT,
		close: '</tool_call>',
		separator: '\n',
		thinking: THINK,
	},
	{
		name: 'llama-3',
		marks: ['"parameters": dictionary of argument name and its value'],
		open: '',
		shape: { kind: 'object', keys: ['parameters', 'arguments'] },
		close: '',
		separator: '; ',
		silent: ['<|python_tag|>'],
	},
];

/** For a template that writes tools down and shows no form of calls: Hermes', which most models have met. It is for the caller to choose. */
export const GENERIC: ToolFormat = { ...TOOL_FORMATS.find(({ name }) => name === 'hermes')!, name: 'generic', marks: [] };

/**
 * The form in which a model's own template writes calls; undefined where it shows none that is known: it is not guessed.
 *
 *     toolFormatOf('… <tool_call>\\n{"name": …')?.name // 'hermes'
 */
export function toolFormatOf(template: string): ToolFormat | undefined {
	const text = template.replaceAll('\\"', '"');
	return TOOL_FORMATS.find(({ marks }) => marks.every((mark) => text.includes(mark)));
}
