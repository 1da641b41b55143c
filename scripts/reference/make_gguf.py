# Makes GGUF files out of the tiny checkpoints of make_families.py, with llama.cpp's own converter, and quantised ones with gguf-py.
# Run: LLAMA_CPP=/path/to/llama.cpp python make_gguf.py FAMILIES_FOLDER [NAME…]
"""For each name: FOLDER/<name>.gguf in F32, what the converter makes of FOLDER/<name>. The vocabulary is left out: tests pass ids.
For QUANTISED: also FOLDER/<name>-<type>.gguf, with FOLDER/<name>-<type>.expected.safetensors: the reference run on the decoded weights."""

import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

LLAMA_CPP = Path(os.environ["LLAMA_CPP"])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]

import gguf  # noqa: E402
from conversion import get_model_class  # noqa: E402
from conversion.base import ModelBase  # noqa: E402

logging.disable(logging.INFO)

NAMES = ["llama", "llama-llama3", "llama-linear", "gpt2", "falcon-11b", "falcon-40b-gguf", "bloom", "gpt-neox", "gpt-neox-serial", "gemma", "gemma2-gguf", "gemma3", "embedding-gemma", "qwen2-gguf", "qwen3",
         "qwen3-moe-gguf", "mixtral", "gpt-oss-gguf", "gpt-oss-mxfp4", "phi3", "phi3-longrope", "smollm3-gguf", "olmo2", "starcoder2-gguf", "cohere", "minilm", "xlm-roberta", "nomic-bert", "modernbert-gguf"]


def nomic_hub_config(c):
    """config.json as nomic-ai's own repositories have it: the converter knows no other."""
    return dict(model_type="nomic_bert", architectures=c["architectures"], vocab_size=c["vocab_size"], n_embd=c["hidden_size"], n_layer=c["num_hidden_layers"],
                n_head=c["num_attention_heads"], n_inner=c["intermediate_size"], n_positions=8192, max_trained_positions=2048, type_vocab_size=c["type_vocab_size"],
                layer_norm_epsilon=c["layer_norm_eps"], rotary_emb_base=c["rope_parameters"]["rope_theta"], rotary_emb_fraction=1.0, rotary_emb_interleaved=False,
                rotary_emb_scale_base=None, activation_function="swiglu", causal=False, prenorm=False, qkv_proj_bias=False, mlp_fc1_bias=False, mlp_fc2_bias=False)


def convert(folder, out, kind="ALL_F32"):
    hparams = json.loads((folder / "config.json").read_text())
    model_class = get_model_class(hparams["architectures"][0])

    class WithoutVocabulary(model_class):
        model_arch = model_class.model_arch

        def set_vocab(self):
            self.gguf_writer.add_tokenizer_model("none")

    with tempfile.TemporaryDirectory() as copied:
        folder = Path(shutil.copytree(folder, Path(copied) / folder.name))
        # Some converters count the vocabulary in a file that these checkpoints do not have.
        vocabulary = {str(i): i for i in range(hparams["vocab_size"])}
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": vocabulary}, "added_tokens": []}))
        nomic = nomic_hub_config(hparams) if hparams["model_type"] == "nomic_bert" else None
        model = WithoutVocabulary(folder, gguf.LlamaFileType[kind], out, eager=True, **({"hparams": nomic} if nomic else {}))
        # Settings that the converter looks for under the names that they had before transformers 5.
        model.hparams.setdefault("n_ctx", hparams.get("n_positions"))
        model.hparams.setdefault("n_positions", hparams.get("max_position_embeddings"))
        model.hparams.setdefault("rotary_pct", hparams.get("rotary_pct", (hparams.get("rope_parameters") or {}).get("partial_rotary_factor")))
        model.write()


def main():
    folder = Path(sys.argv[1])
    for name in sys.argv[2:] or NAMES:
        try:
            convert(folder / name, folder / f"{name}.gguf")
            if name.endswith("-gguf"):
                shutil.rmtree(folder / name)
            print(name, (folder / f"{name}.gguf").stat().st_size)
        except Exception as error:
            print("FAILED", name, type(error).__name__, error)


if __name__ == "__main__":
    main()
