# Makes test/fixtures/tokenizer: small tokenizer files, and the ids that the original implementations give for them and for real ones.
# Originals: Hugging Face tokenizers, sentencepiece, tiktoken. Needs: pip install tokenizers sentencepiece tiktoken gguf protobuf
#
#   python scripts/reference/make_tokenizers.py --out test/fixtures/tokenizer components sentencepiece
#   python scripts/reference/make_tokenizers.py --out test/fixtures/tokenizer --gguf gpt-2=models/gpt-2.gguf … gguf
#   python scripts/reference/make_tokenizers.py --out test/fixtures/tokenizer --ranks DIR_OF_TIKTOKEN_FILES tiktoken
#   python scripts/reference/make_tokenizers.py --out test/fixtures/tokenizer --json gemma3=…/tokenizer.json json

import argparse, base64, gzip, json, os, struct, sys, zlib
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizer_strings import hard_strings


# ---------------------------------------------------------------------------------------------- what is written

def utf16_offsets(text, offsets):
    """Hugging Face counts code points; JavaScript counts UTF-16 units."""
    units = [0]
    for c in text:
        units.append(units[-1] + (2 if ord(c) > 0xFFFF else 1))
    return [u for a, b in offsets for u in (units[a], units[b])]


def crc(ids):
    """CRC-32 of the ids as little-endian u32: what a running text is compared by."""
    return zlib.crc32(struct.pack(f"<{len(ids)}I", *ids))


def save(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data + b"\n")
    print(f"{path.name}: {path.stat().st_size} bytes", file=sys.stderr)


def expected(out, name, encode, running, parse=None, decode=None, offsets=None, texts=None):
    """encode(text) → ids without flags, special text as text. parse: special text parsed. One entry a string; a running line as [count, crc]."""
    strings = hard_strings() if texts is None else texts
    value = {"ids": [encode(s) for s in strings]}
    if parse:
        value["parsed"] = [parse(s) for s in strings]
        value["parsed"] = {str(i): p for i, p in enumerate(value["parsed"]) if p != value["ids"][i]}
    if decode:
        value["text"] = {str(i): t for i, (s, ids) in enumerate(zip(strings, value["ids"])) if (t := decode(ids)) != s}
    if offsets:
        value["offsets"] = [utf16_offsets(s, offsets(s)) for s in strings]
    value["running"] = [[len(ids), crc(ids)] for ids in map(encode, running)]
    save(out / "expected" / f"{name}.json.gz", value)


# ---------------------------------------------------------------------------------------------- Hugging Face components

def byte_vocab():
    from tokenizers.pre_tokenizers import ByteLevel
    return sorted(ByteLevel.alphabet())


CORPUS = [
    "the quick brown fox jumps over the lazy dog and the other fox", "low lower lowest newer newest wider widest", "I love you so much. I'm sure you're loved!",
    "hello world hello there hello again, world", "한국어 한국 안녕하세요 안녕 나는 너를 정말 사랑해", "日本語 日本 こんにちは 私はあなたを愛しています", "我爱你 我们 你好世界",
    "привет мир любовь моя", "مرحبا بالعالم السلام عليكم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "1234 5678 2026 100 200", "x = y + 1; // comment\n\tfor (i = 0; i < n; i++)", "café naïve résumé straße", "😀 😀 👍 👍🏽",
]


def train(tokenizer, kind, size, **options):
    from tokenizers import trainers
    trainer = {"bpe": trainers.BpeTrainer, "wordpiece": trainers.WordPieceTrainer, "wordlevel": trainers.WordLevelTrainer, "unigram": trainers.UnigramTrainer}[kind](
        vocab_size=size, show_progress=False, **options)
    tokenizer.train_from_iterator(CORPUS * 4, trainer)
    return tokenizer


def charsmap(name):
    """SentencePiece's own rules, taken out of a model trained with them."""
    return spm_proto("unigram", name, 300).normalizer_spec.precompiled_charsmap


def component_tokenizers():
    N, P, D, M = normalizers, pre_tokenizers, decoders, models
    bytes_alphabet = dict(initial_alphabet=byte_vocab())

    def bpe(pre, normalizer=None, decoder=None, post=None, model=None, added=(), special=(), size=700, **options):
        t = Tokenizer(model or M.BPE())
        if normalizer:
            t.normalizer = normalizer
        t.pre_tokenizer = pre
        train(t, "bpe", size, **options)
        if decoder:
            t.decoder = decoder
        if post:
            t.post_processor = post
        t.add_tokens(list(added))
        t.add_special_tokens(list(special))
        return t

    def level(use_regex=True, prefix=False):
        return P.ByteLevel(add_prefix_space=prefix, use_regex=use_regex)

    yield "gpt2-like", bpe(level(), decoder=D.ByteLevel(), post=processors.ByteLevel(trim_offsets=False), special=["<|endoftext|>"], **bytes_alphabet)
    yield "roberta-like", bpe(level(prefix=True), decoder=D.ByteLevel(), post=processors.RobertaProcessing(("</s>", 2), ("<s>", 0)), special=["<s>", "<pad>", "</s>"],
                              added=[AddedToken("<mask>", lstrip=True, normalized=False)], special_tokens=["<s>", "<pad>", "</s>"], **bytes_alphabet)
    yield "falcon-like", bpe(P.Sequence([P.Punctuation("contiguous"), level(), P.Digits(False), P.Split(Regex("[0-9][0-9][0-9]"), "isolated")]), decoder=D.ByteLevel(), **bytes_alphabet)
    yield "starcoder-like", bpe(P.Sequence([P.Digits(True), level()]), decoder=D.ByteLevel(), **bytes_alphabet)
    yield "bloom-like", bpe(P.Sequence([P.Split(Regex(r" ?[^(\s|[.,!?…。，、।۔،])]+"), "isolated"), level(False)]), decoder=D.ByteLevel(), **bytes_alphabet)
    yield "nfc-cl100k", bpe(P.Sequence([P.Split(Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "isolated"), level(False)]),
                              normalizer=N.NFC(), decoder=D.ByteLevel(), **bytes_alphabet)
    deepseek = [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""]
    yield "deepseek-like", bpe(P.Sequence([*(P.Split(Regex(x), "isolated") for x in deepseek), level(False)]), normalizer=N.Sequence([]), decoder=D.ByteLevel(), **bytes_alphabet)
    yield "bytelevel-normalizer", bpe(P.Split(Regex("Ġ?[^Ġ]+"), "isolated"), normalizer=N.Sequence([N.NFKC(), N.ByteLevel()]), decoder=D.ByteLevel(), **bytes_alphabet)
    byte_tokens = [f"<0x{i:02X}>" for i in range(256)]
    fallback = dict(model=M.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True), special_tokens=["<unk>", "<s>", "</s>", *byte_tokens], size=900)
    spm_decoder = D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
    yield "llama2-like", bpe(None, normalizer=N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), decoder=spm_decoder, **fallback,
                             post=processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]))
    yield "gemma-like", bpe(P.Split(" ", "merged_with_previous"), normalizer=N.Replace(" ", "▁"), decoder=D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse()]), **fallback,
                            added=[AddedToken("\n\n", normalized=False), AddedToken("<user>", normalized=False)])
    yield "unk-fused", bpe(P.Whitespace(), model=M.BPE(unk_token="[UNK]", fuse_unk=True), special_tokens=["[UNK]"])
    yield "unk-single", bpe(P.WhitespaceSplit(), model=M.BPE(unk_token="[UNK]", fuse_unk=False), special_tokens=["[UNK]"])
    yield "unk-none", bpe(P.WhitespaceSplit(), size=120)
    yield "gpt1-like", bpe(P.BertPreTokenizer(), normalizer=N.BertNormalizer(), model=M.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), decoder=D.BPEDecoder("</w>"), special_tokens=["<unk>"], end_of_word_suffix="</w>")
    yield "prefix-suffix", bpe(P.WhitespaceSplit(), normalizer=N.Lowercase(), model=M.BPE(unk_token="<unk>", continuing_subword_prefix="##"), decoder=D.WordPiece("##"), special_tokens=["<unk>"], continuing_subword_prefix="##")
    ignoring = bpe(level(), decoder=D.ByteLevel(), **bytes_alphabet)
    ignoring.model = M.BPE(vocab=ignoring.get_vocab(), merges=[tuple(m) for m in json.loads(ignoring.to_str())["model"]["merges"]][40:], ignore_merges=True)
    yield "ignore-merges", ignoring

    def wordpiece(normalizer, pre, post=None, size=600, limit=100, decoder=None, added=()):
        t = Tokenizer(M.WordPiece(unk_token="[UNK]", max_input_chars_per_word=limit))
        t.normalizer, t.pre_tokenizer = normalizer, pre
        train(t, "wordpiece", size, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        t.model.max_input_chars_per_word = limit
        if post:
            t.post_processor = post
        t.decoder = decoder or D.WordPiece("##")
        t.add_tokens(list(added))
        return t

    bert_post = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    yield "bert-uncased", wordpiece(N.BertNormalizer(), P.BertPreTokenizer(), bert_post)
    yield "bert-cased", wordpiece(N.BertNormalizer(lowercase=False), P.BertPreTokenizer(), processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)))
    yield "bert-accents", wordpiece(N.BertNormalizer(strip_accents=False, clean_text=False, handle_chinese_chars=False), P.BertPreTokenizer(), limit=12, decoder=D.WordPiece("##", cleanup=False))
    yield "bert-added", wordpiece(N.BertNormalizer(), P.BertPreTokenizer(), added=[AddedToken("Hello"), AddedToken("word", single_word=True), AddedToken("café", lstrip=True, rstrip=True), AddedToken("[DAY]", normalized=False)])

    def wordlevel(normalizer, pre, size=400, decoder=None):
        t = Tokenizer(M.WordLevel(unk_token="<unk>"))
        if normalizer:
            t.normalizer = normalizer
        t.pre_tokenizer = pre
        train(t, "wordlevel", size, special_tokens=["<unk>", "<pad>"])
        if decoder:
            t.decoder = decoder
        return t

    # Word level shows the pieces themselves: one tokenizer for each pre-tokenizer and behaviour, trained on the hard strings.
    pres = {
        "whitespace": P.Whitespace(), "whitespace-split": P.WhitespaceSplit(), "bert": P.BertPreTokenizer(), "metaspace": P.Metaspace(), "metaspace-first": P.Metaspace("_", "first", split=False),
        "metaspace-never": P.Metaspace("▁", "never"), "delimiter": P.CharDelimiterSplit("a"), "digits": P.Digits(False), "digits-each": P.Digits(True), "scripts": P.UnicodeScripts(), "fixed": P.FixedLength(5),
        "punctuation": P.Punctuation(), "split-string": P.Split("ab", "merged_with_next"), "nested": P.Sequence([P.Sequence([P.WhitespaceSplit()]), P.Punctuation("merged_with_previous"), P.Digits(True)]),
        "bytes-then-digits": P.Sequence([P.ByteLevel(add_prefix_space=False), P.Digits(True), P.Split(Regex("Ġ"), "removed")]),
    }
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        pres[f"punctuation-{behavior}"] = P.Punctuation(behavior)
        pres[f"split-{behavior}"] = P.Split(Regex(r"\s|[aeiou]"), behavior)
        pres[f"split-inverted-{behavior}"] = P.Split(Regex(r"\w+"), behavior, invert=True)
    norms = {
        "nfd": N.NFD(), "nfkd": N.NFKD(), "nfc": N.NFC(), "nfkc": N.NFKC(), "lowercase": N.Lowercase(), "strip": N.Strip(), "strip-left": N.Strip(left=True, right=False), "strip-right": N.Strip(left=False, right=True),
        "strip-accents": N.Sequence([N.NFD(), N.StripAccents()]), "nmt": N.Nmt(), "replace-regex": N.Replace(Regex(r"\s+"), " "), "replace-remove": N.Replace(Regex("[^a-z]"), ""), "prepend": N.Prepend("__"),
        "bert-clean": N.BertNormalizer(True, False, False, False), "bert-chinese": N.BertNormalizer(False, True, False, False), "bytes": N.ByteLevel(),
        "precompiled": N.Precompiled(charsmap("nmt_nfkc")), "precompiled-fold": N.Precompiled(charsmap("nmt_nfkc_cf")),
        "sequence": N.Sequence([N.Strip(), N.NFKC(), N.Lowercase(), N.Replace("a", "bb"), N.Prepend(" ")]),
    }
    yield "pre", {name: pieces_tokenizer(None, pre) for name, pre in pres.items()}
    yield "normalizer", {name: pieces_tokenizer(norm, None) for name, norm in norms.items()}
    yield "wordlevel", wordlevel(N.Lowercase(), P.Whitespace())

    def unigram(pieces, normalizer, pre, decoder=None, byte_fallback=False, unk=0):
        t = Tokenizer(M.Unigram(pieces, unk, byte_fallback))
        if normalizer:
            t.normalizer = normalizer
        t.pre_tokenizer = pre
        if decoder:
            t.decoder = decoder
        return t

    proto = spm_proto("unigram", "nmt_nfkc", 600)
    pieces = [(p.piece, p.score) for p in proto.pieces]
    t = unigram(pieces, N.Sequence([N.Precompiled(proto.normalizer_spec.precompiled_charsmap), N.Replace(Regex(" {2,}"), " ")]), P.Metaspace(), D.Metaspace())
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    t.add_special_tokens(["<s>", "</s>", AddedToken("<mask>", lstrip=True)])
    yield "xlmr-like", t
    with_bytes = [pieces[0], *((b, 0.0) for b in byte_tokens), *pieces[1:]]
    yield "unigram-bytes", unigram(with_bytes, N.NFKC(), P.Metaspace(prepend_scheme="first"), D.Sequence([D.ByteFallback(), D.Metaspace(prepend_scheme="first")]), byte_fallback=True)
    yield "ctc-decoder", bpe(P.WhitespaceSplit(), model=M.BPE(unk_token="[UNK]"), special_tokens=["[UNK]", "<pad>"], initial_alphabet=["|"], decoder=D.CTC())


def pieces_tokenizer(normalizer, pre):
    """A word-level tokenizer over exactly the pieces that this component makes of the hard strings: its ids name the pieces."""
    t = Tokenizer(models.WordLevel(vocab={"<unk>": 0}, unk_token="<unk>"))
    if normalizer:
        t.normalizer = normalizer
    if pre:
        t.pre_tokenizer = pre
    vocab = {"<unk>": 0}
    for s in hard_strings():
        n = t.normalizer.normalize_str(s) if normalizer else s
        for piece in ([p for p, _ in pre.pre_tokenize_str(n)] if pre else [n]):
            if piece:
                vocab.setdefault(piece, len(vocab))
    t.model = models.WordLevel(vocab=vocab, unk_token="<unk>")
    return t


def encode_with(t):
    return lambda s: t.encode(s, add_special_tokens=False).ids


def components(out, running):
    group = {}
    for name, t in component_tokenizers():
        if isinstance(t, dict):
            # The vocabulary of a component test is what it expects: kept as pieces, one file for the whole group.
            group[name] = {}
            for key, each in t.items():
                spec = json.loads(each.to_str())
                pieces = [None] * len(spec["model"]["vocab"])
                for piece, i in spec["model"]["vocab"].items():
                    pieces[i] = piece
                encodings = [each.encode(s) for s in hard_strings()]
                group[name][key] = {"component": spec["normalizer"] or spec["pre_tokenizer"], "pieces": pieces, "ids": [e.ids for e in encodings],
                                    "offsets": [utf16_offsets(s, e.offsets) for s, e in zip(hard_strings(), encodings)]}
            continue
        (out / "json").mkdir(parents=True, exist_ok=True)
        save(out / "json" / f"{name}.json.gz", json.loads(t.to_str()))
        # A trained tokenizer is not always the one that its file gives back.
        t, plain = Tokenizer.from_str(t.to_str()), Tokenizer.from_str(t.to_str())
        plain.encode_special_tokens = True
        expected(out, name, encode_with(plain), running, parse=encode_with(t), decode=lambda ids: t.decode(ids, skip_special_tokens=False), offsets=lambda s: plain.encode(s, add_special_tokens=False).offsets)
    for name, value in group.items():
        save(out / "expected" / f"components-{name}.json.gz", value)


# ---------------------------------------------------------------------------------------------- sentencepiece

def spm_proto(kind, rule, size, **options):
    import io
    import sentencepiece as spm
    from sentencepiece import sentencepiece_model_pb2 as pb
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS * 8), model_writer=model, model_type=kind, vocab_size=size, normalization_rule_name=rule, hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1, **options)
    proto = pb.ModelProto()
    proto.ParseFromString(model.getvalue())
    # The trainer's own settings and self-test are of no use to a reader; the sizes of fixtures matter.
    proto.trainer_spec.ClearField("input")
    return proto


SPM = {
    "spm-unigram-nfkc": ("unigram", "nmt_nfkc", 500, {}),
    "spm-unigram-bytes": ("unigram", "identity", 700, dict(byte_fallback=True, remove_extra_whitespaces=False)),
    "spm-unigram-user": ("unigram", "identity", 500, dict(user_defined_symbols=["<sep>", "fox", "한국", "  "], control_symbols=["<cls>"])),
    "spm-unigram-suffix": ("unigram", "identity", 400, dict(treat_whitespace_as_suffix=True)),
    "spm-bpe-nfkc-fold": ("bpe", "nmt_nfkc_cf", 500, {}),
    "spm-bpe-llama": ("bpe", "identity", 800, dict(byte_fallback=True, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, split_digits=True)),
    "spm-bpe-gemma": ("bpe", "identity", 800, dict(byte_fallback=True, add_dummy_prefix=False, remove_extra_whitespaces=False, user_defined_symbols=["\n\n", "<user>", "loved"])),
    "spm-char": ("char", "identity", 300, {}),
}


def save_spm(out, name, proto, running, keep=True):
    import sentencepiece as spm
    blob = proto.SerializeToString()
    if keep:
        path = out / "sentencepiece" / f"{name}.model.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(blob, 9, mtime=0))
        print(f"{path.name}: {path.stat().st_size} bytes", file=sys.stderr)
    sp = spm.SentencePieceProcessor(model_proto=blob)
    expected(out, name, lambda s: sp.encode(s), running, decode=lambda ids: sp.decode(ids))


def sentencepiece(out, running):
    for name, (kind, rule, size, options) in SPM.items():
        save_spm(out, name, spm_proto(kind, rule, size, **options), running)
    # Pieces that are there but not to be used: BPE takes them apart again, unigram passes them by.
    for name in ("spm-bpe-llama", "spm-unigram-nfkc"):
        kind, rule, size, options = SPM[name]
        proto = spm_proto(kind, rule, size, **options)
        for piece in proto.pieces[-200::3]:
            if piece.type == 1:
                piece.type = 5
        save_spm(out, name + "-unused", proto, running)


# ---------------------------------------------------------------------------------------------- real vocabularies

def gguf_fields(path):
    import gguf
    reader = gguf.GGUFReader(path)

    def get(key, default=None):
        field = reader.fields.get("tokenizer.ggml." + key)
        return default if field is None else field.contents()
    return get


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PRE = {
    "gpt-2": lambda: (None, pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "neox": lambda: (normalizers.NFC(), pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "falcon": lambda: (None, pre_tokenizers.Sequence([pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.Digits(False), pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])),
    "starcoder": lambda: (None, pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])),
    "command-r": lambda: (normalizers.NFC(), PRE["starcoder"]()[1]),
    "llama-bpe": lambda: (None, pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])),
    "qwen2": lambda: (normalizers.NFC(), pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])),
    "gemma-4": lambda: (normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous")),
}
PIPELINE = {"gpt-2": "gpt-2", "gpt-neox": "neox", "mpt": "neox", "falcon": "falcon", "smollm2": "starcoder", "starcoder": "starcoder", "refact": "starcoder", "command-r": "command-r", "llama-bpe": "llama-bpe", "qwen2": "qwen2", "gemma-4": "gemma-4"}


def from_gguf(name, path, out, running):
    get = gguf_fields(path)
    tokens, types = get("tokens"), get("token_type")
    control = [t for t, k in zip(tokens, types) if k == 3]
    user = [t for t, k in zip(tokens, types) if k == 4]
    kind = get("model")
    if kind == "bert":
        # llama.cpp's vocabulary turned back: '▁x' begins a word, what has no mark goes on with one.
        special = {t for t, k in zip(tokens, types) if k in (2, 3)}
        words = [t if t in special else t[1:] if t.startswith("▁") else "##" + t for t in tokens]
        t = Tokenizer(models.WordPiece(vocab={w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
        t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        return expected(out, name, encode_with(t), running)
    if kind in ("llama", "t5"):
        from sentencepiece import sentencepiece_model_pb2 as pb
        proto = pb.ModelProto()
        proto.trainer_spec.model_type = 2 if kind == "llama" else 1
        # trainer_spec.byte_fallback may be on only where the bytes are.
        proto.trainer_spec.byte_fallback = 6 in types
        proto.normalizer_spec.add_dummy_prefix = get("add_space_prefix", True)
        proto.normalizer_spec.remove_extra_whitespaces = get("remove_extra_whitespaces", False)
        if get("precompiled_charsmap") is not None:
            proto.normalizer_spec.precompiled_charsmap = bytes(get("precompiled_charsmap"))
        for i, (token, score, type) in enumerate(zip(tokens, get("scores"), types)):
            # sentencepiece wants one unknown piece: converters call padding rows unknown too.
            # They also write user-defined runs of '▁' as spaces.
            token = token.replace(" ", "▁") if type == 4 else token
            proto.pieces.add(piece=token, score=score, type=3 if type == 2 and i != get("unknown_token_id", 0) else type)
        return save_spm(out, name, proto, running, keep=False)
    merges = [tuple(m.split(" ", 1)) if not m.startswith(" ") else (" " + m[1:].split(" ", 1)[0], m[1:].split(" ", 1)[1]) for m in get("merges")]
    normalizer, pre = PRE[PIPELINE[name]]()
    fallback = dict(unk_token="<unk>", fuse_unk=True, byte_fallback=True) if name == "gemma-4" else {}
    t = Tokenizer(models.BPE(vocab={w: i for i, w in enumerate(tokens)}, merges=merges, ignore_merges=name == "llama-bpe", **fallback))
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.add_tokens([AddedToken(u, normalized=False) for u in user])
    t.add_special_tokens([AddedToken(c, normalized=False) for c in control])
    plain = Tokenizer.from_str(t.to_str())
    plain.encode_special_tokens = True
    expected(out, name, encode_with(plain), running, parse=encode_with(t))


def gguf_vocabularies(out, running, pairs):
    for pair in pairs:
        name, path = pair.split("=", 1)
        from_gguf(name, path, out, running)


TIKTOKEN = {
    "r50k_base": (r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s""", {"<|endoftext|>": 50256}),
    "p50k_base": (r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s""", {"<|endoftext|>": 50256}),
    "cl100k_base": (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
                    {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276}),
    "o200k_base": ("|".join([
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+"""]), {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}),
}


def tiktoken_tables(out, running, folder):
    import tiktoken
    for name, (pattern, special) in TIKTOKEN.items():
        path = Path(folder) / f"{name}.tiktoken"
        ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in path.read_bytes().splitlines() if line)}
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
        expected(out, name, encoding.encode_ordinary, running, parse=lambda s: encoding.encode(s, allowed_special="all"))


def json_tokenizers(out, running, pairs):
    for pair in pairs:
        name, path = pair.split("=", 1)
        t = Tokenizer.from_file(path)
        plain = Tokenizer.from_file(path)
        plain.encode_special_tokens = True
        expected(out, name, encode_with(plain), running, parse=encode_with(t), decode=lambda ids: t.decode(ids, skip_special_tokens=False))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--gguf", nargs="*", default=[], metavar="NAME=PATH")
    arguments.add_argument("--json", nargs="*", default=[], metavar="NAME=PATH")
    arguments.add_argument("--ranks", help="folder with *.tiktoken")
    arguments.add_argument("parts", nargs="+", choices=["strings", "components", "sentencepiece", "gguf", "tiktoken", "json"])
    given = arguments.parse_args()
    lines = [json.loads(line) for line in (given.out / "running.txt").read_text(encoding="utf8").splitlines()]
    for part in given.parts:
        if part == "strings":
            save(given.out / "strings.json", hard_strings())
        elif part == "components":
            components(given.out, lines)
        elif part == "sentencepiece":
            sentencepiece(given.out, lines)
        elif part == "gguf":
            gguf_vocabularies(given.out, lines, given.gguf)
        elif part == "tiktoken":
            tiktoken_tables(given.out, lines, given.ranks)
        else:
            json_tokenizers(given.out, lines, given.json)
