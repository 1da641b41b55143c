// 用語集: この画面で使うことば、論文でのことば、やさしい説明。

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: {
		term: 'トークン',
		technical: 'token',
		plain: 'モデルが知っている文字のかたまりです。単語まるごと、単語の一部、記号、ときには 1 バイトだけのこともあります。',
	},
	id: { term: '番号', technical: 'token id', plain: '語彙の中でトークンについている番号です。表の何行目を取り出すかを示すだけです。' },
	vocabulary: { term: '語彙', technical: 'vocabulary (V)', plain: 'モデルが知っているトークンのすべてです。0 から番号がついています。' },
	tokenizer: { term: 'トークナイザー', technical: 'tokenizer', plain: '文をトークンに切り、トークンを文に戻す部分です。' },
	merge: {
		term: '結合',
		technical: 'byte-pair merge',
		plain: 'となり合う二つのかけらが一つになることです。どの組が先かは、モデルの結合リストに書いてあります。',
	},
	flag: { term: '目印', technical: 'special token', plain: '文字を表さないトークンです。始まりや終わりなどの場所を示します。' },
	vector: { term: 'ベクトル', technical: 'vector', plain: '順番の決まった数の並びです。ここでは並び一つがトークン一つを表します。' },
	dimension: {
		term: '次元',
		technical: 'dimension',
		plain: 'ベクトルの中の一つの場所です。数が 576 個なら、0 から 575 までの場所があります。',
	},
	width: {
		term: '幅',
		technical: 'model width (D)',
		plain: 'ベクトル一つに入っている数の個数です。一つのモデルの中ではどのトークンも同じです。',
	},
	row: { term: '行', technical: 'token embedding', plain: '表の中でトークン一つが持っている数の並びです。どの文でも変わりません。' },
	embedding: {
		term: '埋め込み',
		technical: 'embedding',
		plain: 'トークンをベクトルに変える段階です。モデルの表から、トークンごとに一行を引いてきます。',
	},
	matrix: {
		term: '埋め込み行列',
		technical: 'embedding matrix (T × D)',
		plain: '文のトークンの行を上から順に積んだものです。高さはトークンの数 T、幅は D です。',
	},
	cosine: {
		term: 'コサイン類似度',
		technical: 'cosine similarity',
		plain: '二つのベクトルがどれだけ同じ向きかを表します。同じなら 1、無関係なら 0、正反対なら −1 です。',
	},
	tied: { term: '表の共有', technical: 'tied embeddings', plain: '入口の表と出口の表が、まったく同じ一つの表だということです。' },
	hidden: {
		term: '隠れ状態',
		technical: 'hidden state',
		plain: 'ブロックがまわりの文を見たあとで、トークンの行を書きかえたベクトルです。',
	},
	block: {
		term: 'ブロック',
		technical: 'transformer block (layer)',
		plain: 'モデルを積み上げている層の一つです。まずアテンション、次にトークンごとの小さなネットワークを通ります。',
	},
	attention: {
		term: 'アテンション',
		technical: 'scaled dot-product attention',
		plain: 'トークンが自分より前のトークンを見て、その中身を割合に応じて混ぜて受け取ります。',
	},
	head: {
		term: 'ヘッド',
		technical: 'attention head',
		plain: '一つのブロックの中で並んで働くアテンションの一つです。それぞれ見方がちがいます。',
	},
	qkv: {
		term: 'クエリ・キー・バリュー',
		technical: 'query, key, value (Q, K, V)',
		plain: 'トークンごとに作る三つのベクトルです。何を探すか、何で見つけてもらうか、何を渡すかを表します。',
	},
	softmax: {
		term: 'ソフトマックス',
		technical: 'softmax',
		plain: 'どんな数の並びも、合計が 1 になる割合に変えます。大きい数ほど、ずっと大きな割合になります。',
	},
	mask: { term: 'マスク', technical: 'causal mask', plain: '後ろのトークンを隠します。当てるべき答えを先に見ないようにするためです。' },
	logit: { term: 'ロジット', technical: 'logit', plain: '語彙のトークン一つが次に来る点数です。ソフトマックスを通す前の値です。' },
	probability: { term: '確率', technical: 'probability', plain: '0 から 1 までの割合です。語彙全体で足すと 1 になります。' },
	temperature: {
		term: '温度',
		technical: 'temperature',
		plain: 'ソフトマックスの前にロジットをこの値で割ります。低いと一位が選ばれ、高いと偶然が増えます。',
	},
};
