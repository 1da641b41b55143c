// The four languages, and the one that is in use.

import { createContext, useContext } from 'react';
import { en, type Messages } from './en/index.ts';
import { ja } from './ja/index.ts';
import { ko } from './ko/index.ts';
import { zh } from './zh/index.ts';

export type { Messages } from './en/index.ts';

export type Language = 'ko' | 'en' | 'ja' | 'zh';

/** In the order of the switch; each named in itself. */
export const languages: readonly { readonly id: Language; readonly name: string; readonly messages: Messages }[] = [
	{ id: 'ko', name: '한국어', messages: ko },
	{ id: 'en', name: 'English', messages: en },
	{ id: 'ja', name: '日本語', messages: ja },
	{ id: 'zh', name: '中文', messages: zh },
];

/** The first of the person's languages that the studio speaks; English where it speaks none. */
export function pickLanguage(preferred: readonly string[]): Language {
	for (const tag of preferred) {
		const found = languages.find(({ id }) => tag.toLowerCase().split('-')[0] === id);
		if (found) return found.id;
	}
	return 'en';
}

interface Speech {
	readonly language: Language;
	readonly messages: Messages;
	/** Numbers as the language writes them. */
	readonly count: (n: number) => string;
	readonly bytes: (n: number) => string;
}

export function speech(language: Language): Speech {
	const messages = languages.find(({ id }) => id === language)?.messages ?? en;
	const whole = new Intl.NumberFormat(language);
	const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
	const UNITS = ['B', 'kB', 'MB', 'GB'];
	const bytes = (n: number) => {
		const step = n < 1000 ? 0 : n < 1e6 ? 1 : n < 1e9 ? 2 : 3;
		return `${tenth.format(n / 1000 ** step)}\u00a0${UNITS[step]}`; // no line ends between a number and its unit
	};
	return { language, messages, count: (n) => whole.format(n), bytes };
}

export const SpeechContext = createContext<Speech>(speech('en'));
export const useSpeech = (): Speech => useContext(SpeechContext);
/** The messages of the language in use. */
export const useMessages = (): Messages => useContext(SpeechContext).messages;
