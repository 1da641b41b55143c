// The glossary in English: the term that the studio uses, the field's technical term beside it, and one plain sentence or two.

export interface Entry {
	readonly term: string;
	/** The field's English term, as papers write it. */
	readonly technical: string;
	readonly plain: string;
}

export const glossary = {
	token: {
		term: 'token',
		technical: 'token',
		plain: 'A piece of text that the model knows: a word, part of a word, a punctuation mark, sometimes a single byte.',
	},
	id: {
		term: 'id',
		technical: 'token id',
		plain: 'A token’s number in the model’s vocabulary. All it says is which row of the table to take.',
	},
	vocabulary: { term: 'vocabulary', technical: 'vocabulary (V)', plain: 'All the tokens that a model knows, numbered from 0.' },
	tokenizer: { term: 'tokenizer', technical: 'tokenizer', plain: 'The part that cuts text into tokens and joins tokens into text again.' },
	merge: {
		term: 'merge',
		technical: 'byte-pair merge',
		plain: 'Two neighbouring pieces become one. The model’s list of merges says which pair comes first.',
	},
	flag: { term: 'flag', technical: 'special token', plain: 'A token that stands for no text: it marks where something starts or ends.' },
	vector: { term: 'vector', technical: 'vector', plain: 'A list of numbers in a fixed order. Here one list stands for one token.' },
	dimension: {
		term: 'dimension',
		technical: 'dimension',
		plain: 'One place in a vector. A vector of 576 numbers has dimensions 0 to 575.',
	},
	width: {
		term: 'width',
		technical: 'model width (D)',
		plain: 'How many numbers each vector of a model has. It is the same for every token of that model.',
	},
	row: {
		term: 'row',
		technical: 'token embedding',
		plain: 'The numbers that the table keeps for one token. The row is the same in every sentence.',
	},
	embedding: {
		term: 'embedding',
		technical: 'embedding',
		plain: 'The step from tokens to vectors: look up each token’s row in the model’s table.',
	},
	matrix: {
		term: 'embedding matrix',
		technical: 'embedding matrix (T × D)',
		plain: 'The rows of a sentence’s tokens, one under the other: T tokens high, D numbers wide.',
	},
	cosine: {
		term: 'cosine',
		technical: 'cosine similarity',
		plain: 'How closely two vectors point the same way: 1 is the same direction, 0 unrelated, −1 opposite.',
	},
	tied: { term: 'tied', technical: 'tied embeddings', plain: 'The table at the entrance and the table at the exit are one and the same.' },
	hidden: {
		term: 'hidden state',
		technical: 'hidden state',
		plain: 'What a block has made of a token’s row after looking at the sentence around it.',
	},
	block: {
		term: 'block',
		technical: 'transformer block (layer)',
		plain: 'One floor of the model: attention, then a small network that works on each token alone.',
	},
	attention: {
		term: 'attention',
		technical: 'scaled dot-product attention',
		plain: 'Each token looks at itself and at the tokens before it, and takes a weighted mix of what they offer.',
	},
	head: {
		term: 'head',
		technical: 'attention head',
		plain: 'One of several attentions that run side by side in a block, each with its own view.',
	},
	qkv: {
		term: 'query, key, value',
		technical: 'query, key, value (Q, K, V)',
		plain: 'Three vectors made from each token: what it looks for, what it can be found by, and what it hands over.',
	},
	softmax: {
		term: 'softmax',
		technical: 'softmax',
		plain: 'Turns any numbers into shares that add up to 1. Bigger numbers get much bigger shares.',
	},
	mask: {
		term: 'mask',
		technical: 'causal mask',
		plain: 'Hides the tokens that come later, so that the model cannot peek at what it has to guess.',
	},
	logit: { term: 'logit', technical: 'logit', plain: 'The score that a token of the vocabulary gets as the next one, before softmax.' },
	probability: {
		term: 'probability',
		technical: 'probability',
		plain: 'A share between 0 and 1; over the whole vocabulary the shares add up to 1.',
	},
	temperature: {
		term: 'temperature',
		technical: 'temperature',
		plain: 'Logits are divided by it before softmax. Low: the favourite nearly always wins. High: chance has more say.',
	},
} satisfies Record<string, Entry>;
