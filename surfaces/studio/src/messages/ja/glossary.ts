// 用語集: この画面で使うことば、論文でのことば、やさしい説明。日本語の専門用語がほかにあれば、かっこに入れて並べる。

import type { Messages } from '../en/index.ts';

export const glossary: Messages['glossary'] = {
	token: {
		term: 'トークン',
		technical: 'token',
		plain: 'モデルが知っている文字のかたまりです。単語まるごとのことも、単語の一部や記号、たった 1 バイトのこともあります。',
	},
	id: {
		term: '番号（トークン ID）',
		technical: 'token id',
		plain: '語彙の中でトークンについている番号です。表の何番目の行を引くかを示すだけです。',
	},
	vocabulary: {
		term: '語彙',
		technical: 'vocabulary (V)',
		plain: 'モデルが知っているトークンの全体です。0 から順に番号がついています。',
	},
	tokenizer: {
		term: 'トークナイザー',
		technical: 'tokenizer',
		plain: '文をトークンに切り分け、トークンをつないで文に戻すしくみです。',
	},
	merge: {
		term: '結合（マージ）',
		technical: 'byte-pair merge',
		plain: '隣り合う二つのかけらをつないで、一つにすることです。どの組からつなぐかは、モデルの結合リストに書いてあります。',
	},
	flag: {
		term: '目印（特殊トークン）',
		technical: 'special token',
		plain: '文字を表さないトークンです。どこで始まり、どこで終わるかを示します。',
	},
	vector: {
		term: 'ベクトル',
		technical: 'vector',
		plain: '順番の決まった数の並びです。ここでは、一つの並びが一つのトークンを表します。',
	},
	dimension: {
		term: '次元',
		technical: 'dimension',
		plain: 'ベクトルの中の、一つひとつの場所です。数が 576 個並ぶベクトルには、次元 0 から次元 575 まであります。',
	},
	width: {
		term: '幅（次元数）',
		technical: 'model width (D)',
		plain: '一つのベクトルに並ぶ数の個数です。同じモデルの中では、どのトークンでも同じです。',
	},
	row: {
		term: '行（トークン埋め込み）',
		technical: 'token embedding',
		plain: '一つのトークンのために、表にしまってある数の並びです。どの文の中でも変わりません。',
	},
	embedding: {
		term: '埋め込み',
		technical: 'embedding',
		plain: 'トークンをベクトルに変える段階です。モデルの表から、トークンごとに一行ずつ引いてきます。',
	},
	matrix: {
		term: '埋め込み行列',
		technical: 'embedding matrix (T × D)',
		plain: '文のトークンの行を、上から順に重ねたものです。高さはトークンの数 T、幅は一行に並ぶ数の個数 D です。',
	},
	cosine: {
		term: 'コサイン類似度',
		technical: 'cosine similarity',
		plain: '二つのベクトルの向きが、どれだけそろっているかを表します。同じ向きなら 1、無関係なら 0、正反対なら −1 です。',
	},
	tied: {
		term: '表の共有（重み共有）',
		technical: 'tied embeddings',
		plain: '入口の表と出口の表が、同じ一つの表だということです。',
	},
	hidden: {
		term: '隠れ状態',
		technical: 'hidden state',
		plain: 'トークンの行を、ブロックがまわりの文に合わせてつくり変えたベクトルです。',
	},
	block: {
		term: 'ブロック（層）',
		technical: 'transformer block (layer)',
		plain: 'モデルという建物の、一階分にあたるところです。まずアテンション、次にトークンごとの小さなネットワークを通ります。',
	},
	attention: {
		term: 'アテンション（注意機構）',
		technical: 'scaled dot-product attention',
		plain: 'どのトークンも、自分と自分より前のトークンを見て、その中身を割合に応じて混ぜ合わせます。',
	},
	head: {
		term: 'ヘッド',
		technical: 'attention head',
		plain: '一つのブロックの中には、いくつものアテンションが並んで働いています。その一つひとつのことです。ヘッドごとに見方がちがいます。',
	},
	qkv: {
		term: 'クエリ・キー・バリュー',
		technical: 'query, key, value (Q, K, V)',
		plain: 'トークンごとにつくる三つのベクトルです。順に、何を探すか、何で見つけてもらうか、何を渡すかを表します。',
	},
	softmax: {
		term: 'ソフトマックス',
		technical: 'softmax',
		plain: 'どんな数の並びも、合計が 1 になる割合に直す計算です。大きい数ほど、割合はぐっと大きくなります。',
	},
	mask: {
		term: 'マスク',
		technical: 'causal mask',
		plain: 'あとに来るトークンを隠すことです。これから当てる答えを、モデルがのぞき見できないようにします。',
	},
	logit: {
		term: 'ロジット',
		technical: 'logit',
		plain: '語彙のトークンに一つずつつく、次に来そうな度合いの点数です。ソフトマックスを通す前の値をいいます。',
	},
	probability: {
		term: '確率',
		technical: 'probability',
		plain: '0 から 1 までの割合です。語彙の全トークンで足すと 1 になります。',
	},
	temperature: {
		term: '温度',
		technical: 'temperature',
		plain: 'ソフトマックスの前に、ロジットをこの値で割ります。低いほど一番手が選ばれやすく、高いほど偶然に左右されます。',
	},
};
