# Draws random tokenizers beyond the fixtures', and writes what the original implementations make of hard and of random strings.
# Originals: Hugging Face tokenizers, sentencepiece, transformers' own classes for folders without a tokenizer.json.
# Run: python sweep_tokenizers.py OUT_FOLDER [json|spm|folders…] [--draws N] [--seed S], or OUT_FOLDER --vocabularies FOLDER, then
#      node --conditions=tongsa-source scripts/sweep-tokenizers.ts OUT_FOLDER
"""OUT/<kind>-<n>/: the tokenizer's files and expected.json: {texts, plain, flags, parsed, decoded, skipped, offsets}, a list each, null where
the original gives an error. plain: special text as text, no flags; flags: with the flags; parsed: special text parsed, no flags."""

import argparse
import json
import random
import shutil
import traceback
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders as D, models as M, normalizers as N, pre_tokenizers as P, processors, trainers

import make_tokenizers as made
from tokenizer_strings import hard_strings

# Ranges that tokenizers treat unlike each other, and what stands at their borders.
RANGES = [(0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0x61, 0x7A), (0x30, 0x39), (0x00, 0x1F), (0x7F, 0xA0), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0xF00, 0xFFF),
          (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x20CF), (0x20D0, 0x20FF), (0x2100, 0x218F), (0x2460, 0x24FF), (0x2600, 0x27BF), (0x3000, 0x303F), (0x3040, 0x30FF), (0x3130, 0x318F), (0x4E00, 0x9FFF), (0xA000, 0xA4CF),
          (0xAC00, 0xD7A3), (0xD7B0, 0xD7FF), (0xE000, 0xE0FF), (0xF900, 0xFAFF), (0xFB00, 0xFB4F), (0xFB50, 0xFDFF), (0xFE00, 0xFE0F), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF), (0xFFF0, 0xFFFF), (0x10000, 0x1007F), (0x10330, 0x1034F), (0x1D400, 0x1D7FF), (0x1E900, 0x1E95F),
          (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F64F), (0x1F3FB, 0x1F3FF), (0x1F900, 0x1F9FF), (0x20000, 0x200FF), (0x2B740, 0x2B920), (0x2F800, 0x2FA1F), (0xE0020, 0xE007F), (0x10FF00, 0x10FFFF)]
SCRAPS = ["\u200d", "\ufe0f", "\u0301", "\u0327", " ", "  ", "\t", "\n", "\r\n", "\u3000", "\u00a0", "▁", "Ġ", "</w>", "##", "<s>", "</s>", "<unk>", "[SEP]", "<0x41>", "'s", "n't", "123", "ß", "İ", "Σ", "ﬁ", "한", "각", "e\u0301", "가\u11a8", "日本", "love", "the", "hello", " world", "fox"]


def random_string(r):
    out = []
    for _ in range(r.choice([1, 2, 3, 5, 8, 13, 30])):
        if r.random() < 0.35:
            out.append(r.choice(SCRAPS))
            continue
        a, b = r.choice(RANGES)
        out.append("".join(chr(r.choice([a, b, r.randint(a, b), r.randint(a, b)])) for _ in range(r.choice([1, 1, 2, 4]))))
    return "".join(out)


def texts(r, count):
    hard = hard_strings()
    return r.sample(hard, min(len(hard), count)) + [random_string(r) for _ in range(count)]


# ---------------------------------------------------------------------------------------------- Hugging Face

def flag(r, p=0.5):
    return r.random() < p


def normalizer(r, depth=0):
    pick = r.choice(["none", "none", "nfc", "nfkc", "nfd", "nfkd", "lower", "strip", "accents", "nmt", "replace", "regex", "prepend", "bert", "precompiled", "bytes", "sequence", "sequence"] if depth == 0 else ["nfc", "nfkc", "nfd", "lower", "strip", "accents", "nmt", "replace", "regex", "prepend", "bert", "precompiled"])
    return {"none": lambda: None, "nfc": N.NFC, "nfkc": N.NFKC, "nfd": N.NFD, "nfkd": N.NFKD, "lower": N.Lowercase, "strip": lambda: N.Strip(left=flag(r), right=flag(r)), "accents": N.StripAccents, "nmt": N.Nmt,
            "replace": lambda: N.Replace(r.choice([" ", "a", "``", "한"]), r.choice(["▁", "", "xy", '"'])), "regex": lambda: N.Replace(Regex(r.choice([r"\s+", " {2,}", r"[^\w\s]", r"\d", r"(?i)LOVE", r"\p{Han}+", r"^\s", r"\s$", r"[가-힣]"])), r.choice([" ", "", "▁", "0"])),
            "prepend": lambda: N.Prepend(r.choice(["▁", " ", "x"])), "bert": lambda: N.BertNormalizer(flag(r), flag(r), r.choice([None, True, False]), flag(r)), "precompiled": lambda: N.Precompiled(made.charsmap(r.choice(["nmt_nfkc", "nfkc", "nfkc_cf", "nmt_nfkc_cf"]))),
            "bytes": N.ByteLevel, "sequence": lambda: N.Sequence([normalizer(r, 1) for _ in range(r.choice([0, 2, 3]))])}[pick]()


PATTERNS = [r"\s+", r"\w+|[^\w\s]+", r"\p{N}{1,3}", r" ?\p{L}+", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", r"[^(\s|[.,!?…。，、।۔،])]+", r"\p{Han}|\p{Hangul}+|\p{Hiragana}+", r"(?<=\s)\S", r"\b", r"[\r\n]+", r"[[:alpha:]]+",
            r"[^\s\p{L}\p{M}]+", r"\d(?=(?:\d{3})*\b)", r".", r"[A-Z][a-z]*", r"\S+\s?", r"\h+", r"\X", r"(?s).{1,4}", r"[\p{L}&&[^a-z]]+"]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]


def pre_tokenizer(r, kind, depth=0):
    names = ["none", "bytelevel", "bytelevel", "whitespace", "whitespacesplit", "bert", "metaspace", "metaspace", "digits", "punctuation", "split", "split", "delimiter", "scripts", "fixed", "sequence", "sequence"]
    pick = r.choice([n for n in names if depth == 0 or n not in ("none", "sequence")])
    return {"none": lambda: None, "bytelevel": lambda: P.ByteLevel(add_prefix_space=flag(r, 0.3), use_regex=flag(r, 0.7)), "whitespace": P.Whitespace, "whitespacesplit": P.WhitespaceSplit, "bert": P.BertPreTokenizer,
            "metaspace": lambda: P.Metaspace(r.choice(["▁", "▁", "_"]), r.choice(["always", "first", "never"]), split=flag(r, 0.7)), "digits": lambda: P.Digits(flag(r)), "punctuation": lambda: P.Punctuation(r.choice(BEHAVIORS)),
            "split": lambda: P.Split(r.choice([" ", "a", "--"]) if flag(r, 0.2) else Regex(r.choice(PATTERNS)), r.choice(BEHAVIORS), invert=flag(r, 0.3)), "delimiter": lambda: P.CharDelimiterSplit(r.choice([" ", "a", "-"])), "scripts": P.UnicodeScripts,
            "fixed": lambda: P.FixedLength(r.choice([1, 3, 7])), "sequence": lambda: P.Sequence([pre_tokenizer(r, kind, 1) for _ in range(r.choice([1, 2, 3]))])}[pick]()


def decoder(r, kind, depth=0):
    names = {"bpe": ["bytelevel", "bytelevel", "bpe", "fallback", "metaspace", "none", "sequence", "ctc"], "wordpiece": ["wordpiece", "wordpiece", "none", "sequence"], "unigram": ["metaspace", "metaspace", "fallback", "sequence", "none"], "wordlevel": ["none", "ctc", "metaspace", "wordpiece"]}[kind]
    pick = r.choice(names)
    step = lambda: r.choice([D.ByteFallback, D.Fuse, lambda: D.Strip(r.choice([" ", "a"]), r.randint(0, 2), r.randint(0, 2)), lambda: D.Replace(r.choice(["▁", "Ġ", "a"]), r.choice([" ", ""])), lambda: D.Metaspace("▁", r.choice(["always", "never", "first"])), D.ByteLevel, lambda: D.WordPiece("##", flag(r)), lambda: D.Replace(Regex(r"\s+"), " ")])()
    return {"bytelevel": D.ByteLevel, "bpe": lambda: D.BPEDecoder("</w>"), "fallback": lambda: D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]), "metaspace": lambda: D.Metaspace("▁", r.choice(["always", "first", "never"])), "none": lambda: None,
            "wordpiece": lambda: D.WordPiece("##", flag(r)), "ctc": lambda: D.CTC(r.choice(["<pad>", "a"]), r.choice(["|", " "]), flag(r)), "sequence": lambda: D.Sequence([step() for _ in range(r.randint(1, 4))])}[pick]()


def post_processor(r, depth=0):
    pick = r.choice(["none", "template", "template", "bert", "roberta", "bytelevel", "sequence"] if depth == 0 else ["template", "bert", "bytelevel"])
    return {"none": lambda: None, "template": lambda: processors.TemplateProcessing(single=r.choice(["<s> $A", "<s> $A </s>", "$A </s>", "$A", "<s> <s> $A </s> <s>", "$0 </s>:1"]), pair="<s> $A </s> $B", special_tokens=[("<s>", 1), ("</s>", 2)]),
            "bert": lambda: processors.BertProcessing(("</s>", 2), ("<s>", 1)), "roberta": lambda: processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=flag(r), add_prefix_space=flag(r)), "bytelevel": lambda: processors.ByteLevel(trim_offsets=flag(r)),
            "sequence": lambda: processors.Sequence([post_processor(r, 1) for _ in range(r.randint(1, 3))])}[pick]()


BYTES = [f"<0x{i:02X}>" for i in range(256)]


def draw(r):
    kind = r.choice(["bpe", "bpe", "bpe", "wordpiece", "unigram", "wordlevel"])
    fallback = flag(r, 0.4)
    special = ["<unk>", "<s>", "</s>", "<pad>", *(BYTES if fallback else [])]
    unk = None if kind == "bpe" and flag(r, 0.3) else "<unk>"
    prefix = "##" if kind == "wordpiece" or kind == "bpe" and flag(r, 0.2) else None
    suffix = "</w>" if kind == "bpe" and not prefix and flag(r, 0.25) else None
    if kind == "bpe":
        options = dict(unk_token=unk, fuse_unk=flag(r), byte_fallback=fallback, ignore_merges=flag(r, 0.3)) | ({"continuing_subword_prefix": prefix} if prefix else {}) | ({"end_of_word_suffix": suffix} if suffix else {})
        t = Tokenizer(M.BPE(**options))
        trainer = trainers.BpeTrainer(vocab_size=r.choice([350, 600, 900]) + len(special), show_progress=False, special_tokens=special, initial_alphabet=made.byte_vocab() if flag(r, 0.6) else [], **({"continuing_subword_prefix": prefix} if prefix else {}), **({"end_of_word_suffix": suffix} if suffix else {}))
    elif kind == "wordpiece":
        t = Tokenizer(M.WordPiece(unk_token="<unk>", max_input_chars_per_word=r.choice([100, 8])))
        trainer = trainers.WordPieceTrainer(vocab_size=r.choice([300, 600]), show_progress=False, special_tokens=special)
    elif kind == "unigram":
        t = Tokenizer(M.Unigram())
        trainer = trainers.UnigramTrainer(vocab_size=r.choice([200, 400]) + len(special), show_progress=False, special_tokens=special, unk_token="<unk>")
    else:
        t = Tokenizer(M.WordLevel(unk_token="<unk>"))
        trainer = trainers.WordLevelTrainer(vocab_size=300, show_progress=False, special_tokens=special)
    if (n := normalizer(r)) is not None:
        t.normalizer = n
    if (p := pre_tokenizer(r, kind)) is not None:
        t.pre_tokenizer = p
    t.train_from_iterator(made.CORPUS * 4, trainer)
    if (d := decoder(r, kind)) is not None:
        t.decoder = d
    if (p := post_processor(r)) is not None:
        t.post_processor = p
    for _ in range(r.choice([0, 0, 2, 5])):
        content = r.choice(["Hello", "love", "한국", "<user>", "  ", "\n\n", "[X]", "é", "123", "the quick", "a", " b", "😀", "日", "STRASSE", "ing"])
        token = AddedToken(content, single_word=flag(r, 0.3), lstrip=flag(r, 0.3), rstrip=flag(r, 0.3), normalized=flag(r))
        (t.add_special_tokens if flag(r, 0.3) else t.add_tokens)([token])
    spec = json.loads(t.to_str())
    if kind == "bpe":
        spec["model"] |= options if "ignore_merges" in options else {}
        spec["model"].pop("dropout", None)
    old_forms(r, spec)
    return json.dumps(spec, ensure_ascii=False)


def old_forms(r, spec):
    """As other versions of the library have written it."""
    model = spec["model"]
    if "merges" in model and flag(r, 0.4) and not any(" " in part for pair in model["merges"] for part in pair):
        model["merges"] = [" ".join(pair) for pair in model["merges"]]
    if flag(r, 0.2):
        for key in ("ignore_merges", "byte_fallback", "fuse_unk"):
            if model.get(key) is False:
                model.pop(key)
    if flag(r, 0.2) and model["type"] != "WordLevel":
        model.pop("type")
    if flag(r, 0.2):
        for key in ("truncation", "padding", "normalizer", "decoder", "post_processor"):
            if spec.get(key) is None:
                spec.pop(key, None)
    elif flag(r, 0.2):
        spec["truncation"] = dict(direction="Right", max_length=4, strategy="LongestFirst", stride=0)
        spec["padding"] = dict(strategy={"Fixed": 9}, direction="Right", pad_to_multiple_of=None, pad_id=3, pad_type_id=0, pad_token="<pad>")


def attempt(f):
    try:
        return f()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None


def expected_json(text, strings):
    t, plain = Tokenizer.from_str(text), Tokenizer.from_str(text)
    for each in (t, plain):
        each.no_truncation(), each.no_padding()
    plain.encode_special_tokens = True
    e = {"texts": strings, "plain": [], "flags": [], "parsed": [], "decoded": [], "skipped": [], "offsets": []}
    for s in strings:
        one = attempt(lambda: plain.encode(s, add_special_tokens=False))
        both = attempt(lambda: plain.encode(s, add_special_tokens=True))
        parsed = attempt(lambda: t.encode(s, add_special_tokens=False))
        e["plain"].append(one.ids if one is not None else None)
        e["flags"].append(both.ids if both is not None else None)
        e["parsed"].append(parsed.ids if parsed is not None else None)
        e["offsets"].append(made.utf16_offsets(s, one.offsets) if one is not None else None)
        e["decoded"].append(both is not None and attempt(lambda: t.decode(both.ids, skip_special_tokens=False)))
        e["skipped"].append(both is not None and attempt(lambda: t.decode(both.ids, skip_special_tokens=True)))
    return e


def json_tokenizer(folder, r, count):
    text = draw(r)
    Tokenizer.from_str(text)
    (folder / "tokenizer.json").write_text(text, encoding="utf8")
    return expected_json(text, texts(r, count))


# ---------------------------------------------------------------------------------------------- sentencepiece

def spm_tokenizer(folder, r, count):
    import sentencepiece as spm
    kind = r.choice(["unigram", "unigram", "bpe", "bpe", "char", "word"])
    options = dict(byte_fallback=flag(r, 0.4), split_digits=flag(r, 0.3), add_dummy_prefix=flag(r, 0.7), remove_extra_whitespaces=flag(r, 0.6), treat_whitespace_as_suffix=flag(r, 0.15), allow_whitespace_only_pieces=flag(r, 0.3), split_by_whitespace=flag(r, 0.85))
    if flag(r, 0.4):
        options["user_defined_symbols"] = r.sample(["<sep>", "fox", "한국", "  ", "▁▁", "\n", "lo", "ing", "日", "é", "a"], r.randint(1, 4))
    if flag(r, 0.3):
        options["control_symbols"] = ["<cls>", "<mask>"]
    if flag(r, 0.15):
        options["unk_surface"] = r.choice([" ?? ", "<?>"])
    if flag(r, 0.2):
        options |= dict(bos_id=-1, eos_id=1, unk_id=2, pad_id=0)
    rule = r.choice(["nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity", "identity"])
    if kind in ("char", "word"):
        options["byte_fallback"] = False
    proto = made.spm_proto(kind, rule, r.choice([420, 600, 900]) + 256 * options["byte_fallback"], **options)
    if flag(r, 0.2):
        for piece in r.sample(list(proto.pieces), 30):
            if piece.type == 1:
                piece.type = 5
    blob = proto.SerializeToString()
    (folder / "tokenizer.model").write_bytes(blob)
    sp = spm.SentencePieceProcessor(model_proto=blob)
    strings = [s for s in texts(r, count) if "\x00" not in s]
    ids = [sp.encode(s) for s in strings]
    n = len(strings)
    return {"texts": strings, "plain": ids, "flags": [None] * n, "parsed": [None] * n, "offsets": [None] * n, "decoded": [sp.decode(i) for i in ids], "skipped": [None] * n}


# ---------------------------------------------------------------------------------------------- real vocabularies

REAL = ["gpt-2", "mpt", "falcon", "starcoder", "refact", "command-r", "llama-bpe", "qwen2", "gemma-4", "bert-bge", "llama-spm", "phi-3"]


def real_vocabularies(out, folder, r, count):
    """llama.cpp's vocabulary files, each with the original that make_tokenizers.py puts together for it."""
    for name in REAL:
        path = folder / f"ggml-vocab-{name}.gguf"
        caught = {}
        made.expected = lambda _out, _name, encode, running, parse=None, **_: caught.update(encode=encode, parse=parse)
        made.from_gguf(name, path, out, [])
        strings = [s for s in texts(r, count) if "\x00" not in s or caught["parse"]]
        n = len(strings)
        e = {"texts": strings, "plain": [caught["encode"](s) for s in strings], "parsed": [caught["parse"](s) for s in strings] if caught["parse"] else [None] * n, "flags": [None] * n, "decoded": [None] * n, "skipped": [None] * n, "offsets": [None] * n}
        place = out / f"real-{name}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place / "model.gguf")
        (place / "expected.json").write_text(json.dumps(e))
        print(name, flush=True)


# ---------------------------------------------------------------------------------------------- folders without tokenizer.json

def folder_tokenizer(folder, r, count):
    """The files that a slow tokenizer reads, and what transformers' class of today makes of them."""
    import transformers
    transformers.logging.set_verbosity_error()
    kind = r.choice(["bert", "bert", "gpt2", "roberta", "qwen2", "llama", "t5", "xlmr"])
    config = {}
    if kind == "bert":
        t = Tokenizer(M.WordPiece(unk_token="[UNK]"))
        t.normalizer, t.pre_tokenizer = N.BertNormalizer(), P.BertPreTokenizer()
        t.train_from_iterator(made.CORPUS * 4, trainers.WordPieceTrainer(vocab_size=500, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
        vocab = sorted(t.get_vocab().items(), key=lambda kv: kv[1])
        (folder / "vocab.txt").write_text("\n".join(k for k, _ in vocab) + "\n", encoding="utf8")
        config = dict(tokenizer_class="BertTokenizer", do_lower_case=flag(r), tokenize_chinese_chars=flag(r, 0.8)) | r.choice([{}, {"strip_accents": True}, {"strip_accents": False}])
    elif kind in ("gpt2", "roberta", "qwen2"):
        t = Tokenizer(M.BPE())
        t.pre_tokenizer = P.ByteLevel(add_prefix_space=False)
        special = {"gpt2": ["<|endoftext|>"], "qwen2": ["<|endoftext|>"], "roberta": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]}[kind]
        t.train_from_iterator(made.CORPUS * 4, trainers.BpeTrainer(vocab_size=700, show_progress=False, special_tokens=special, initial_alphabet=made.byte_vocab()))
        t.model.save(str(folder))
        config = dict(tokenizer_class={"gpt2": "GPT2Tokenizer", "roberta": "RobertaTokenizer", "qwen2": "Qwen2Tokenizer"}[kind])
        if kind != "qwen2" and flag(r, 0.4):
            config["add_prefix_space"] = flag(r)
    else:
        name = {"llama": "llama", "t5": "t5", "xlmr": "xlm-roberta"}[kind]
        options = {"llama": dict(byte_fallback=True, remove_extra_whitespaces=False, split_digits=True), "t5": dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1), "xlmr": {}}[kind]
        proto = made.spm_proto("bpe" if kind == "llama" else "unigram", "identity" if kind == "llama" else "nmt_nfkc", 700, **options)
        (folder / ("tokenizer.model" if kind == "llama" else "spiece.model" if kind == "t5" else "sentencepiece.bpe.model")).write_bytes(proto.SerializeToString())
        config = dict(tokenizer_class={"llama": "LlamaTokenizer", "t5": "T5Tokenizer", "xlmr": "XLMRobertaTokenizer"}[kind])
        if kind == "llama":
            config |= dict(add_bos_token=flag(r, 0.7), add_eos_token=flag(r, 0.3), legacy=flag(r), bos_token="<s>", eos_token="</s>", unk_token="<unk>")
        if kind == "t5":
            config["extra_ids"] = r.choice([0, 100])
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    t = getattr(transformers, config["tokenizer_class"]).from_pretrained(folder)
    strings = texts(r, count)
    e = {"texts": strings, "plain": [], "flags": [], "parsed": [], "decoded": [], "skipped": [], "offsets": [None] * len(strings), "class": config["tokenizer_class"]}
    for s in strings:
        e["plain"].append(None)
        e["parsed"].append(attempt(lambda: t.encode(s, add_special_tokens=False)))
        flagged = attempt(lambda: t.encode(s))
        e["flags"].append(None)
        e["decoded"].append(None)
        e["skipped"].append(None)
        e.setdefault("both", []).append(flagged)
    return e


KINDS = {"json": json_tokenizer, "spm": spm_tokenizer, "folders": folder_tokenizer}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("kinds", nargs="*")
    arguments.add_argument("--draws", type=int, default=40)
    arguments.add_argument("--texts", type=int, default=120)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--vocabularies", type=Path, help="folder with ggml-vocab-*.gguf: those and nothing else")
    given = arguments.parse_args()
    if given.vocabularies:
        return real_vocabularies(given.out, given.vocabularies, random.Random(f"{given.seed} real"), given.texts)
    for kind, make in KINDS.items():
        if given.kinds and kind not in given.kinds:
            continue
        for n in range(given.draws):
            folder = given.out / f"{kind}-{given.seed}-{n}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                e = make(folder, random.Random(f"{given.seed} {kind} {n}"), given.texts)
                (folder / "expected.json").write_text(json.dumps(e, ensure_ascii=True))
            except BaseException as error:
                shutil.rmtree(folder, ignore_errors=True)
                if "IndexError" in repr(type(error)):
                    traceback.print_exc()
                print(f"  not drawn: {folder.name}: {type(error).__name__}: {str(error)[:160]}", flush=True)
                if isinstance(error, KeyboardInterrupt):
                    raise
        print(kind, flush=True)


if __name__ == "__main__":
    main()
