// 词汇表：这里用的说法、论文里的术语、一两句大白话。

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: { term: '词元', technical: 'token', plain: '模型认识的一小段文字：可能是一个词、词的一部分、一个符号，有时只是一个字节。' },
	id: { term: '编号', technical: 'token id', plain: '词元在词表里的号码。它只说明该取表里的哪一行。' },
	vocabulary: { term: '词表', technical: 'vocabulary (V)', plain: '模型认识的全部词元，从 0 开始编号。' },
	tokenizer: { term: '分词器', technical: 'tokenizer', plain: '把文字切成词元、再把词元拼回文字的那一部分。' },
	merge: { term: '合并', technical: 'byte-pair merge', plain: '相邻的两段变成一段。先合并哪一对，写在模型的合并表里。' },
	flag: { term: '标记', technical: 'special token', plain: '不代表任何文字的词元，用来标出开头、结尾这样的位置。' },
	vector: { term: '向量', technical: 'vector', plain: '一串顺序固定的数。在这里，一串数代表一个词元。' },
	dimension: { term: '维', technical: 'dimension', plain: '向量里的一个位置。有 576 个数的向量，位置从 0 排到 575。' },
	width: { term: '宽度', technical: 'model width (D)', plain: '一个向量里有多少个数。同一个模型里，每个词元都一样。' },
	row: { term: '行', technical: 'token embedding', plain: '表里属于某个词元的那一行数。不管在哪个句子里都不变。' },
	embedding: { term: '嵌入', technical: 'embedding', plain: '从词元到向量的一步：到模型的表里，给每个词元查出它那一行。' },
	matrix: { term: '嵌入矩阵', technical: 'embedding matrix (T × D)', plain: '把句子里各个词元的行从上到下叠起来：高是词元数 T，宽是 D。' },
	cosine: { term: '余弦相似度', technical: 'cosine similarity', plain: '两个向量方向有多一致：同向是 1，无关是 0，反向是 −1。' },
	tied: { term: '共用一张表', technical: 'tied embeddings', plain: '入口的表和出口的表就是同一张。' },
	hidden: { term: '隐藏状态', technical: 'hidden state', plain: '一个块看过前后文之后，把词元的那一行改成的新向量。' },
	block: { term: '块', technical: 'transformer block (layer)', plain: '模型的一层楼：先做注意力，再让每个词元各自过一个小网络。' },
	attention: {
		term: '注意力',
		technical: 'scaled dot-product attention',
		plain: '每个词元看看它前面的词元，按比例把它们的内容混在一起收下。',
	},
	head: { term: '头', technical: 'attention head', plain: '一个块里并排工作的几份注意力中的一份，各有各的看法。' },
	qkv: {
		term: '查询、键、值',
		technical: 'query, key, value (Q, K, V)',
		plain: '由每个词元做出的三个向量：我在找什么、凭什么找到我、我能给出什么。',
	},
	softmax: { term: 'softmax', technical: 'softmax', plain: '把任意一组数变成加起来等于 1 的比例。数越大，比例大得越多。' },
	mask: { term: '掩码', technical: 'causal mask', plain: '把后面的词元遮住，免得模型偷看要猜的答案。' },
	logit: { term: '原始得分', technical: 'logit', plain: '词表里某个词元作为下一个的得分，还没有经过 softmax。' },
	probability: { term: '概率', technical: 'probability', plain: '0 到 1 之间的比例；整张词表加起来等于 1。' },
	temperature: { term: '温度', technical: 'temperature', plain: '做 softmax 之前，先用它去除原始得分。低了总选第一名，高了偶然性就多。' },
};
