# Makes test/fixtures/sentence: one small sentence embedder, and what sentence-transformers makes of it under folders of every kind.
# Reference: sentence-transformers 6, transformers 5, float32 on a CPU. Run: python make_sentences.py test/fixtures/sentence
"""OUT/base holds the folder as save_pretrained writes it. OUT/cases.json lists changes to it and the vectors that follow:
{name, remove: [path], write: {path: JSON or text}, weights: {path: {tensor: values}}, prompt?, texts, vectors, tokens, truncated}."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

torch.manual_seed(5)
D = 20
OUT = Path(sys.argv[1])
BASE = OUT / "base"
TEXTS = ["The cat sat on the Mat.", "a", "query: Straße und ÉCOLE", "cat mat " * 30]

words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:,ßéÉ",
         *["##" + c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZßéÉ"], "cat", "mat", "the", "query", "passage", "The"]


def base():
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]", [("[CLS]", 2), ("[SEP]", 3)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]")
    shutil.rmtree(BASE, ignore_errors=True)
    BASE.mkdir(parents=True)
    fast.save_pretrained(BASE)
    torch.manual_seed(6)
    config = BertConfig(vocab_size=len(words), hidden_size=D, num_hidden_layers=2, num_attention_heads=2, intermediate_size=28, max_position_embeddings=48, initializer_range=0.5)
    BertModel(config, add_pooling_layer=False).eval().save_pretrained(BASE)
    write(BASE, {"modules.json": modules("Transformer", "Pooling", "Normalize"), "1_Pooling/config.json": switches("mean"),
                 "sentence_bert_config.json": {"max_seq_length": 40, "do_lower_case": False}})


def write(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf8")


def modules(*names, paths={}, package="sentence_transformers.models"):
    return [{"idx": i, "name": str(i), "path": paths.get(i, "" if i == 0 else f"{i}_{n}"), "type": f"{package}.{n}"} for i, n in enumerate(names)]


SWITCH = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens", "mean_sqrt_len_tokens": "mean_sqrt_len_tokens", "weightedmean": "weightedmean_tokens", "lasttoken": "lasttoken"}


def switches(*on, **more):
    return {"word_embedding_dimension": D, **{f"pooling_mode_{name}": mode in on for mode, name in SWITCH.items()}, **more}


def pooling(mode, **more):
    return {"1_Pooling/config.json": {"embedding_dimension": D, "pooling_mode": mode, "include_prompt": True} | more}


def dense(folder, n, m, activation="torch.nn.modules.activation.Tanh", bias=True, seed=1, residual=False, **more):
    g = torch.Generator().manual_seed(seed)
    tensors = {"linear.weight": torch.randn(m, n, generator=g) / n**0.5}
    if bias:
        tensors["linear.bias"] = torch.randn(m, generator=g)
    if residual and n != m:
        tensors["residual.weight"] = torch.randn(m, n, generator=g)
    config = {"in_features": n, "out_features": m, "bias": bias, "activation_function": activation} | more
    if residual:
        config["use_residual"] = True
    return {"write": {f"{folder}/config.json": config}, "weights": {f"{folder}/model.safetensors": tensors}}


def layer_norm(folder):
    g = torch.Generator().manual_seed(3)
    return {"write": {f"{folder}/config.json": {"dimension": D}},
            "weights": {f"{folder}/model.safetensors": {"norm.weight": torch.randn(D, generator=g), "norm.bias": torch.randn(D, generator=g)}}}


def merged(*parts):
    out = {"write": {}, "weights": {}}
    for part in parts:
        for key, value in part.items():
            out[key] = {**out.get(key, {}), **value} if isinstance(value, dict) else value
    return out


def listed(*names, **more):
    return {"write": {"modules.json": modules(*names, **more)}}


PROMPTS = {"prompts": {"query": "query: ", "document": "passage: The "}, "default_prompt_name": "query"}
NEW_READING = {"transformer_task": "feature-extraction", "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}, "module_output_name": "token_embeddings"}
TOKENIZER = None


def tokenizer_config(**more):
    return {"tokenizer_config.json": json.loads((BASE / "tokenizer_config.json").read_text()) | more}


def cases():
    yield "as it is", {}
    for mode in SWITCH:
        yield f"pooling by switch: {mode}", {"write": {"1_Pooling/config.json": switches(mode)}}
        yield f"pooling by name: {mode}", {"write": pooling(mode)}
    yield "pooling by two switches", {"write": {"1_Pooling/config.json": switches("mean", "cls")}}
    yield "pooling by a list", {"write": pooling(["max", "cls", "lasttoken"])}
    yield "pooling without a switch", {"write": {"1_Pooling/config.json": {"word_embedding_dimension": D}}}
    yield "pooling in a folder of another name", {"remove": ["1_Pooling/config.json"], "write": {"modules.json": modules("Transformer", "Pooling", "Normalize", paths={1: "how/it is pooled"}), "how/it is pooled/config.json": switches("cls")}}
    yield "no norm", listed("Transformer", "Pooling")
    yield "today's packages in modules.json", {"write": {"modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.base.modules.normalize.Normalize"}]}}
    yield "a default prompt", {"write": {"config_sentence_transformers.json": PROMPTS}}
    yield "a prompt by its name", {"write": {"config_sentence_transformers.json": PROMPTS}, "promptName": "document"}
    yield "a prompt as text", {"write": {"config_sentence_transformers.json": PROMPTS}, "prompt": "The "}
    yield "prompts without a default", {"write": {"config_sentence_transformers.json": PROMPTS | {"default_prompt_name": None}}}
    for mode in ("mean", "cls", "weightedmean", "lasttoken"):
        yield f"a prompt that is not pooled: {mode}", {"write": {"config_sentence_transformers.json": PROMPTS, **pooling(mode, include_prompt=False)}}
    yield "a prompt that is not pooled, by a switch", {"write": {"config_sentence_transformers.json": PROMPTS, "1_Pooling/config.json": switches("mean", include_prompt=False)}}
    yield "truncate_dim behind the norm", {"write": {"config_sentence_transformers.json": {"truncate_dim": 7}}}
    yield "truncate_dim without a norm", merged(listed("Transformer", "Pooling"), {"write": {"config_sentence_transformers.json": {"truncate_dim": 7}}})
    yield "do_lower_case", {"write": {"sentence_bert_config.json": {"max_seq_length": 40, "do_lower_case": True}}}
    yield "max_seq_length", {"write": {"sentence_bert_config.json": {"max_seq_length": 9}}}
    yield "max_seq_length under an old name", {"remove": ["sentence_bert_config.json"], "write": {"sentence_roberta_config.json": {"max_seq_length": 11}}}
    yield "model_max_length of the tokenizer", {"write": {"sentence_bert_config.json": NEW_READING, **tokenizer_config(model_max_length=13)}}
    yield "model_max_length among processor_kwargs", {"write": {"sentence_bert_config.json": NEW_READING | {"processor_kwargs": {"model_max_length": 15}}, **tokenizer_config(model_max_length=13)}}
    yield "no length but the model's positions", {"write": {"sentence_bert_config.json": NEW_READING, **tokenizer_config(model_max_length=10**30)}}
    yield "no settings of the reading", {"remove": ["sentence_bert_config.json"]}
    yield "no modules at all", {"remove": ["modules.json", "1_Pooling/config.json", "sentence_bert_config.json"], "unlisted": True}
    yield "the model in a folder of its own", {"move": "0_Transformer"}
    yield "a dense layer", merged(listed("Transformer", "Pooling", "Dense", "Normalize"), dense("2_Dense", D, 6))
    yield "a dense layer behind the norm", merged(listed("Transformer", "Pooling", "Normalize", "Dense"), dense("3_Dense", D, 6, "torch.nn.modules.linear.Identity", bias=False))
    yield "two dense layers", merged(listed("Transformer", "Pooling", "Dense", "Dense", "Normalize"), dense("2_Dense", D, 9, "torch.nn.modules.activation.ReLU"), dense("3_Dense", 9, 5, "torch.nn.modules.activation.Sigmoid", seed=2))
    yield "a dense layer with what goes past it", merged(listed("Transformer", "Pooling", "Dense"), dense("2_Dense", D, D, "torch.nn.modules.activation.SiLU", residual=True))
    yield "a dense layer with a matrix past it", merged(listed("Transformer", "Pooling", "Dense"), dense("2_Dense", D, 6, residual=True))
    yield "a dense layer behind two poolings", merged(listed("Transformer", "Pooling", "Dense"), {"write": pooling(["mean", "max"])}, dense("2_Dense", 2 * D, 6))
    yield "a dense layer of tokens, before the pooling", merged({"write": {"modules.json": modules("Transformer", "Dense", "Pooling", paths={2: "2_Pooling"}), "2_Pooling/config.json": {"embedding_dimension": 6, "pooling_mode": "mean"}}}, dense("1_Dense", D, 6, module_input_name="token_embeddings"))
    yield "a dropout", {"write": {"modules.json": modules("Transformer", "Pooling", "Dropout", "Normalize"), "2_Dropout/config.json": {"dropout": 0.5}}}
    yield "a layer norm", merged(listed("Transformer", "Pooling", "LayerNorm"), layer_norm("2_LayerNorm"))


def made(case, folder):
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for path in case.get("remove", []):
        (folder / path).unlink()
    write(folder, case.get("write", {}))
    for path, tensors in case.get("weights", {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, folder / path)
    if "move" in case:
        inner = folder / case["move"]
        inner.mkdir()
        for path in [p for p in folder.iterdir() if p.is_file() and p.name != "modules.json"]:
            path.rename(inner / path.name)
        write(folder, {"modules.json": modules("Transformer", "Pooling", "Normalize", paths={0: case["move"]})})


if __name__ == "__main__":
    base()
    out = []
    for name, case in cases():
        with tempfile.TemporaryDirectory() as place:
            made(case, Path(place))
            model = SentenceTransformer(place, device="cpu")
            # One text at a time: padding would stand in the way of nothing, and rounds sums otherwise.
            options = {"prompt": case["prompt"]} if "prompt" in case else {"prompt_name": case["promptName"]} if "promptName" in case else {}
            vectors = [model.encode(text, **options).tolist() for text in TEXTS]
        record = {"name": name, **{k: case[k] for k in ("remove", "write", "move", "prompt", "promptName", "unlisted") if case.get(k)}}
        if case.get("weights"):
            record["weights"] = {path: {n: {"shape": list(t.shape), "values": [round(v, 8) for v in t.flatten().tolist()]} for n, t in tensors.items()} for path, tensors in case["weights"].items()}
        out.append(record | {"vectors": [[round(v, 7) for v in vector] for vector in vectors]})
        print(name, len(vectors[0]), flush=True)
    (OUT / "cases.json").write_text(json.dumps({"texts": TEXTS, "cases": out}, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf8")
