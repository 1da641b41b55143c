// What a model's thread is asked and answers. Everything here can be cloned from thread to thread.

import type { MessagePort } from 'node:worker_threads';
import type { GeneratedPiece } from '../../src/generation/generate.ts';
import type { Tool, ToolChoice } from '../../src/generation/tools/types.ts';
import type { Model, ModelInput, OpenOptions, TraceOptions } from '../../src/model.ts';
import type { TraceRuns } from '../protocol/trace.ts';
import type { Failure } from './failure.ts';

export type EngineOptions = Pick<OpenOptions, 'context' | 'prefixCache'>;

/** What the thread starts with. */
export interface EngineData {
	readonly reference: string;
	readonly options: EngineOptions;
	/** Ids of calls that are to end. */
	readonly aborts: MessagePort;
}

/** Trace options without what cannot be cloned: edits come as JSON (surfaces/protocol/edits.ts). */
export type PlainTraceOptions = Omit<TraceOptions, 'signal' | 'replace'>;

/** The calls that pass through the transformer, each with the caller's signal as the last argument. */
export interface EngineCalls {
	points(signal: AbortSignal): ReturnType<Model['points']>;
	traces(input: ModelInput, options: PlainTraceOptions, edits: unknown, both: boolean, signal: AbortSignal): Promise<TraceRuns>;
	lens(input: ModelInput, options: Plain<Model['lens']>, signal: AbortSignal): ReturnType<Model['lens']>;
	surprise(input: string | readonly number[], options: Plain<Model['surprise']>, signal: AbortSignal): ReturnType<Model['surprise']>;
	sentence(texts: Parameters<Model['sentence']>[0], options: Plain<Model['sentence']>, signal: AbortSignal): ReturnType<Model['sentence']>;
}

type Plain<F extends (input: never, options?: never) => unknown> = Omit<NonNullable<Parameters<F>[1]>, 'signal'>;

/** How an answer is read on its way. */
export interface Reading {
	/** What the model may call; none: only its thinking is told apart. */
	readonly tools: readonly Tool[];
	readonly toolChoice: ToolChoice;
	readonly parallelToolCalls: boolean;
}

export type GeneratePrompt = Parameters<Model['generate']>[0];
export type PlainGenerateOptions = Plain<Model['generate']> & { readonly reading?: Reading | undefined };

/** A call; its id on the other port ends it. */
export interface ToEngine {
	readonly id: number;
	readonly call: keyof EngineCalls | 'generate';
	readonly args: readonly unknown[];
}

export type FromEngine =
	| { readonly id: number; readonly token: GeneratedPiece }
	| { readonly id: number; readonly done: unknown }
	| { readonly id: number; readonly failed: Failure };
