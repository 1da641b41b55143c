// Which of the four languages a person reads: --lang, else what the system says (POSIX: LC_ALL before LC_MESSAGES before LANG).

export type Language = 'en' | 'ko' | 'ja' | 'zh';

export const LANGUAGES: readonly Language[] = ['en', 'ko', 'ja', 'zh'];

type Environment = Readonly<Record<string, string | undefined>>;

/** English where the system speaks none of the four. */
export function languageOf(words: readonly string[], env: Environment = process.env): Language {
	const asked = askedFor(words);
	const system = env.LC_ALL || env.LC_MESSAGES || env.LANG || Intl.DateTimeFormat().resolvedOptions().locale;
	return LANGUAGES.find((language) => language === asked) ?? LANGUAGES.find((language) => system.startsWith(language)) ?? 'en';
}

/** The value of --lang among the words of a call: needed before they are read, to say that they cannot be. */
function askedFor(words: readonly string[]): string | undefined {
	const at = words.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
	return at < 0 ? undefined : (words[at]!.split('=')[1] ?? words[at + 1]);
}
