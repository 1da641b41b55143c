// 조사: 앞말의 받침을 보고 은/는, 이/가, 이에요/예요를 고른다. 한글 음절은 U+AC00부터 28개마다 받침이 없다 (유니코드 3.12).

function hasFinal(word: string): boolean {
	if (/%\s*$/.test(word)) return false; // 퍼센트
	const last = [...word.replace(/[^\p{L}\p{N}]+$/u, '')].at(-1) ?? '';
	const code = last.codePointAt(0) ?? 0;
	if (code >= 0xac00 && code <= 0xd7a3) return (code - 0xac00) % 28 !== 0;
	if (/\d/.test(last)) return /[013678]/.test(last);
	return /[lmnr]/i.test(last);
}

export const topic = (word: string): string => (hasFinal(word) ? '은' : '는');
export const subject = (word: string): string => (hasFinal(word) ? '이' : '가');
export const be = (word: string): string => (hasFinal(word) ? '이에요' : '예요');
