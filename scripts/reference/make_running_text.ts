// Writes test/fixtures/tokenizer/running.txt: about 120 kB of running text in ten languages, emoji and code, one paragraph a line.
// Own sentences, woven with names of regions, languages and currencies, dates and units from the runtime's CLDR (Unicode licence).
// Run once and kept: another ICU gives other names. node scripts/reference/make_running_text.ts > test/fixtures/tokenizer/running.txt

interface Language {
	readonly tag: string;
	/** Sentences with {region}, {other}, {language}, {currency}, {date}, {number}, {unit}, {list} to fill in. */
	readonly frames: readonly string[];
	readonly prose: readonly string[];
}

const LANGUAGES: readonly Language[] = [
	{
		tag: 'ko',
		prose: [
			'통사는 사람의 말과 모델의 말 사이에 서 있는 통역관이다. 사람은 문자열로 말하고 언어 모델은 벡터로 말한다.',
			'나는 너를 정말 사랑해. 그래서 오늘도 아침 일찍 일어나 따뜻한 밥을 짓고, 창밖에 내리는 눈을 한참 바라보았다.',
			'할머니께서는 늘 “천 리 길도 한 걸음부터”라고 말씀하셨는데, 이제야 그 뜻을 조금 알 것 같다ㅎㅎ.',
			'비가 오는 날이면 부침개에 막걸리가 생각난다. 값이 올랐어도 어쩔 수 없지 뭐ㅠㅠ 그치?',
			'훈민정음은 1443년에 만들어져 1446년에 반포되었으며, 닿소리 17자와 홀소리 11자로 이루어져 있었다.',
			'토큰화란 문장을 작은 조각으로 나누는 일이다; 같은 문장이라도 모델마다 나누는 방식이 다르고, 길이도 다르다.',
			'“괜찮아?” 하고 묻자 그는 고개를 끄덕이며 “응, 괜찮아. 조금 놀랐을 뿐이야.”라고 대답했다.',
			'삯일꾼이 닭을 쫓다가 흙더미에 넘어져 무릎이 까졌다. 옆집 아주머니가 뛰어나와 약을 발라 주셨다.',
		],
		frames: [
			'{date}에 {region}에서 {other}(으)로 가는 비행기를 탔는데, 요금은 {number} {currency}였다.',
			'{region}에서는 {language}를 쓰고, {other}에서는 다른 말을 쓴다. 거리는 약 {unit}이다.',
			'그 책은 {language}로 쓰여 있고 {list} 등에서 팔린다.',
		],
	},
	{
		tag: 'ja',
		prose: [
			'通詞とは、人の言葉とモデルの言葉のあいだに立つ通訳である。人は文字列で話し、言語モデルはベクトルで話す。',
			'あなたをとても愛しています。だから今朝も早く起きて、温かいご飯を炊き、窓の外の雪をしばらく眺めていました。',
			'祖母はいつも「千里の道も一歩から」と言っていたが、ようやくその意味が少し分かってきた気がする。',
			'コンピューターのプログラムを書くのは、パズルを解くようなものだ。ﾊﾝｶｸｶﾅも、ＡＢＣも、㈱も混ざってくる。',
			'「大丈夫？」と聞くと、彼はうなずいて「うん、ちょっと驚いただけ」と答えた……。',
			'いろはにほへと　ちりぬるを　わかよたれそ　つねならむ　うゐのおくやま　けふこえて',
			'吾輩の家の猫は、毎朝六時半になると必ず私の枕元に来て、ニャーニャーと鳴くのである。',
		],
		frames: [
			'{date}、{region}から{other}へ向かう飛行機に乗った。運賃は{number}{currency}だった。',
			'{region}では{language}が話され、{other}では別の言葉が使われている。距離はおよそ{unit}である。',
			'その本は{language}で書かれ、{list}などで売られている。',
		],
	},
	{
		tag: 'zh',
		prose: [
			'通事是站在人的语言与模型的语言之间的翻译。人用字符串说话，语言模型用向量说话。',
			'我非常爱你。所以今天我又起得很早，煮了热腾腾的米饭，望着窗外的雪看了许久。',
			'祖母常说“千里之行，始于足下”，直到现在我才略微明白其中的意思。',
			'分词就是把句子切成小块；同一句话在不同的模型里切法不同，长短也不同。',
			'“没事吧？”我问。他点点头说：“嗯，没事，只是有点儿吃惊。”',
			'天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。寒來暑往，秋收冬藏。閏餘成歲，律呂調陽。',
			'他在市场上买了三斤苹果、两斤橘子和一条鲜鱼，一共花了五十八块六毛钱。',
		],
		frames: [
			'{date}，我从{region}飞往{other}，机票花了{number}{currency}。',
			'在{region}，人们说{language}；在{other}，人们说另一种语言。两地相距大约{unit}。',
			'这本书是用{language}写的，在{list}等地出售。',
		],
	},
	{
		tag: 'en',
		prose: [
			"An interpreter stands between people and language models. People speak in strings; a model speaks in vectors, and it doesn't mind.",
			"I love you so much. That's why I got up early again, cooked warm rice and watched the snow outside for a good long while.",
			"“Are you all right?” she asked; he nodded—slowly—and said, “Yes, I'm fine, just a little startled.”",
			"Tokenization isn't magic: the same sentence is cut differently by every model, and it costs 3, 13 or 33 tokens depending on who's counting.",
			"We'll see whether they've fixed it; I'd bet they haven't. IT'S NOT MY FAULT, you know, and it wasn't O'Brien's either.",
			'The 2017 paper used 8 heads, 512 dimensions and about 37,000 shared tokens; by 2024 a vocabulary of 262,144 was nothing unusual.',
			'See https://example.org/docs/intro.html?lang=en&v=1.2.3#top, or write to jane.doe+news@example.co.uk before 5 p.m. (UTC+09:00).',
		],
		frames: [
			'On {date} I flew from {region} to {other}; the ticket cost {number} in {currency}.',
			"People in {region} speak {language}, those in {other} don't, and the distance is roughly {unit}.",
			'The book was written in {language} and is sold in {list}.',
		],
	},
	{
		tag: 'ar',
		prose: [
			'الترجمان هو الذي يقف بين لغة الناس ولغة النماذج؛ فالناس يتكلمون بالحروف، والنموذج يتكلم بالمتجهات.',
			'أحبك كثيرًا جدًا، ولذلك استيقظت اليوم باكرًا وطبخت الأرز ونظرت طويلًا إلى الثلج خارج النافذة.',
			'كانت جدتي تقول دائمًا: «رحلة الألف ميل تبدأ بخطوة»، والآن فقط بدأت أفهم ما كانت تعنيه.',
			'هل أنت بخير؟ سألته، فهزّ رأسه وقال: نعم، أنا بخير، لقد فوجئت قليلًا فحسب!',
			'بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ، وَالسَّلَامُ عَلَيْكُمْ وَرَحْمَةُ ٱللَّهِ وَبَرَكَاتُهُ.',
		],
		frames: [
			'في {date} سافرت من {region} إلى {other}، وكان ثمن التذكرة {number} {currency}.',
			'يتكلم الناس في {region} {language}، أما في {other} فلا، والمسافة نحو {unit}.',
			'كُتب هذا الكتاب بـ{language} ويُباع في {list}.',
		],
	},
	{
		tag: 'ru',
		prose: [
			'Толмач стоит между языком людей и языком моделей: люди говорят строками, а модель говорит векторами.',
			'Я очень тебя люблю. Поэтому сегодня я снова встал пораньше, сварил рис и долго смотрел на снег за окном.',
			'Бабушка всегда говорила: «Дорога в тысячу вёрст начинается с первого шага», — и теперь я её понимаю.',
			'Съешь же ещё этих мягких французских булок, да выпей чаю! ЁЖИК В ТУМАНЕ — мой любимый мультфильм.',
			'— Ты в порядке? — спросила она. Он кивнул: «Да, всё хорошо, просто немного испугался…»',
		],
		frames: [
			'{date} я летел из страны {region} в страну {other}; билет стоил {number} ({currency}).',
			'В стране {region} говорят на языке «{language}», а в стране {other} — нет; расстояние примерно {unit}.',
			'Книга написана на языке «{language}» и продаётся в странах: {list}.',
		],
	},
	{
		tag: 'hi',
		prose: [
			'दुभाषिया लोगों की भाषा और मॉडल की भाषा के बीच खड़ा होता है: लोग शब्दों में बोलते हैं और मॉडल सदिशों में।',
			'मैं तुमसे बहुत प्यार करता हूँ। इसलिए आज भी मैं जल्दी उठा, गरम चावल पकाए और देर तक खिड़की के बाहर बर्फ़ देखता रहा।',
			'दादी हमेशा कहती थीं, “हज़ार मील का सफ़र एक क़दम से शुरू होता है” — अब मुझे इसका अर्थ समझ में आया।',
			'क्या तुम ठीक हो? उसने पूछा। मैंने सिर हिलाकर कहा, “हाँ, ठीक हूँ, बस थोड़ा चौंक गया था।”',
			'श्रीमान् ज्ञानेश्वर ने विद्यार्थियों को संस्कृत के श्लोक और गणित के प्रश्न १२३४५ बार समझाए।',
		],
		frames: [
			'{date} को मैं {region} से {other} गया; टिकट का दाम {number} {currency} था।',
			'{region} में लोग {language} बोलते हैं, {other} में नहीं; दूरी लगभग {unit} है।',
			'यह किताब {language} में लिखी गई है और {list} में बिकती है।',
		],
	},
	{
		tag: 'th',
		prose: [
			'ล่ามยืนอยู่ระหว่างภาษาของคนกับภาษาของแบบจำลอง คนพูดด้วยตัวอักษร ส่วนแบบจำลองพูดด้วยเวกเตอร์',
			'ฉันรักเธอมาก ดังนั้นวันนี้ฉันจึงตื่นแต่เช้า หุงข้าวร้อนๆ แล้วนั่งมองหิมะนอกหน้าต่างอยู่นาน',
			'คุณยายมักพูดว่า “หนทางพันลี้เริ่มต้นที่ก้าวแรก” ตอนนี้ฉันเพิ่งเข้าใจความหมายของมัน',
			'เป็นอะไรไหม เธอถาม เขาพยักหน้าแล้วตอบว่า ไม่เป็นไร แค่ตกใจนิดหน่อยเท่านั้นเอง ๕๕๕',
			'น้ำแข็งกำลังละลาย ผู้ใหญ่บ้านจึงเรียกประชุมชาวบ้านที่ศาลาวัดตอนเย็นวันศุกร์',
		],
		frames: [
			'เมื่อ{date} ฉันบินจาก{region}ไป{other} ค่าตั๋ว {number} {currency}',
			'คนใน{region}พูด{language} แต่คนใน{other}ไม่พูด ระยะทางประมาณ {unit}',
			'หนังสือเล่มนี้เขียนเป็น{language}และขายใน{list}',
		],
	},
];

const EMOJI =
	'Good morning ☀️ have a nice day 😊👍🏽 | 생일 축하해 🎂🎉🥳 사랑해 ❤️‍🔥💕 | お疲れさま🍵🍡🗻🎏 | 👩‍💻👨🏿‍🚀🧑‍🌾👩‍👩‍👧‍👦👨‍👨‍👦 | 🇰🇷🇯🇵🇨🇳🇺🇸🇫🇷🇧🇷🇿🇦🇺🇦 | 1️⃣2️⃣3️⃣#️⃣*️⃣ | 🏴󠁧󠁢󠁳󠁣󠁴󠁿🏳️‍⚧️🏴‍☠️ | 🫱🏻‍🫲🏿🤌🏾🫶 | ♟️☎️✈️⚠️‼️⁉️ | 😀😃😄😁😆😅🤣😂🙂🙃🫠😉😇🥰😍🤩😘 | 🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🙈🙉🙊 | 🍎🍐🍊🍋🍌🍉🍇🍓🫐🍈🍒🍑🥭🍍🥥🥝🍅🍆🥑 | ⚽🏀🏈⚾🥎🎾🏐🏉🥏🎱🪀🏓🏸 | 🚗🚕🚙🚌🚎🏎️🚓🚑🚒🚐🛻🚚🚛🚜 | 🌍🌎🌏🌐🗺️🧭🏔️⛰️🌋🗻🏕️🏖️🏜️';

const CODE = [
	"import { openModel } from 'tongsa';\\n\\nconst model = await openModel('smollm2');\\nconst { ids, offsets } = model.tokenizer.encode('I love you so much.', { offsets: true });\\nfor (let i = 0; i < ids.length; i++) {\\n\\tconsole.log(ids[i], offsets?.[2 * i], offsets?.[2 * i + 1]);\\n}\\n",
	'def softmax(x, axis=-1):\\n    """Numerically stable softmax."""\\n    x = x - x.max(axis=axis, keepdims=True)\\n    e = np.exp(x)\\n    return e / e.sum(axis=axis, keepdims=True)\\n\\n\\nif __name__ == "__main__":\\n    print(softmax(np.array([1.0, 2.0, 3.0])))  # [0.09 0.24 0.67]\\n',
	'#include <stdio.h>\\n#include <stdlib.h>\\n\\nint main(int argc, char **argv) {\\n    if (argc < 2) { fprintf(stderr, "usage: %s FILE\\\\n", argv[0]); return EXIT_FAILURE; }\\n    FILE *f = fopen(argv[1], "rb");\\n    size_t n = 0, total = 0; char buf[4096];\\n    while ((n = fread(buf, 1, sizeof buf, f)) > 0) total += n;\\n    printf("%zu bytes\\\\n", total);\\n    return 0;\\n}\\n',
	'pub fn dot(a: &[f32], b: &[f32]) -> f32 {\\n    assert_eq!(a.len(), b.len());\\n    a.iter().zip(b).map(|(x, y)| x * y).sum()\\n}\\n\\n#[test]\\nfn dot_of_units() { assert!((dot(&[1.0, 0.0], &[0.0, 1.0])).abs() < f32::EPSILON); }\\n',
	"SELECT u.name, COUNT(*) AS n, SUM(o.total) / 100.0 AS amount\\n  FROM users u LEFT JOIN orders o ON o.user_id = u.id\\n WHERE u.created_at >= '2026-01-01' AND u.email NOT LIKE '%@example.com'\\n GROUP BY 1 HAVING COUNT(*) > 3 ORDER BY 2 DESC LIMIT 10;\\n",
	'<!doctype html>\\n<html lang="ko">\\n  <head><meta charset="utf-8"><title>통사</title></head>\\n  <body class="a b-c" data-x="1">\\n    <p>5 &lt; 6 &amp;&amp; 7 &gt; 6</p>\\n    <!-- 주석 -->\\n  </body>\\n</html>\\n',
	'{"name":"tongsa","version":"0.1.0","tags":["tokenizer","gguf",null,true,-1.5e-3],"nested":{"a":{"b":{"c":[[],{},""]}}}}',
	'$ git log --oneline --graph --all | head -n 20 && grep -rn "TODO" src/ | sed -e "s/:.*//" | sort -u | xargs wc -l\\n',
];

/** A small generator with a fixed seed, so that the text does not change from run to run. Numerical Recipes' LCG. */
let seed = 20261124;
const random = (n: number): number => {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor((seed / 2 ** 32) * n);
};
const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const regions = [...letters].flatMap((a) => [...letters].map((b) => a + b));
const languages = regions.map((code) => code.toLowerCase());
const currencies = Intl.supportedValuesOf('currency');
const units = Intl.supportedValuesOf('unit');

function paragraphs({ tag, frames, prose }: Language): string[] {
	const names = (type: 'region' | 'language' | 'currency', codes: readonly string[]): string[] => {
		const display = new Intl.DisplayNames(tag, { type, fallback: 'none' });
		return codes.map((code) => display.of(code)).filter((name): name is string => name !== undefined);
	};
	const region = names('region', regions);
	const language = names('language', languages);
	const currency = names('currency', currencies);
	const date = new Intl.DateTimeFormat(tag, { dateStyle: 'full', timeZone: 'UTC' });
	const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 });
	const list = new Intl.ListFormat(tag);
	const fill = (frame: string): string =>
		frame.replace(/\{(\w+)\}/g, (_, key: string) => {
			switch (key) {
				case 'date':
					return date.format(random(2 ** 31) * 1000);
				case 'number':
					return number.format(random(10_000_000) / 100);
				case 'unit':
					return new Intl.NumberFormat(tag, { style: 'unit', unit: pick(units), unitDisplay: 'long' }).format(random(10_000));
				case 'list':
					return list.format([pick(region), pick(region), pick(region), pick(region)]);
				case 'language':
					return pick(language);
				case 'currency':
					return pick(currency);
				default:
					return pick(region);
			}
		});
	const lines: string[] = [];
	let bytes = 0;
	// About 12 kB a language: a sentence of prose, then three woven ones, in turn.
	for (let i = 0; bytes < 12_000; i++) {
		const line = [prose[i % prose.length]!, ...frames.map(fill)].join(' ');
		lines.push(line);
		bytes += new TextEncoder().encode(line).length;
	}
	return lines;
}

const code = CODE.map((line) => line.replaceAll('\\n', '\n').replaceAll('\\\n', '\\n').replaceAll('\\t', '\t'));
// One record a line: JSON strings, so that code keeps its own line ends.
const records = [...LANGUAGES.flatMap(paragraphs), ...EMOJI.split(' | '), EMOJI, ...code, code.join('\n')];
console.log(records.map((record) => JSON.stringify(record)).join('\n'));
