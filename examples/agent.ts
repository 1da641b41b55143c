// An agent in thirty lines: the model calls functions until it has an answer. Needs a model made for tools:
// node examples/agent.ts qwen2.5-0.5b-instruct.gguf "What is 12345 times 6789?"
import { openModel } from 'tongsa';

const functions = {
	multiply: {
		description: 'The product of two numbers',
		parameters: {
			type: 'object',
			properties: { a: { type: 'number' }, b: { type: 'number' } },
			required: ['a', 'b'],
			additionalProperties: false,
		},
		run: ({ a, b }: { a: number; b: number }) => a * b,
	},
};
const tools = Object.entries(functions).map(([name, { run: _, ...told }]) => ({ type: 'function' as const, function: { name, ...told } }));

const model = await openModel(process.argv[2] ?? 'qwen2.5-coder');
const messages: { role: string; content: string; tool_calls?: unknown[]; tool_call_id?: string }[] = [
	{ role: 'user', content: process.argv[3] ?? 'What is 12345 times 6789?' },
];
for (let turn = 0; turn < 5; turn++) {
	const calls: { id: string; name: string; arguments: string }[] = [];
	// The first answer has to call a function; the others may.
	const toolChoice = turn === 0 ? 'required' : 'auto';
	for await (const { events = [] } of model.generate(messages, {
		tools,
		toolChoice,
		maxTokens: 200,
		onToolCall: (call) => calls.push(call),
	})) {
		for (const event of events) if (event.type === 'text') process.stdout.write(event.text);
	}
	if (calls.length === 0) break;
	messages.push({
		role: 'assistant',
		content: '',
		tool_calls: calls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: JSON.parse(text) } })),
	});
	for (const { id, name, arguments: text } of calls) {
		const result = functions[name as keyof typeof functions].run(JSON.parse(text));
		console.log(`${name}(${text}) = ${result}`);
		messages.push({ role: 'tool', content: String(result), tool_call_id: id });
	}
}
console.log();
await model.close();
