"""A sentence encoder's Hugging Face folder -> the same with onnx/model.onnx beside it, in float32, as bench/sentence.ts hands it to its peers.

    python export_onnx.py MINILM-FOLDER OUTPUT-FOLDER

Needs torch, transformers, onnx and onnxscript. The graph takes input_ids, attention_mask and token_type_ids (batch, T) and gives
last_hidden_state (batch, T, D); batch and T are free.
"""

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModel


class LastStates(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def main():
    source, target = map(Path, sys.argv[1:3])
    model = LastStates(AutoModel.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval())
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.suffix in (".json", ".txt"):
            shutil.copy(file, target / file.name)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = {
        "input_ids": torch.randint(1000, 2000, (2, 12)),
        "attention_mask": torch.ones(2, 12, dtype=torch.int64),
        "token_type_ids": torch.zeros(2, 12, dtype=torch.int64),
    }
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=512)}
    torch.onnx.export(
        model,
        kwargs=example,
        f=target / "onnx" / "model.onnx",
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_shapes={name: axes for name in names},
        dynamo=True,
        external_data=False,
    )


if __name__ == "__main__":
    main()
