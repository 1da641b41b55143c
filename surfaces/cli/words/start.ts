// What `tongsa start` says, in four languages: six sentences on the way of a text into a model and back, and what goes with them.

import type { Language } from './language.ts';

export interface StartWords {
	/** Of the studio: its heading, and how it is left. */
	readonly studio: string;
	readonly leave: string;
	readonly building: string;
	/** The six sentences; {…} are the real model's own numbers. */
	readonly sentences: readonly [string, string, string, string, string, string];
	/** Said where tokens are parts of a character. */
	readonly bytes: string;
	readonly same: string;
	readonly more: string;
	readonly commands: Readonly<Record<'embed' | 'compare' | 'models' | 'pull' | 'generate', string>>;
	readonly others: string;
	readonly ask: string;
	readonly askTerminal: string;
	readonly empty: string;
	readonly stays: string;
	readonly near: string;
}

export const START: Readonly<Record<Language, StartWords>> = {
	en: {
		studio: 'The studio, in your browser',
		leave: 'Everything below, as pictures that you can touch. Ctrl-C here ends it.',
		building: 'Building the studio, this once …',
		sentences: [
			'A language model reads numbers, not letters: this is how SmolLM2, a real one, takes in a sentence.',
			'First the sentence is cut into tokens, pieces that stand in the model’s vocabulary of {vocabulary}.',
			'Each token has a number there, its id.',
			'The id names a row of the model’s embedding table, {width} numbers, so the sentence becomes a matrix of {tokens} × {width}; this is its left edge.',
			'Tokens that mean something similar have rows that point the same way: these are nearest to “{word}”.',
			'And back: the nearest token to each row gives the sentence again.',
		],
		bytes: 'This model learned mostly from English, so some characters fall into bytes, written ‹like this›.',
		same: 'the same',
		more: 'Go on',
		commands: {
			embed: 'the matrix of your own sentence',
			compare: 'the same sentence in three models',
			models: 'all that is here; any GGUF or safetensors file opens by its path',
			pull: 'the whole model, which also answers',
			generate: 'an answer',
		},
		others: 'Other languages: --lang ko, ja, zh',
		ask: 'Your sentence (Ctrl-C ends the studio): ',
		askTerminal: 'Your sentence (empty to leave): ',
		empty: 'The studio stays at {url}. Type a sentence, or press Ctrl-C to end.',
		stays: 'The studio stays at {url} until Ctrl-C.',
		near: '{rate} tokens per character. Nearest to the mean of its rows: {near}',
	},
	ko: {
		studio: '브라우저에서 보는 스튜디오',
		leave: '아래 내용을 직접 만져 보는 그림으로 볼 수 있습니다. 여기서 Ctrl-C를 누르면 끝납니다.',
		building: '스튜디오를 이번 한 번 빌드합니다 …',
		sentences: [
			'언어 모델은 글자가 아니라 숫자를 읽습니다. 실제 모델 SmolLM2가 문장을 받아들이는 과정을 보여 드립니다.',
			'먼저 문장을 토큰으로 나눕니다. 토큰은 모델의 어휘 {vocabulary}개에 들어 있는 조각입니다.',
			'토큰마다 어휘 안의 번호, 곧 id가 있습니다.',
			'id는 임베딩 표의 한 행, 숫자 {width}개를 가리킵니다. 그래서 문장은 {tokens} × {width} 행렬이 됩니다. 그 왼쪽 끝입니다.',
			'뜻이 비슷한 토큰은 행의 방향도 비슷합니다. “{word}”에 가장 가까운 토큰들입니다.',
			'되돌아갈 때는 행마다 가장 가까운 토큰을 찾습니다. 그러면 문장이 다시 나옵니다.',
		],
		bytes: '이 모델은 주로 영어를 배워서, 어떤 글자는 바이트로 쪼개집니다. ‹이렇게› 적힌 것이 바이트입니다.',
		same: '처음과 같음',
		more: '더 해 보기',
		commands: {
			embed: '내 문장의 행렬',
			compare: '같은 문장을 세 모델로',
			models: '지금 쓸 수 있는 모델 전부. GGUF나 safetensors 파일은 경로만 주면 열립니다',
			pull: '답도 할 수 있는 전체 모델',
			generate: '모델의 답',
		},
		others: '다른 언어: --lang en, ja, zh',
		ask: '문장을 입력하세요 (Ctrl-C: 스튜디오 끝내기): ',
		askTerminal: '문장을 입력하세요 (빈 줄: 끝내기): ',
		empty: '스튜디오는 {url} 에 그대로 있습니다. 문장을 입력하거나 Ctrl-C로 끝내세요.',
		stays: '스튜디오는 Ctrl-C를 누를 때까지 {url} 에 있습니다.',
		near: '글자당 토큰 {rate}개. 행들의 평균에 가장 가까운 토큰: {near}',
	},
	ja: {
		studio: 'ブラウザーで見るスタジオ',
		leave: '以下の内容を、触って確かめられる図で見られます。ここで Ctrl-C を押すと終わります。',
		building: 'スタジオを今回だけビルドしています …',
		sentences: [
			'言語モデルは文字ではなく数を読みます。実在のモデル SmolLM2 が文を取り込む様子をお見せします。',
			'まず文をトークンに分けます。トークンは、モデルの語彙 {vocabulary} 個の中にある断片です。',
			'トークンにはそれぞれ語彙の中の番号、id があります。',
			'id は埋め込み表の 1 行、{width} 個の数を指します。こうして文は {tokens} × {width} の行列になります。その左端です。',
			'意味の近いトークンは、行の向きも近くなります。「{word}」に最も近いトークンです。',
			'戻るときは、各行に最も近いトークンを探します。すると元の文になります。',
		],
		bytes: 'このモデルは主に英語で学んだので、一部の文字はバイトに分かれます。‹このように›書かれたものがバイトです。',
		same: '元と同じ',
		more: '次に試すこと',
		commands: {
			embed: '自分の文の行列',
			compare: '同じ文を三つのモデルで',
			models: '今使えるモデルの一覧。GGUF や safetensors のファイルはパスで開けます',
			pull: '返答もできるモデル全体',
			generate: 'モデルの返答',
		},
		others: 'ほかの言語: --lang en, ko, zh',
		ask: '文を入力してください (Ctrl-C: スタジオを終了): ',
		askTerminal: '文を入力してください (空行: 終了): ',
		empty: 'スタジオは {url} で動いています。文を入力するか、Ctrl-C で終了してください。',
		stays: 'スタジオは Ctrl-C を押すまで {url} で動いています。',
		near: '1 文字あたり {rate} トークン。行の平均に最も近いトークン: {near}',
	},
	zh: {
		studio: '在浏览器中打开工作室',
		leave: '下面的内容都可以在图中亲手操作。在这里按 Ctrl-C 结束。',
		building: '正在构建工作室，仅此一次 …',
		sentences: [
			'语言模型读的是数字，不是文字。下面看真实的模型 SmolLM2 如何读入一句话。',
			'首先把句子切成词元（token），也就是模型词表中 {vocabulary} 个片段里的片段。',
			'每个词元在词表中都有一个编号，即 id。',
			'id 指向嵌入表的一行，共 {width} 个数。于是句子变成 {tokens} × {width} 的矩阵，这是它的左边。',
			'意思相近的词元，行的方向也相近。下面是离“{word}”最近的词元。',
			'返回时，为每一行找最近的词元，就又得到原来的句子。',
		],
		bytes: '这个模型主要学的是英语，所以有些字会拆成字节，写成‹这样›。',
		same: '与原文相同',
		more: '接下来可以试',
		commands: {
			embed: '你自己的句子的矩阵',
			compare: '同一句话在三个模型里',
			models: '这里所有的模型。GGUF 或 safetensors 文件给出路径就能打开',
			pull: '能够回答的完整模型',
			generate: '模型的回答',
		},
		others: '其他语言：--lang en, ko, ja',
		ask: '请输入句子（Ctrl-C 结束工作室）：',
		askTerminal: '请输入句子（空行结束）：',
		empty: '工作室仍在 {url}。请输入句子，或按 Ctrl-C 结束。',
		stays: '工作室会一直在 {url}，直到按 Ctrl-C。',
		near: '每个字符 {rate} 个词元。离各行平均值最近的词元：{near}',
	},
};

/** Puts values where a text has their names in braces. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
	text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
