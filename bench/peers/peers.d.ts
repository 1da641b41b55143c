// What bench/ uses of the programs it measures against: they are installed in bench/ alone (npm install --prefix bench), not with the checkout.

declare module 'node-llama-cpp' {
	export type Token = number & { readonly __token: unique symbol };
	export function getLlama(options: { readonly gpu: false; readonly build: 'never'; readonly maxThreads?: number }): Promise<Llama>;
	interface Llama {
		loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
		dispose(): Promise<void>;
	}
	interface LlamaModel {
		tokenize(text: string): Token[];
		createContext(options: {
			readonly contextSize: number;
			readonly batchSize: number;
			readonly threads: number;
		}): Promise<{ getSequence(): Sequence }>;
		createEmbeddingContext(options: { readonly contextSize?: number; readonly threads?: number }): Promise<EmbeddingContext>;
	}
	interface EmbeddingContext {
		getEmbeddingFor(text: string): Promise<{ readonly vector: readonly number[] }>;
		dispose(): Promise<void>;
	}
	interface Sequence {
		clearHistory(): Promise<void>;
		evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void>;
		controlledEvaluate(
			tokens: (readonly [
				Token,
				{
					readonly generateNext: {
						readonly probabilities: true;
						readonly options: { readonly temperature: number; readonly topK: number; readonly topP: number; readonly minP: number };
					};
				},
			])[],
		): Promise<({ readonly next: { readonly probabilities: ReadonlyMap<Token, number> } } | undefined)[]>;
		evaluate(tokens: Token[], options: { readonly temperature: number; readonly yieldEogToken: boolean }): AsyncGenerator<Token>;
	}
}

declare module '@huggingface/transformers' {
	export const env: { allowRemoteModels: boolean; localModelPath: string };
	export const AutoTokenizer: { from_pretrained(folder: string): Promise<{ encode(text: string): number[] }> };
	export const AutoModel: { from_pretrained(folder: string, options: { readonly dtype: string }): Promise<unknown> };
	export function pipeline(
		task: 'feature-extraction',
		folder: string,
		options: { readonly dtype: string; readonly device: string; readonly session_options: Readonly<Record<string, unknown>> },
	): Promise<(texts: string[], options: { readonly pooling: 'mean'; readonly normalize: boolean }) => Promise<{ tolist(): number[][] }>>;
}

declare module 'onnxruntime-web' {
	export const env: { readonly wasm: { numThreads: number; wasmPaths: string } };
}
