# Asks the reference libraries how they class each of the 1,112,064 characters; make_unicode_tables.ts compares that with JavaScript's Unicode.
#
#   python scripts/reference/make_unicode_differences.py > classes.json
#   node scripts/reference/make_unicode_tables.ts classes.json > src/tokenizer/unicode/tables.ts

import json, sys

from tokenizers import normalizers as N, pre_tokenizers as P

CHARACTERS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def ranges(points):
    out = []
    for c in points:
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def where(test):
    return ranges(c for c in CHARACTERS if test(chr(c)))


def normalized(normalizer):
    return normalizer.normalize_str


bert = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
accents = normalized(N.BertNormalizer(**{**bert, "strip_accents": True}))
clean = normalized(N.BertNormalizer(**{**bert, "clean_text": True}))
marks = normalized(N.StripAccents())
nfd, nfkd = normalized(N.NFD()), normalized(N.NFKD())
punctuation, words, scripts = P.Punctuation().pre_tokenize_str, P.Whitespace().pre_tokenize_str, P.UnicodeScripts().pre_tokenize_str

json.dump({
    "nonspacing": where(lambda s: accents(s) == ""),
    "marks": where(lambda s: marks(s) == ""),
    "removed": where(lambda s: clean(s) == ""),
    "punctuation": where(lambda s: len(punctuation("a" + s + "a")) == 3),
    "word": where(lambda s: len(words("a" + s + "a")) == 1),
    # No script of its own: it begins no piece after Latin, nor after Common.
    "scriptless": where(lambda s: len(scripts("a" + s)) == 1 and len(scripts("1" + s)) == 1),
    # Moves in canonical order: past a mark of class 240, or before one of class 1.
    "moves": where(lambda s: nfd("a\u0345" + s) != "a\u0345" + s or nfd("a" + s + "\u0334") != "a" + s + "\u0334"),
    "nfkd": {c: n for c in CHARACTERS if (n := nfkd(chr(c))) != chr(c)},
}, sys.stdout)
