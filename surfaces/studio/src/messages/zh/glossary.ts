// 词汇表：这里用的说法、论文里的术语、一两句大白话。

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: { term: '词元', technical: 'token', plain: '模型认得的一小段文字：可能是一个词、词的一部分、一个标点，有时只是一个字节。' },
	id: { term: '编号', technical: 'token id', plain: '词元在词表里的号码，只用来说明该取表里的哪一行。' },
	vocabulary: { term: '词表', technical: 'vocabulary (V)', plain: '模型认得的全部词元，从 0 开始编号。' },
	tokenizer: { term: '分词器', technical: 'tokenizer', plain: '把文字切成词元，也把词元拼回文字。' },
	merge: { term: '合并', technical: 'byte-pair merge', plain: '相邻的两段拼成一段。先拼哪一对，由模型的合并表说了算。' },
	flag: { term: '标志', technical: 'special token', plain: '不代表任何文字的词元，用来标明哪里开始、哪里结束。' },
	vector: { term: '向量', technical: 'vector', plain: '一串数，先后顺序固定。在这里，一串数代表一个词元。' },
	dimension: { term: '维', technical: 'dimension', plain: '向量里的一个位置。一个向量有 576 个数，就有第 0 维到第 575 维。' },
	width: { term: '宽度', technical: 'model width (D)', plain: '每个向量里有多少个数。同一个模型里，所有词元都一样。' },
	row: { term: '行', technical: 'token embedding', plain: '表里为一个词元存下的那些数。不管在哪个句子里，这一行都不变。' },
	embedding: { term: '嵌入', technical: 'embedding', plain: '从词元到向量的这一步：到模型的表里，查出每个词元的那一行。' },
	matrix: { term: '嵌入矩阵', technical: 'embedding matrix (T × D)', plain: '把句子里各个词元的行自上而下排好：高 T 个词元，宽 D 个数。' },
	cosine: { term: '余弦相似度', technical: 'cosine similarity', plain: '两个向量的方向有多接近：同向是 1，毫不相干是 0，反向是 −1。' },
	tied: { term: '共用一张表', technical: 'tied embeddings', plain: '入口的表和出口的表是同一张。' },
	hidden: {
		term: '隐藏状态',
		technical: 'hidden state',
		plain: '词元的那一行进了块，看过周围的句子，变成了一个新向量。这个新向量就是隐藏状态。',
	},
	block: { term: '块', technical: 'transformer block (layer)', plain: '模型的一层楼：先算注意力，再让每个词元各自过一个小网络。' },
	attention: {
		term: '注意力',
		technical: 'scaled dot-product attention',
		plain: '每个词元看看自己和前面的词元，按比例取来它们的内容，混在一起。',
	},
	head: { term: '头', technical: 'attention head', plain: '一个块里有好几份注意力并排工作，这是其中一份。各有各的看法。' },
	qkv: {
		term: '查询、键、值',
		technical: 'query, key, value (Q, K, V)',
		plain: '由每个词元算出的三个向量：我在找什么，凭什么找到我，我能给什么。',
	},
	softmax: { term: 'softmax', technical: 'softmax', plain: '把任意一组数变成加起来等于 1 的比例。数大一点，比例就大得多。' },
	mask: { term: '掩码', technical: 'causal mask', plain: '把后面的词元遮住，免得模型偷看它该猜的东西。' },
	logit: { term: '原始得分', technical: 'logit', plain: '词表里每个词元的得分：得分越高，越可能是下一个。这时还没有经过 softmax。' },
	probability: { term: '概率', technical: 'probability', plain: '0 到 1 之间的比例；整张词表加起来等于 1。' },
	temperature: {
		term: '温度',
		technical: 'temperature',
		plain: '做 softmax 之前，原始得分要先除以它。温度低，几乎总是第一名当选；温度高，偶然性就大。',
	},
};
