// 10 MB of mixed text for timing tokenizers: ten human languages and code, the same bytes on every run.
// Sentences are drawn and joined by a seeded generator, and numbers and words in them change, so that no cache of whole texts pays.

import { globSync, readFileSync } from 'node:fs';

/** A few sentences a language; written for this file. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
	en: [
		'The interpreter stood between the two delegations and said nothing that had not been said.',
		"I don't think we'll need more than 250 chairs; they've counted everyone twice.",
		'Rivers carry their names long after the people who gave them have moved away.',
		'A good dictionary is never finished, it is only printed from time to time.',
		'"Why," she asked, "would anybody measure a coastline with a ruler?"',
		'Most of the trains were late in the winter of 1962, and nobody was surprised.',
		'Unfortunately the experiment was irreproducible: the thermometer had been standing in sunlight.',
		'If you heat the mixture slowly, the crystals grow larger and the colour becomes deeper.',
	],
	ko: [
		'통역관은 두 사신 사이에 서서 말해진 것만을 그대로 옮겼다.',
		'오늘은 날씨가 맑아서 아이들이 강가에서 늦게까지 놀았습니다.',
		'언어는 사람과 사람 사이를 잇는 다리이지만, 그 다리를 건너는 데에는 시간이 걸린다.',
		'새로 나온 사전에는 예전에 없던 낱말이 삼천 개나 더 실려 있다고 한다.',
		'지하철 2호선을 타고 다섯 정거장을 지나면 도서관 앞에서 내릴 수 있어요.',
		'할머니께서는 김장을 하실 때마다 이웃들에게 한 포기씩 나누어 주셨다.',
	],
	ja: [
		'通訳は二人の使者の間に立ち、語られたことだけを静かに伝えた。',
		'新しい辞書には、これまで載っていなかった言葉が三千語も加えられている。',
		'雨が止んだら、駅前のカフェで待ち合わせをしましょう。',
		'コンピューターは言葉を数の並びとして読み、また言葉に戻している。',
		'山の上から見下ろすと、町の灯りが星のように瞬いていた。',
		'明日の会議は午後3時からですので、資料を忘れないでください。',
	],
	zh: [
		'翻译站在两位使者之间,只说出已经说过的话。',
		'新版词典收录了三千多个以前没有的词语,编辑们用了整整八年时间。',
		'春天来了,河边的柳树长出了嫩绿的叶子。',
		'计算机把文字读成一串数字,再把数字变回文字。',
		'火车晚点了四十分钟,车站里挤满了等待的旅客。',
		'如果你仔细观察,就会发现每一片雪花的形状都不一样。',
	],
	ar: [
		'وقف المترجم بين الوفدين ولم يقل إلا ما قيل.',
		'تحتوي المكتبة الجديدة على أكثر من مئة ألف كتاب بلغات مختلفة.',
		'كان الشتاء طويلا في تلك السنة، ولم تصل القطارات في موعدها.',
		'اللغة جسر بين الناس، لكن عبوره يحتاج إلى وقت وصبر.',
	],
	ru: [
		'Переводчик стоял между двумя посольствами и не говорил ничего лишнего.',
		'В новом словаре появилось более трёх тысяч слов, которых раньше не было.',
		'Зимой 1962 года поезда опаздывали почти каждый день, и никто этому не удивлялся.',
		'Если нагревать смесь медленно, кристаллы вырастают крупнее.',
		'Река хранит своё имя дольше, чем люди, которые его дали.',
	],
	hi: [
		'दुभाषिया दोनों दूतों के बीच खड़ा रहा और उसने वही कहा जो कहा गया था।',
		'नए शब्दकोश में तीन हज़ार से अधिक नए शब्द जोड़े गए हैं।',
		'नदी का नाम उन लोगों से अधिक समय तक जीवित रहता है जिन्होंने उसे रखा था।',
		'आज मौसम साफ़ है, इसलिए बच्चे देर तक मैदान में खेलते रहे।',
	],
	th: ['ล่ามยืนอยู่ระหว่างคณะทูตทั้งสองและพูดเฉพาะสิ่งที่ได้พูดไว้แล้ว', 'พจนานุกรมฉบับใหม่มีคำศัพท์เพิ่มขึ้นมากกว่าสามพันคำ', 'วันนี้อากาศดี เด็ก ๆ จึงเล่นอยู่ริมแม่น้ำจนเย็น'],
	de: [
		'Der Dolmetscher stand zwischen den beiden Gesandtschaften und fügte nichts hinzu.',
		'Ein gutes Wörterbuch wird nie fertig, es wird nur von Zeit zu Zeit gedruckt.',
		'Die Donaudampfschifffahrtsgesellschaft größerer Städte veröffentlichte 1887 ihre Fahrpläne.',
	],
	fr: [
		"L'interprète se tenait entre les deux délégations et n'ajoutait rien à ce qui était dit.",
		"Aujourd'hui, il fait beau, et les enfants ont joué jusqu'au soir au bord de la rivière.",
		'Les fleuves gardent leur nom plus longtemps que ceux qui le leur ont donné 😀.',
	],
};

/** Numbers in [0, n), always the same ones: a linear congruential generator (Numerical Recipes). */
function generator(seed: number): (n: number) => number {
	let state = seed;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * n);
	};
}

/** Paragraphs of one language or stretches of code, a third of them code, to `byteLength` bytes of UTF-8 or a little more. */
export function mixedText(byteLength: number, seed = 1): string {
	const random = generator(seed);
	const languages = Object.values(LANGUAGES);
	const words = languages.map((sentences) => [...new Set(sentences.flatMap((sentence) => sentence.split(' ')))]);
	const code = globSync('{src,hosts,test,scripts,kernels}/**/*.{ts,py}')
		.filter((path) => !/generated|unicode/.test(path))
		.sort()
		.flatMap((path) => readFileSync(path, 'utf8').replaceAll('<|', '< |').split('\n'));
	const parts: string[] = [];
	for (let size = 0; size < byteLength; ) {
		let part = '';
		if (random(3) === 0) {
			const from = random(Math.max(1, code.length - 30));
			part = `${code.slice(from, from + 10 + random(20)).join('\n')}\n\n`;
		} else {
			const language = random(languages.length);
			for (let n = 3 + random(6); n > 0; n--) {
				const sentence = languages[language]![random(languages[language]!.length)]!.split(' ');
				// Every other word or so is another one of the language; now and then a number comes in.
				part += `${sentence.map((word) => (random(2) === 0 ? words[language]![random(words[language]!.length)] : word)).join(' ')} `;
				if (random(4) === 0) part += `${random(10_000)} `;
			}
			part = `${part.trimEnd()}.\n\n`;
		}
		parts.push(part);
		size += Buffer.byteLength(part);
	}
	return `${parts.join('').trimEnd()}.`;
}
