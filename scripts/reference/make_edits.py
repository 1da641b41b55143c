# Expected logits of runs in which a slice of one point is replaced, and of greedy generation with it: transformers with hooks, on the tiny
# Llama of make_families.py. Writes test/fixtures/edits/llama.safetensors, which test/inspection/edits.test.ts reads.
# Usage: python scripts/reference/make_edits.py

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

FAMILIES = "test/fixtures/families"
model = AutoModelForCausalLM.from_pretrained(f"{FAMILIES}/llama", dtype=torch.float32, attn_implementation="eager").eval()
ids = load_file(f"{FAMILIES}/llama.expected.safetensors")["ids"].long().flatten().tolist()
layers, Dh = model.model.layers, model.config.head_dim or model.config.hidden_size // model.config.num_attention_heads


def context(layer, change):
    """The input of the output projection: (1, T, H * Dh)."""
    return layers[layer].self_attn.o_proj.register_forward_pre_hook(lambda _m, args: (change(args[0].clone()),))


def value(layer, change):
    return layers[layer].self_attn.v_proj.register_forward_hook(lambda _m, _a, out: change(out.clone()))


def output(layer, change):
    def hook(_m, _a, out):
        return (change(out[0].clone()), *out[1:]) if isinstance(out, tuple) else change(out.clone())

    return layers[layer].register_forward_hook(hook)


def head(h, factor, token=slice(None)):
    def change(x):
        x[:, token, h * Dh : (h + 1) * Dh] *= factor
        return x

    return change


def added(token, amount):
    def change(x):
        x[:, token] += amount
        return x

    return change


EDITS = {
    "head": lambda: context(0, head(3, 0)),
    "head and token": lambda: context(1, head(5, 2, -1)),
    "key head": lambda: value(0, head(1, 0)),
    "token": lambda: output(0, added(4, 0.5)),
}

with torch.no_grad():
    made = {"plain": model(torch.tensor([ids])).logits[0]}
    for name, edit in EDITS.items():
        handle = edit()
        made[name] = model(torch.tensor([ids])).logits[0]
        handle.remove()
    handle = EDITS["head"]()
    text = list(ids)
    for _ in range(8):
        text.append(int(model(torch.tensor([text])).logits[0, -1].argmax()))
    handle.remove()
made["greedy"] = torch.tensor(text[len(ids) :], dtype=torch.float32)
made["ids"] = torch.tensor(ids, dtype=torch.float32)
save_file({name: tensor.contiguous() for name, tensor in made.items()}, "test/fixtures/edits/llama.safetensors")
