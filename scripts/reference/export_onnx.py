"""A sentence encoder's Hugging Face folder, or a Llama-like GGUF -> a folder with onnx/model.onnx in float32, as bench/sentence.ts and bench/embed.ts
hand it to their peers.

    python export_onnx.py MINILM-FOLDER|SMOLLM2.gguf OUTPUT-FOLDER

Needs torch, transformers, onnx and onnxscript; accelerate for a GGUF. The graph takes input_ids and attention_mask (an encoder token_type_ids too),
each (batch, T), and gives an encoder's last_hidden_state (batch, T, D) or a decoder's logits (batch, T, V); batch and T are free.
A GGUF's weights are decoded; beside the graph stand the same as safetensors, with the tokenizer, for whoever opens folders.
"""

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


class LastStates(torch.nn.Module):
    output = "last_hidden_state"
    inputs = INPUTS

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


class Logits(torch.nn.Module):
    output = "logits"
    inputs = INPUTS[:2]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits


def encoder(folder, target):
    for file in folder.iterdir():
        if file.suffix in (".json", ".txt"):
            shutil.copy(file, target / file.name)
    return LastStates(AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager"))


def decoder(file, target):
    read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(target)
    # What was read is still marked as quantised and does not save: the same weights in a new model.
    settings = read.config.to_dict()
    settings.pop("quantization_config", None)
    config = type(read.config)(**settings)
    config._attn_implementation = "eager"
    model = type(read)(config)
    model.load_state_dict(read.state_dict())
    model.save_pretrained(target)
    return Logits(model)


def main():
    source, target = map(Path, sys.argv[1:3])
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    graph = (decoder if source.suffix == ".gguf" else encoder)(source, target).eval()
    example = {
        "input_ids": torch.randint(1000, 2000, (2, 12)),
        "attention_mask": torch.ones(2, 12, dtype=torch.int64),
        "token_type_ids": torch.zeros(2, 12, dtype=torch.int64),
    }
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=512)}
    torch.onnx.export(
        graph,
        kwargs={name: example[name] for name in graph.inputs},
        f=target / "onnx" / "model.onnx",
        input_names=graph.inputs,
        output_names=[graph.output],
        dynamic_shapes={name: axes for name in graph.inputs},
        dynamo=True,
        external_data=False,
    )


if __name__ == "__main__":
    main()
