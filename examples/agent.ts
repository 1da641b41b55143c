// An agent: the model calls functions until it has an answer. Needs a model made for tools:
// node examples/agent.ts qwen2.5-0.5b-instruct.gguf "What is 12345 times 6789?"
import { openModel } from 'tongsa';

const functions: Record<string, (values: { a: number; b: number }) => number> = { multiply: ({ a, b }) => a * b };
const properties = { a: { type: 'number' }, b: { type: 'number' } };
const parameters = { type: 'object', properties, required: ['a', 'b'], additionalProperties: false };
const tools = [{ type: 'function' as const, function: { name: 'multiply', description: 'The product of two numbers', parameters } }];

const model = await openModel(process.argv[2] ?? 'qwen2.5-coder');
const messages: object[] = [{ role: 'user', content: process.argv[3] ?? 'What is 12345 times 6789?' }];
for (let turn = 0; turn < 5; turn++) {
	const calls: { id: string; name: string; arguments: string }[] = [];
	const toolChoice = turn === 0 ? 'required' : 'auto'; // the first answer has to call a function; the others may
	const settings = { tools, toolChoice, maxTokens: 200, onToolCall: (call: (typeof calls)[number]) => calls.push(call) } as const;
	for await (const { events = [] } of model.generate(messages as { role: string; content: string }[], settings))
		for (const event of events) if (event.type === 'text') process.stdout.write(event.text);
	if (!calls.length) break;
	const tool_calls = calls.map(({ id, name, arguments: a }) => ({ id, type: 'function', function: { name, arguments: JSON.parse(a) } }));
	messages.push({ role: 'assistant', content: '', tool_calls });
	for (const { id, name, arguments: text } of calls) {
		const result = functions[name]!(JSON.parse(text));
		console.log(`${name}(${text}) = ${result}`);
		messages.push({ role: 'tool', content: String(result), tool_call_id: id });
	}
}
console.log();
await model.close();
