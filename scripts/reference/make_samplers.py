# Makes test/fixtures/generation/samplers.json: random logits, a chain of sampler steps, and what transformers' own processors leave of them.
# Run: python scripts/reference/make_samplers.py test/fixtures/generation/samplers.json
"""A case: {logits, history, chain, kept}: kept maps each id that may come next to its probability. OpenAI's penalties and logit bias are
not in transformers: they are subtracted and added here, as its API reference states them."""

import json
import random
import sys
from pathlib import Path

import torch
from transformers.generation import logits_process as L

V = 40


def chain(r):
    steps = []
    if r.random() < 0.5:
        steps.append(dict(type="penalties", repetition=round(r.uniform(0.8, 2), 2), frequency=round(r.uniform(-1, 1), 2), presence=round(r.uniform(-1, 1), 2), last=r.choice([3, 8, 64])))
    if r.random() < 0.3:
        steps.append(dict(type="bias", bias={str(r.randrange(V)): round(r.uniform(-5, 5), 2) for _ in range(3)}))
    for step, chance in ((dict(type="temperature", value=round(r.uniform(0.2, 3), 2)), 0.7), (dict(type="topK", k=r.randint(1, 30)), 0.5), (dict(type="topP", p=round(r.uniform(0.05, 0.99), 2)), 0.5), (dict(type="minP", p=round(r.uniform(0.01, 0.5), 2)), 0.4),
                         (dict(type="typical", p=round(r.uniform(0.1, 0.95), 2)), 0.4)):
        if r.random() < chance:
            steps.append(step)
    if r.random() < 0.5:
        r.shuffle(steps)
    return steps


def apply(step, scores, history):
    kind = step["type"]
    if kind == "penalties":
        seen = history[-step["last"]:]
        if seen:
            scores = L.RepetitionPenaltyLogitsProcessor(step["repetition"])(torch.tensor([seen]), scores)
        for i in set(seen):
            scores[0, i] -= step["frequency"] * seen.count(i) + step["presence"]
        return scores
    if kind == "bias":
        for i, b in step["bias"].items():
            scores[0, int(i)] += b
        return scores
    warper = {"temperature": lambda: L.TemperatureLogitsWarper(step["value"]), "topK": lambda: L.TopKLogitsWarper(step["k"]), "topP": lambda: L.TopPLogitsWarper(step["p"]), "minP": lambda: L.MinPLogitsWarper(step["p"]), "typical": lambda: L.TypicalLogitsWarper(step["p"])}[kind]()
    return warper(torch.tensor([history or [0]]), scores)


def main():
    r = random.Random(7)
    torch.manual_seed(7)
    cases = []
    while len(cases) < 60:
        scores = torch.randn(1, V) * r.choice([1, 3, 8])
        logits = [round(float(x), 4) for x in scores[0]]
        history = [r.randrange(V) for _ in range(r.choice([0, 5, 20]))]
        steps = chain(r)
        # A step that sees the same number twice may drop either: the reference keeps both.
        if len(set(logits)) < V:
            continue
        out = torch.tensor([logits])
        for step in steps:
            out = apply(step, out.clone(), history)
        p = out.softmax(-1)[0]
        kept = {i: round(float(p[i]), 6) for i in range(V) if out[0, i] > -float("inf")}
        cases.append(dict(logits=logits, history=history, chain=steps, kept=kept))
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
