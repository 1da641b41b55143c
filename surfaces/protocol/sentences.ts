// The seed sentence in the four human languages that Tongsa shows side by side.

export interface Sentence {
	/** BCP 47 language tag. */
	readonly language: string;
	readonly name: string;
	readonly text: string;
}

export const SEED_SENTENCES: readonly Sentence[] = [
	{ language: 'en', name: 'English', text: 'I love you so much.' },
	{ language: 'ko', name: '한국어', text: '너를 정말 많이 사랑해.' },
	{ language: 'ja', name: '日本語', text: 'あなたをとても愛しています。' },
	{ language: 'zh', name: '中文', text: '我非常爱你。' },
];
