// node-llama-cpp's side of bench/embed.ts: FILE TEXT. Loads the model and tokenizes; it has no way to give rows of the table.

import { getLlama } from 'node-llama-cpp';

const [modelPath = '', text = ''] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never' });
const model = await llama.loadModel({ modelPath });
console.log(JSON.stringify(model.tokenize(text)));
process.exit(0);
