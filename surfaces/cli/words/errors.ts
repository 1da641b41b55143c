// Refusals in Korean, Japanese and Chinese, made from their records: the labels of what was found and what is allowed, and the sentences that
// people meet most. What has no translation is said in English; names, numbers and paths stay as they are.

import { sentence, type TongsaError } from '../../../src/errors.ts';
import type { Language } from './language.ts';

interface ErrorWords {
	readonly labels: Readonly<Record<'tensor' | 'field' | 'byteOffset' | 'got' | 'allowed', string>>;
	/** English → its translation. `{n}` stands for the n-th part that changes, as in PATTERNS. */
	readonly said: Readonly<Record<string, string>>;
}

/** Sentences with a part that changes: what they are looked up by, and how the part is found. */
const PATTERNS: readonly (readonly [key: string, pattern: RegExp])[] = [
	['Did you mean {1}?', /Did you mean (.+?)\?/],
	['Try: {1}', /Try: ([^.]+)/],
	['All: {1}', /All: ([^.]+)/],
	['Fetch it with: {1}', /Fetch it with: ([^.]+(?:\.\d[^.]*)*)/],
	['{1} needs {2}', /^(\w+) needs ([A-Z…]+)$/],
	['{1} needs TEXT, in quotes or piped in', /^(\w+) needs TEXT, in quotes or piped in$/],
	['the file is cut short: {1} of {2} MB are here', /^the file is cut short: ([\d.]+) of ([\d.]+) MB are here$/],
	['{1} could not be fetched', /^(\S+) could not be fetched$/],
	['{1} and {2} exclude each other', /^(\S+) and (\S+) exclude each other$/],
	['at most {1}', /^at most (.+)$/],
];

const WORDS: Readonly<Partial<Record<Language, ErrorWords>>> = {
	ko: {
		labels: { tensor: '텐서', field: '항목', byteOffset: '바이트', got: '받은 값', allowed: '가능한 값' },
		said: {
			'Did you mean {1}?': '{1}인가요?',
			'Try: {1}': '참고: {1}',
			'All: {1}': '전체 목록: {1}',
			'Fetch it with: {1}': '받기: {1}',
			'Fetch it again': '다시 받으세요',
			'{1} needs {2}': '{1}에는 {2}이(가) 있어야 합니다',
			'{1} needs TEXT, in quotes or piped in': '{1}에는 TEXT가 있어야 합니다. 따옴표로 묶거나 파이프로 넣으세요',
			'the file is cut short: {1} of {2} MB are here': '파일이 잘렸습니다: {2} MB 가운데 {1} MB만 있습니다',
			'{1} could not be fetched': '{1}을(를) 받지 못했습니다',
			'{1} and {2} exclude each other': '{1}와(과) {2}은(는) 함께 쓸 수 없습니다',
			'at most {1}': '최대 {1}',
			'unknown verb': '모르는 명령입니다',
			'unknown option': '모르는 옵션입니다',
			'unknown value': '모르는 값입니다',
			'no such model': '그런 모델이 없습니다',
			'no such file or folder': '그런 파일이나 폴더가 없습니다',
			'no such file': '그런 파일이 없습니다',
			'no model here': '여기에는 모델이 없습니다',
			'no permission to read it': '읽을 권한이 없습니다',
			'no permission to read the file': '파일을 읽을 권한이 없습니다',
			'no such row': '그런 행이 없습니다',
			'not a token id': '토큰 id가 아닙니다',
			'not a number': '숫자가 아닙니다',
			'not a whole number within its bounds': '범위 안의 정수가 아닙니다',
			'not a vector': '벡터가 아닙니다',
			'not a GGUF file': 'GGUF 파일이 아닙니다',
			'stdin is not text in UTF-8': '표준 입력이 UTF-8 글이 아닙니다',
			'this model is not here yet': '이 모델은 아직 여기에 없습니다',
			'nothing to pull by this name': '이 이름으로 받을 것이 없습니다',
			'this model has no such point': '이 모델에는 그런 지점이 없습니다',
			'the model has no chat template': '이 모델에는 채팅 템플릿이 없습니다',
			'the port is taken': '포트를 이미 쓰고 있습니다',
			'no answer': '응답이 없습니다',
			'the server refused': '서버가 거절했습니다',
		},
	},
	ja: {
		labels: { tensor: 'テンソル', field: '項目', byteOffset: 'バイト', got: '受け取った値', allowed: '使える値' },
		said: {
			'Did you mean {1}?': '{1} のことですか?',
			'Try: {1}': '参考: {1}',
			'All: {1}': '一覧: {1}',
			'Fetch it with: {1}': '取得: {1}',
			'Fetch it again': 'もう一度取得してください',
			'{1} needs {2}': '{1} には {2} が必要です',
			'{1} needs TEXT, in quotes or piped in': '{1} には TEXT が必要です。引用符で囲むか、パイプで渡してください',
			'the file is cut short: {1} of {2} MB are here': 'ファイルが途中で切れています: {2} MB のうち {1} MB しかありません',
			'{1} could not be fetched': '{1} を取得できませんでした',
			'{1} and {2} exclude each other': '{1} と {2} は同時に使えません',
			'at most {1}': '最大 {1}',
			'unknown verb': '知らないコマンドです',
			'unknown option': '知らないオプションです',
			'unknown value': '知らない値です',
			'no such model': 'そのモデルはありません',
			'no such file or folder': 'そのファイルやフォルダーはありません',
			'no such file': 'そのファイルはありません',
			'no model here': 'ここにモデルはありません',
			'no permission to read it': '読む権限がありません',
			'no permission to read the file': 'ファイルを読む権限がありません',
			'no such row': 'その行はありません',
			'not a token id': 'トークン id ではありません',
			'not a number': '数ではありません',
			'not a whole number within its bounds': '範囲内の整数ではありません',
			'not a vector': 'ベクトルではありません',
			'not a GGUF file': 'GGUF ファイルではありません',
			'stdin is not text in UTF-8': '標準入力が UTF-8 の文ではありません',
			'this model is not here yet': 'このモデルはまだここにありません',
			'nothing to pull by this name': 'この名前で取得できるものはありません',
			'this model has no such point': 'このモデルにその点はありません',
			'the model has no chat template': 'このモデルにチャットテンプレートはありません',
			'the port is taken': 'ポートは使用中です',
			'no answer': '応答がありません',
			'the server refused': 'サーバーが拒否しました',
		},
	},
	zh: {
		labels: { tensor: '张量', field: '项', byteOffset: '字节', got: '得到', allowed: '允许' },
		said: {
			'Did you mean {1}?': '是 {1} 吗？',
			'Try: {1}': '参见：{1}',
			'All: {1}': '全部：{1}',
			'Fetch it with: {1}': '获取：{1}',
			'Fetch it again': '请重新获取',
			'{1} needs {2}': '{1} 需要 {2}',
			'{1} needs TEXT, in quotes or piped in': '{1} 需要 TEXT：用引号括起来，或从管道输入',
			'the file is cut short: {1} of {2} MB are here': '文件不完整：{2} MB 中只有 {1} MB',
			'{1} could not be fetched': '无法获取 {1}',
			'{1} and {2} exclude each other': '{1} 和 {2} 不能同时使用',
			'at most {1}': '最多 {1}',
			'unknown verb': '未知的命令',
			'unknown option': '未知的选项',
			'unknown value': '未知的值',
			'no such model': '没有这个模型',
			'no such file or folder': '没有这个文件或文件夹',
			'no such file': '没有这个文件',
			'no model here': '这里没有模型',
			'no permission to read it': '没有读取权限',
			'no permission to read the file': '没有读取文件的权限',
			'no such row': '没有这一行',
			'not a token id': '不是词元 id',
			'not a number': '不是数字',
			'not a whole number within its bounds': '不是范围内的整数',
			'not a vector': '不是向量',
			'not a GGUF file': '不是 GGUF 文件',
			'stdin is not text in UTF-8': '标准输入不是 UTF-8 文字',
			'this model is not here yet': '这个模型还不在这里',
			'nothing to pull by this name': '没有可按此名称获取的内容',
			'this model has no such point': '这个模型没有这个点',
			'the model has no chat template': '这个模型没有聊天模板',
			'the port is taken': '端口已被占用',
			'no answer': '没有应答',
			'the server refused': '服务器拒绝了',
		},
	},
};

/** The refusal's line in a person's language; its own message in English. */
export function messageIn(language: Language, error: TongsaError): string {
	const words = WORDS[language];
	return words ? sentence(error.what, error.detail, { ...words.labels, say: (text) => translated(words, text) }) : error.message;
}

function translated({ said }: ErrorWords, text: string): string {
	const whole = said[text];
	if (whole !== undefined) return whole;
	return PATTERNS.reduce(
		(line, [key, pattern]) => line.replace(pattern, (_all, ...parts: string[]) => filledBy(said[key]!, parts)),
		text,
	).replace(/Fetch it again/, said['Fetch it again']!);
}

const filledBy = (text: string, parts: readonly string[]): string =>
	text.replace(/\{(\d)\}/g, (_, n: string) => parts[Number(n) - 1] ?? '');
