// @huggingface/transformers' side of bench/sentence.ts: node|web FOLDER THREADS. The folder holds onnx/model.onnx.

import { answerOrders } from '../sentence-work.ts';

const [runtime = '', folder = '', threads = '1'] = process.argv.slice(2);
if (runtime === 'web') {
	// transformers.js takes the runtime that it finds under this name instead of the native one.
	const web = await import('onnxruntime-web');
	web.env.wasm.numThreads = Number(threads);
	web.env.wasm.wasmPaths = new URL('.', import.meta.resolve('onnxruntime-web')).href; // not from a network
	Object.assign(globalThis, { [Symbol.for('onnxruntime')]: web });
}
const { env, pipeline } = await import('@huggingface/transformers');
env.allowRemoteModels = false;
env.localModelPath = '';
const session_options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1 };
const extract = await pipeline('feature-extraction', folder, {
	dtype: 'fp32',
	device: runtime === 'web' ? 'auto' : 'cpu',
	session_options: runtime === 'web' ? { ...session_options, executionProviders: ['wasm'] } : session_options,
});
answerOrders(async (texts) => (await extract([...texts], { pooling: 'mean', normalize: true })).tolist());
