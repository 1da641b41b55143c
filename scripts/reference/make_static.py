# Makes test/fixtures/static: small static embedding models in every layout, and what model2vec and sentence-transformers make of them.
# Reference: model2vec 0.10, sentence-transformers 6. Run: python make_static.py test/fixtures/static
import json
import shutil
import sys
from pathlib import Path

import numpy as np
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

OUT = Path(sys.argv[1])
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "mat", "sat", "##s", "on", "a", "고양이", "는", "##는"]
D = 6
TEXTS = ["the cat sat on the mats", "a 고양이는 zebra", "zebra", "cat " * 20]
rng = np.random.default_rng(3)


def tokenizer():
    made = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def model2vec_cases():
    full = rng.standard_normal((len(WORDS), D))
    yield "float32", dict(vectors=full.astype(np.float32))
    yield "float16", dict(vectors=full.astype(np.float16), normalize=True)
    yield "int8", dict(vectors=np.clip(full * 40, -127, 127).astype(np.int8), normalize=True)
    yield "mapping", dict(vectors=full[:5].astype(np.float32), token_mapping=rng.integers(0, 5, len(WORDS)), normalize=True)
    yield "weights", dict(vectors=full.astype(np.float32), weights=rng.random(len(WORDS)).astype(np.float32))
    yield "both", dict(vectors=np.clip(full[:5] * 40, -127, 127).astype(np.int8), token_mapping=rng.integers(0, 5, len(WORDS)), weights=rng.random(len(WORDS)).astype(np.float32), normalize=True)


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {}
    for name, parts in model2vec_cases():
        StaticModel(tokenizer=tokenizer(), **parts).save_pretrained(OUT / name)
        model = StaticModel.from_pretrained(OUT / name)
        expected[name] = [model.encode([text])[0].astype(float).tolist() for text in TEXTS]
        (OUT / name / "README.md").unlink(missing_ok=True)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer(), embedding_weights=rng.standard_normal((len(WORDS), D)).astype(np.float32))], device="cpu")
    model.save(str(OUT / "sentence-transformers"))
    model = SentenceTransformer(str(OUT / "sentence-transformers"), device="cpu")
    expected["sentence-transformers"] = [model.encode(text).astype(float).tolist() for text in TEXTS]
    (OUT / "sentence-transformers" / "README.md").unlink(missing_ok=True)
    (OUT / "expected.json").write_text(json.dumps({"texts": TEXTS, "vectors": expected}, ensure_ascii=False) + "\n", encoding="utf8")
