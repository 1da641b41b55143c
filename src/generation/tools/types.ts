// Tool calls: what a caller offers, what is bound, and what a reader of the model's text tells.

/** A tool as OpenAI's API writes it; `parameters` is a JSON Schema of an object (absent: no arguments). */
export interface Tool {
	readonly type: 'function';
	readonly function: {
		readonly name: string;
		readonly description?: string;
		readonly parameters?: Readonly<Record<string, unknown>>;
		/** Binds the arguments to the schema even where the model chooses by itself whether to call. */
		readonly strict?: boolean;
	};
}

/**
 * 'auto': the model decides. 'none': tools are not told to it. 'required': it must call at least one. A name: it must call that one.
 */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/**
 * What the model has written, in order, told as soon as it is certain. The same events, up to where a delta is cut, whatever the size of the
 * bursts that the text arrives in: joined by kind and index they are identical.
 */
export type ToolEvent =
	/** Text for the reader: what stands before, between and after calls. */
	| { readonly type: 'text'; readonly text: string }
	/** The model's thinking. */
	| { readonly type: 'reasoning'; readonly text: string }
	/** A call begins. `index` counts from 0; `id` is new, or the one that the model's format writes itself. */
	| { readonly type: 'call'; readonly index: number; readonly id: string; readonly name: string }
	/** More of the call's arguments: pieces of one JSON text, whatever form the model writes them in. */
	| { readonly type: 'arguments'; readonly index: number; readonly text: string }
	/** The call is whole: its arguments joined are a JSON object. */
	| { readonly type: 'callEnd'; readonly index: number };

/** A whole call, as `onToolCall` gets it. */
export interface ToolCall {
	readonly index: number;
	readonly id: string;
	readonly name: string;
	/** The JSON text that the events' pieces make. */
	readonly arguments: string;
}

/** Turns a model's text into events. One reader reads one answer. */
export interface ToolReader {
	/**
	 * @param text the next piece of the answer, with the text of special tokens in it
	 * @param special whether this piece is a special token's text: the marks of a format that are special tokens count only as such
	 */
	read(text: string, special?: boolean): readonly ToolEvent[];
	/** The answer is over: what was held back is told. A call that was cut short ends without 'callEnd'. */
	end(): readonly ToolEvent[];
}

/** Tool calls in a generation. */
export interface ToolOptions {
	/** What the model may call. */
	readonly tools?: readonly Tool[];
	/** Default 'auto': the model decides. */
	readonly toolChoice?: ToolChoice;
	/** Whether one answer may have several calls (default true). */
	readonly parallelToolCalls?: boolean;
	/** Takes Hermes' form where the model's template shows none that is known; it is not guessed otherwise. */
	readonly genericToolCalls?: boolean;
	/** A new call's id. */
	readonly newToolCallId?: (index: number) => string;
	/** Told of each whole call, as soon as it is whole. */
	readonly onToolCall?: (call: ToolCall) => void;
}
