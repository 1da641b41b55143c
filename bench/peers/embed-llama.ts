// node-llama-cpp's side of bench/embed.ts: FILE TEXT. The model loaded and the text tokenized; it has no way to give rows of the table.

import { getLlama } from 'node-llama-cpp';

const [file = '', text = ''] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: 'never' });
const model = await llama.loadModel({ modelPath: file });
console.log(JSON.stringify(model.tokenize(text)));
process.exit(0);
