"""General categories of every code point, as Hugging Face tokenizers' regex engine (Oniguruma) sees them -> src/tokenizer/unicode/data.ts.

Tokenizers are defined by their engine's Unicode version (16.0 in tokenizers 0.22-0.23 and tiktoken 0.9-0.14), not by the JavaScript engine's.
Usage: python scripts/reference/make_unicode.py > src/tokenizer/unicode/data.ts
"""
import base64
import tokenizers
from tokenizers import Regex, pre_tokenizers

CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"]
points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
text = "".join(map(chr, points))
category = bytearray(0x110000)  # 0: everything else (separators, controls, unassigned)
for number, name in enumerate(CATEGORIES, 1):
    split = pre_tokenizers.Split(Regex(rf"\p{{{name}}}+"), "removed")
    kept = 0
    for piece, (start, end) in split.pre_tokenize_str(text):
        for i in range(kept, start):
            category[points[i]] = number
        kept = end
    for i in range(kept, len(points)):
        category[points[i]] = number

runs = bytearray()
at = 0
while at < 0x110000:
    end = at
    while end < 0x110000 and category[end] == category[at]:
        end += 1
    length = end - at
    while length >= 0x80:
        runs.append(0x80 | length & 0x7F)
        length >>= 7
    runs.append(length)
    runs.append(category[at])
    at = end

print(f"// Made by scripts/reference/make_unicode.py from the regex engine of tokenizers {tokenizers.__version__}. Do not edit.")
print("// General categories of Unicode 16: runs of (length as LEB128, index into CATEGORIES), base64.\n")
print("/** 'Other' stands for separators, controls and what is not assigned. */")
print("export const CATEGORIES = [\n" + "".join(f"\t'{n}',\n" for n in ["Other", *CATEGORIES]) + "] as const;\n")
print(f"export const CATEGORY_RUNS =\n\t'{base64.b64encode(bytes(runs)).decode()}';")
