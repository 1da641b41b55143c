// One sentence in many languages: article 1 of the Universal Declaration of Human Rights, first sentence.
// https://www.ohchr.org/en/human-rights/universal-declaration/universal-declaration-human-rights/about-universal-declaration-human-rights-translation-project

/** Language (BCP 47) → sentence. */
export const PARALLEL: Readonly<Record<string, string>> = {
	en: 'All human beings are born free and equal in dignity and rights.',
	ko: '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.',
	ja: 'すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。',
	zh: '人人生而自由，在尊严和权利上一律平等。',
	fr: 'Tous les êtres humains naissent libres et égaux en dignité et en droits.',
	de: 'Alle Menschen sind frei und gleich an Würde und Rechten geboren.',
	es: 'Todos los seres humanos nacen libres e iguales en dignidad y derechos.',
	ru: 'Все люди рождаются свободными и равными в своем достоинстве и правах.',
	tr: 'Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.',
	vi: 'Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.',
	ar: 'يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.',
	hi: 'सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।',
};
