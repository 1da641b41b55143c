"""Published chat templates × conversations of every shape, as transformers renders them.

    python scripts/reference/make_templates.py FOLDER

FOLDER holds *.jinja: llama.cpp's models/templates (https://github.com/ggml-org/llama.cpp, at the version that the fixture names). The templates are
their models' makers' and not stored here; the fixture holds, per template, its SHA-256 and per conversation the SHA-256 of what it renders to, or
the error. test/template/published.test.ts renders the same files where TONGSA_TEMPLATES says where they lie.

Rendered by transformers' own environment (chat_template_utils._compile_jinja_template), with the clock stopped and the messages as they are:
what apply_chat_template does to messages before (it drops keys that are null and copies the reasoning under three names) is not the template's.
Needs transformers and jinja2.
"""

import glob
import hashlib
import json
import os
import sys
from datetime import datetime

import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

sys.path.insert(0, os.path.dirname(__file__))
from template_conversations import CONVERSATIONS

OUT = os.path.join(os.path.dirname(__file__), "../../test/fixtures/template")
NOW = datetime(2026, 2, 3, 4, 5, 6)
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


def rendered(template, given):
    try:
        return {"sha256": hashlib.sha256(template.render(**given).encode("utf8", "surrogatepass")).hexdigest()[:16]}
    except Exception as error:
        return {"error": type(error).__name__}


def main(folder, show=None):
    out = {"transformers": transformers.__version__, "now": NOW.isoformat(), "special": SPECIAL, "templates": []}
    for path in sorted(glob.glob(f"{folder}/*.jinja")):
        source = open(path, encoding="utf8", newline="").read()
        template = _compile_jinja_template(source)
        template.globals["strftime_now"] = lambda format: NOW.strftime(format)
        results = []
        for conversation in CONVERSATIONS:
            given = {k: v for k, v in conversation.items() if k != "name"}
            given = {"tools": None, "documents": None, **SPECIAL, **given}
            if show == (os.path.basename(path) + "/" + conversation["name"]):
                print(template.render(**given), end="")
            results.append(rendered(template, given))
        out["templates"].append({"name": os.path.basename(path), "sha256": hashlib.sha256(source.encode()).hexdigest(), "rendered": [r.get("sha256", "!" + r.get("error", "")) for r in results]})
    if show:
        return
    os.makedirs(OUT, exist_ok=True)
    json.dump(CONVERSATIONS, open(f"{OUT}/conversations.json", "w"), ensure_ascii=False, indent=0)
    json.dump(out, open(f"{OUT}/published.json", "w"), indent=0)
    print(len(out["templates"]), "templates,", len(CONVERSATIONS), "conversations")


if __name__ == "__main__":
    main(*sys.argv[1:])
