// @huggingface/transformers' side of bench/embed.ts: FOLDER TEXT. Loads tokenizer and model (onnx/model.onnx) and tokenizes.

import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers';

const [folder = '', text = ''] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = '';
const tokenizer = await AutoTokenizer.from_pretrained(folder);
await AutoModel.from_pretrained(folder, { dtype: 'fp32' });
console.log(JSON.stringify(tokenizer.encode(text)));
process.exit(0);
