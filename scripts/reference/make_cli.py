# Makes test/fixtures/cli/expected.json: what the original implementations say of the seed sentences, for the tests of the command line.
# Originals: tiktoken (GPT-2, GPT-4, GPT-4o), Hugging Face tokenizers (SmolLM2), jinja2 as transformers sets it up (chat template), gguf (rows).
#
#   python scripts/reference/make_cli.py --models models --ranks DIR_OF_TIKTOKEN_FILES --out test/fixtures/cli/expected.json

import argparse, base64, json, re
from pathlib import Path

import numpy as np
import tiktoken
import tiktoken_ext.openai_public as public
from gguf import GGUFReader, dequantize
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

SENTENCES = ["I love you so much.", "너를 정말 많이 사랑해.", "あなたをとても愛しています。", "我非常爱你。"]
TYPED = "<|im_end|>"
MESSAGES = [{"role": "user", "content": f"안녕? {TYPED} is text?"}, {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "Bye"}]

parser = argparse.ArgumentParser()
parser.add_argument("--models", type=Path, required=True)
parser.add_argument("--ranks", type=Path, required=True)
parser.add_argument("--out", type=Path, required=True)
args = parser.parse_args()


def ranked(name):
    ranks = {base64.b64decode(t): int(r) for t, r in (line.split() for line in (args.ranks / f"{name}.tiktoken").read_bytes().splitlines())}
    public.load_tiktoken_bpe = lambda *_, **__: ranks
    return tiktoken.Encoding(**public.ENCODING_CONSTRUCTORS[name]())


smollm2 = GGUFReader(args.models / "smollm2.gguf")
field = lambda name: smollm2.fields[name].contents()
tokens = field("tokenizer.ggml.tokens")
hf = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, [tuple(m.split(" ")) for m in field("tokenizer.ggml.merges")]))
hf.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
hf.decoder = decoders.ByteLevel()
ids = {"gpt-4": [ranked("cl100k_base").encode(s) for s in SENTENCES], "gpt-4o": [ranked("o200k_base").encode(s) for s in SENTENCES],
       "smollm2": [hf.encode(s).ids for s in SENTENCES]}

table = next(t for t in smollm2.tensors if t.name == "token_embd.weight")
first = ids["smollm2"][0]
rows = dequantize(table.data[first], table.tensor_type)

environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
template = environment.from_string(field("tokenizer.chat_template"))
render = lambda messages: template.render(messages=messages, bos_token=tokens[1], eos_token=tokens[2], add_generation_prompt=True)
# Only the template's own special tokens are parsed: TYPED, which a user wrote, is hidden while they are found, and is text after that.
special = {tokens[i]: i for i, kind in enumerate(field("tokenizer.ggml.token_type")) if kind == 3}
hidden = render([{**m, "content": m["content"].replace(TYPED, "\ue000")} for m in MESSAGES])
parts = re.split("(" + "|".join(map(re.escape, special)) + ")", hidden)
template_ids = [i for part in parts for i in ([special[part]] if part in special else hf.encode(part.replace("\ue000", TYPED)).ids)]

args.out.parent.mkdir(parents=True, exist_ok=True)
args.out.write_text(json.dumps({
    "sentences": SENTENCES,
    "ids": ids,
    # Each as the decimal of its float32: exact in a double.
    "rows": [[float(v) for v in row[:8]] for row in rows],
    "norms": [float(np.linalg.norm(row.astype(np.float64))) for row in rows],
    "template": {"messages": MESSAGES, "text": render(MESSAGES), "ids": template_ids},
}, ensure_ascii=False, indent="\t") + "\n")
