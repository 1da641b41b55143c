# The hard strings on which tokenizers are compared with their originals: every script, and everything that splits differently.
# Used by make_tokenizers.py; a plain list, so that a failing string can be found by its index.


def hard_strings():
    s = []
    add = s.append

    # Nothing, and almost nothing.
    s += ["", " ", "  ", "   ", "\t", "\n", "\r", "\r\n", "\n\n", " \n", "\n ", "\t\n \r\n", "a", "A", "0", ".", "é", "한", "中", "😀"]
    # Spaces: where they stand, how many, which.
    s += [" a", "a ", " a ", "a  b", "a   b", "  a  b  ", "a\tb", "a\t\tb", "a\n\nb", "a \n b", "a\r\nb", "a\r\n\r\nb\r", " \t a", "a \t "]
    s += ["hello world", " hello world", "hello  world ", "Hello\tWorld\n", "Hello,\n  World!\n\n\tBye  "]
    s += [f"a{c}b" for c in "\u0085\u00a0\u1680\u2000\u2003\u2007\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u2060\u180e"]
    s += ["\ufeffstart", "end\ufeff", "\u0085", "\u0085\u0085a", "\u3000全角\u3000空白\u3000", "a\u00a0\u00a0b", "\u2003 mixed \u3000\t\u00a0 spaces \u2028 here\u2029"]
    s += [" " * n + "x" for n in (3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 64)] + ["x" + " " * 40, "\n" * 9 + "x", "\t" * 5 + "x" + "\t" * 5, " \n" * 6]
    # Control characters.
    s += ["a\x00b", "\x00", "\x01\x02\x03", "\x07bell\x08", "\x0b\x0c", "\x1b[31mred\x1b[0m", "del\x7fdel", "\x80\x9f", "soft\u00adhyphen", "a\u200eb\u200fc\u202ad\u202ce"]
    # English: contractions in every case, apostrophes of three kinds.
    s += ["I'm you're he'll she'd we've it's don't can't", "I'M YOU'RE HE'LL SHE'D WE'VE IT'S DON'T", "I'm'm 's's 'Sx 'LLama 'Rest 'vest 'D", "'s 't 're 've 'm 'll 'd", " 's 'S", "rock 'n' roll 'em", "I’m you’re it’s", "‘quoted’ “double” «guillemets» „low“", "o'clock O'Neil d'été l'homme", "'", "''", "''''s", "'ſ K's ſ 'ſs"]
    s += ["The quick brown fox jumps over the lazy dog.", "THE QUICK BROWN FOX", "tHe QuIcK bRoWn", "antidisestablishmentarianism", "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis", "HTTPServerError2xx parseXMLHttpRequest snake_case_name kebab-case-name", "e.g. i.e. U.S.A. Ph.D. a.m.", "Mr. & Mrs. O’Hara—née Smith—live at 221B, Baker St."]
    # Numbers and digits of other scripts.
    s += ["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678901234567890", "0.1 1,000 1.000,00 1e10 -5 +5 ±5", "3.14159 2.71828", "1/2 ½ ⅓ ¾ x² y³ H₂O 10⁻⁶", "Ⅷ ⅷ ① ⑳ ㊿ 🄋", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳", "०१२३४५", "০১২৩", "๐๑๒๓๔", "０１２３４５", "一二三四五六七八九十百千万", "𝟎𝟏𝟐 𝟘𝟙𝟚", "1a2b3c a1b22c333", "0x1F 0b1010 1_000_000", "12:34:56 2026-11-24T02:00:00Z", "192.168.0.1 ::1", "1st 2nd 3rd 4th", "$1,234.56 €5 ¥100 ₩1000 ₹99", "100% 50‰", "1 2 3 4 5", "111 1111 11111 111111", "a 1 b 22 c 333 d 4444"]
    # Punctuation and symbols.
    s += ["!", "!!", "!!!", "?!?!", "...", "…", "--", "---", "—", "–", "()", "[]", "{}", "<>", "(a)", "[b]", "{c}", "<d>", "a,b;c:d", "a , b ; c : d", "a.b.c", "#hash @at &amp; *star* _under_ ~tilde~ `tick` |pipe| \\back\\ /slash/ ^caret^", "=== !== >= <= -> => ++ -- && || ?? ?.", "================================", "--------", "########", "........", "http://example.com/path?query=1&b=2#frag", "user.name+tag@example.co.uk", "C:\\Windows\\System32", "/usr/local/bin", "$HOME ${VAR} %PATH%", "© ® ™ § ¶ † ‡ • ‣ ◦", "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α ∧ ¬β = ¬(¬α ∨ β)", "← ↑ → ↓ ⇒ ⇔ ∑ ∏ ∫ √ ∞ ≈ ≠ ≤ ≥", "░▒▓█▀▄■□▪▫", "♠♣♥♦ ♔♕♖ ☀☁☂", "、。「」『』【】〜・", "，．！？；：（）", "؟ ، ؛ ۔", "। ॥", "¿Qué? ¡Sí!", "a$b+c<d=e>f^g`h|i~j", "$ + < = > ^ ` | ~", "$$$ +++ <<< === >>> ^^^ ``` ||| ~~~"]
    # Latin with diacritics, composed and not, and other Latin.
    s += ["café", "cafe\u0301", "naïve résumé coöperate", "nai\u0308ve re\u0301sume\u0301", "Ångström A\u030angstro\u0308m Å", "ñ n\u0303", "Việt Nam Tiếng Việt", "Tie\u0302\u0301ng Vie\u0323\u0302t", "Straße STRASSE ẞ", "İstanbul Iğdır ısı", "ŁÓDŹ łódź Žluťoučký kůň", "ǅ ǈ ǋ Ǆ", "ﬁ ﬂ ﬃ ﬅ ĳ Ĳ", "Ⓐⓑⓒ ⓐ", "ＦＵＬＬ　ｗｉｄｔｈ", "ﾊﾝｶｸ ｶﾞｷﾞ", "ªº ʰʲ ᴬᴮ", "ſ long ſ", "ǆ DŽ", "Z̷̢a̶l̸g̵ò̴", "a" + "\u0301" * 20, "\u0301", "\u0301a", " \u0301", "e\u0301\u0323\u0307", "\u0344 \u0340\u0341", "Ω Ω K K Å"]
    # Greek, Cyrillic, Armenian, Georgian.
    s += ["Ελληνικά ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ ᾳ ᾼ", "Σίσυφος ΣΊΣΥΦΟΣ Σ", "ἀρχὴ ᾠδή ῥ", "Привет, мир! Ёлка ёлка е\u0308", "ПРИВЕТ съешь же ещё этих мягких французских булок", "Київ Їжак Ґанок ў Ў", "Йй И\u0306и\u0306", "Հայերեն ԲԱՐԵՎ և", "ქართული ᲥᲐᲠᲗᲣᲚᲘ", "Ѳ ѳ Ѵ ѵ Ꙗ"]
    # Hebrew, Arabic, Persian, Urdu, Syriac, right to left and mixed.
    s += ["שלום עולם", "שָׁלוֹם", "עִבְרִית with English באמצע", "مرحبا بالعالم", "السَّلَامُ عَلَيْكُمْ", "العربية ١٢٣ English", "ـــتطويلـــ", "فارسی می‌خواهم", "اردو ہے", "ܫܠܡܐ", "ﷺ ﷲ ﻻ ﺍﻟ", "لا إله إلا الله", "\u202eRTL override\u202c", "\u2067isolate\u2069", "ދިވެހި"]
    # Scripts of South and South-East Asia.
    s += ["नमस्ते दुनिया", "हिन्दी क्षत्रिय ज्ञान श्री", "क्‍ष क्‌ष", "বাংলা ক্ষ", "ਪੰਜਾਬੀ", "ગુજરાતી", "ଓଡ଼ିଆ", "தமிழ் க்ஷ", "తెలుగు", "ಕನ್ನಡ", "മലയാളം ന്‍", "සිංහල ශ්‍රී", "สวัสดีชาวโลก ภาษาไทย", "กำลัง น้ำ", "ສະບາຍດີ", "မြန်မာဘာသာ", "ភាសាខ្មែរ", "བོད་སྐད།", "ꦗꦮ", "ᬩᬮᬶ", "ᜊᜌ᜔ᜊᜌᜒᜈ᜔"]
    # Han, Kana, Hangul.
    s += ["你好，世界！", "我爱北京天安门", "繁體中文 簡体中文", "日本語の文章です。", "こんにちは世界", "カタカナ ﾊﾝｶｸ ひらがな", "がぎぐげご か\u3099き\u3099", "東京都は日本の首都である。", "㈱ ㍻ ㌔ ㎏ ㏒", "〇々〆ヶ", "𠮷野家 𩸽 𪚲", "葛󠄀城 辻󠄁", "안녕하세요 세계", "한국어 문장입니다.", "나는 너를 정말 사랑해.", "가각갂 힣 뷁 똠", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "ㄱㄴㄷ ㅏㅑ ㅋㅋㅋㅋ ㅠㅠ", "한글과English를 섞어서 123쓰기", "ㅎㅏㄴ 한\u11ab", "ꥠ ힰ", "bopomofo ㄅㄆㄇ", "ꀀꀁ 彝文", "我", "我我我我我我我我", "字" * 30, "漢字かな交じり文ＡＢＣ１２３"]
    # Other scripts.
    s += ["አማርኛ ሰላም", "ᏣᎳᎩ ꮳꮃꭹ", "ᐃᓄᒃᑎᑐᑦ", "ᚠᚢᚦᚨᚱᚲ", "ᚁᚂᚃ ᚄ", "ⴰⵎⴰⵣⵉⵖ", "ᠮᠣᠩᠭᠣᠯ", "𐌰𐌱𐌲", "𓀀𓁹", "𒀀𒀁", "𝒜𝓁𝓅𝒽𝒶 𝔉𝔯𝔞𝔨 𝕯", "ߒߞߏ", "𞤀𞤣𞤤𞤢𞤥", "꧁༺༻꧂", "⠃⠗⠁⠊⠇⠇⠑"]
    # Emoji: skin, joiners, flags, keycaps, variation selectors, tags.
    s += ["😀😃😄", "👍👍🏽👍🏿", "👩‍👩‍👧‍👦", "👨🏽‍🚀", "🏳️‍🌈🏴‍☠️", "🇰🇷🇯🇵🇨🇳🇺🇸", "🇰", "1️⃣ 2️⃣ #️⃣", "❤ ❤️ ❤︎", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️☹︎", "🤷‍♂️🤦🏼‍♀️", "🚀 (normal) 😶‍🌫️ (multiple emojis concatenated) ✅ 🦙🦙", "text😀text 😀 text", "🫠🫶🏻🪿", "\u200d\u200d", "a\u200db", "👩\u200d", "\ufe0f"]
    # Unassigned and private code points, non-characters, the last ones of planes.
    s += ["\u0378", "\u0380a\u03a2", "\ue000\uf8ff", "\U000e0001\U000e0020", "\ufffe\uffff", "\U0001fffe", "\U0010ffff", "\U000f0000x", "\ufffd", "a\ufffdb\ufffd\ufffd", "\u2fe0\u31f0", "\U0001e000\U0002fa1f\U00030000"]
    # Text that looks like tokens, flags and markup of other models.
    s += ["<s>", "</s>", "<unk>", "<pad>", "<s>hello</s>", "<|endoftext|>", "a<|endoftext|>b", "<|im_start|>user\nhi<|im_end|>", "[CLS] a [SEP]", "[UNK] [PAD] [MASK]", "<|begin_of_text|>", "<bos><eos>", "<0x0A>", "<0xE2><0x96><0x81>", "▁", "▁▁a▁b", " ▁ ", "##ing ##", "Ġhello Ċ", "ĠĠ", "Ã©", "<extra_id_0>", "[INST] x [/INST]", "<start_of_turn>", "<mask>", "</w>", "@@"]
    # Code and markup.
    s += ["def f(x):\n    return x ** 2  # square\n", "for (let i = 0; i < n; i++) {\n\tsum += a[i];\n}\n", "SELECT * FROM t WHERE a = 'b' AND c <> \"d\";", "<html>\n  <body class=\"x\">&nbsp;</body>\n</html>", "{\"a\": [1, 2.5, null, true], \"b\": {}}", "if(!x)return;//done", "std::vector<std::pair<int,int>> v{{1,2},{3,4}};", "\\frac{1}{2} \\alpha_{i}^{2}", "fn main() { println!(\"{:?}\", vec![1u8; 3]); }", "#!/bin/sh\nset -eu\nexec \"$@\"\n", "x=1;y=2;z=x+y", "const 값 = '문자열'; // 주석", "\t\t\tif True:\n\t\t\t\tpass", "@@ -1,3 +1,4 @@\n-old\n+new"]
    # Very long words, runs and alternations.
    s += ["a" * 99, "a" * 100, "a" * 101, "ab" * 150, "x" * 257, "1" * 100, "." * 100, "é" * 60, "한" * 60, "😀" * 30, "aA" * 40, "a1" * 40, "a " * 60, "a.b." * 30, "ا" * 50, "ก" * 50, "word" * 40 + "!", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"]
    # Real sentences in several scripts at once.
    s += ["I love you so much. 나는 너를 정말 사랑해. あなたをとても愛しています。我非常爱你。", "Привет مرحبا नमस्ते สวัสดี 你好 こんにちは 안녕하세요 Hello!", "2026년 11월 24일 화요일 오전 2시, 서울시 종로구 1-2번지", "価格は¥1,234（税込）です！", "A–B 中—文 «да» “nein”", "email: 김철수@example.한국, tel: +82-2-1234-5678", "Tokyo（東京）は 35°41′N 139°41′E に位置する。", "x²+y²=z² ⇒ (3,4,5)", "5µm 5μm ΔT=10℃ 10°C", "№ 5 ℡ ㏂"]
    return s
