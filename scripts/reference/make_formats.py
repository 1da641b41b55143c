# Makes test/fixtures/formats: small files by the reference writers, and what the reference readers see in them.
# Needs: pip install gguf safetensors numpy. Usage: python scripts/reference/make_formats.py test/fixtures/formats models

import json
import struct
import sys
from base64 import b64encode
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np
import safetensors
from gguf import GGMLQuantizationType, GGUFEndian, GGUFReader, GGUFValueType, GGUFWriter, quants
from safetensors import safe_open
from safetensors.numpy import save_file

OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(20260)


def plain(value):
    """JSON-able: numpy numbers as numbers, 64-bit ones as strings (JavaScript reads them as bigint), NaN and infinities as strings."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, (np.floating, float)):
        return float(value) if np.isfinite(value) else str(float(value))
    if isinstance(value, (np.integer, int)):
        return int(value) if abs(int(value)) < 2**53 else str(int(value))
    return value


def seen_by_gguf(path: Path) -> dict:
    reader = GGUFReader(path)
    metadata = {}
    for name, field in reader.fields.items():
        if not name.startswith("GGUF."):
            metadata[name] = {"types": [type.name for type in field.types], "value": plain(field.contents())}
    tensors = [
        {
            "name": tensor.name,
            "dtype": tensor.tensor_type.name,
            "shape": [int(size) for size in reversed(tensor.shape)],
            "byteOffset": int(tensor.data_offset),
            "byteLength": int(tensor.n_bytes),
        }
        for tensor in reader.tensors
    ]
    return {"version": int(reader.fields["GGUF.version"].contents()), "metadata": metadata, "tensors": tensors}


def write(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


NUMBERS = {
    "UINT8": 255,
    "INT8": -128,
    "UINT16": 65535,
    "INT16": -32768,
    "UINT32": 4294967295,
    "INT32": -2147483648,
    "FLOAT32": 0.1,
    "UINT64": 2**64 - 1,
    "INT64": -(2**63),
    "FLOAT64": 0.1,
    "BOOL": True,
}


def all_values(writer: GGUFWriter) -> None:
    for name, value in NUMBERS.items():
        writer.add_key_value(f"test.{name.lower()}", value, GGUFValueType[name])
        writer.add_key_value(f"test.array.{name.lower()}", [value, type(value)(0), value], GGUFValueType.ARRAY, sub_type=GGUFValueType[name])
    writer.add_string("test.string", "안녕, 世界 🙂\ufeff")
    writer.add_key_value("test.empty", "", GGUFValueType.STRING)
    writer.add_array("test.array.string", ["", "a", "통사", "\ufeffbom", "x" * 40, "z"])
    writer.add_key_value("test.array.one", [7], GGUFValueType.ARRAY, sub_type=GGUFValueType.UINT8)


def quantized(kind: GGMLQuantizationType, shape: tuple[int, ...]) -> np.ndarray:
    """Random bytes of the right number: what they mean is the dtype tests' business."""
    return rng.integers(0, 256, size=quants.quant_shape_to_byte_shape(shape, kind), dtype=np.uint8)


def all_types(writer: GGUFWriter) -> None:
    writer.add_block_count(2)
    writer.add_tensor("a.f32", rng.standard_normal((3, 5)).astype(np.float32))
    writer.add_tensor("b.f16", rng.standard_normal((2, 3, 4)).astype(np.float16))
    writer.add_tensor("c.vector", rng.standard_normal(7))
    writer.add_tensor("d.four", rng.integers(-9, 9, (2, 3, 2, 2), dtype=np.int16))
    skipped = {"F32", "F16", "F64", "I8", "I16", "I32", "I64"}
    for kind in GGMLQuantizationType:
        if kind.name not in skipped and kind.name != "Q8_1":  # gguf-py and ggml disagree on Q8_1's block (40 and 36 bytes); no file has it
            writer.add_tensor(f"q.{kind.name}", quantized(kind, (2, 512)), raw_dtype=kind)


expected = {}

writer = GGUFWriter(OUT / "values.gguf", "test")
all_values(writer)
write(writer)

writer = GGUFWriter(OUT / "types.gguf", "test")
all_types(writer)
write(writer)

writer = GGUFWriter(OUT / "aligned.gguf", "test")
writer.add_custom_alignment(256)
writer.add_tensor("first", np.arange(3, dtype=np.int8))
writer.add_tensor("second", np.arange(5, dtype=np.int32))
write(writer)

# Version 2 has version 3's layout.
v3 = bytearray((OUT / "aligned.gguf").read_bytes())
v3[4:8] = struct.pack("<I", 2)
(OUT / "version2.gguf").write_bytes(v3)

for name in ["values", "types", "aligned", "version2"]:
    expected[f"{name}.gguf"] = seen_by_gguf(OUT / f"{name}.gguf")

writer = GGUFWriter(OUT / "big-endian.gguf", "test", endianess=GGUFEndian.BIG)
writer.add_tensor("first", np.arange(4, dtype=np.float32))
write(writer)

writer = GGUFWriter(OUT / "split.gguf", "test", split_max_tensors=2)
writer.add_block_count(1)
for i in range(5):
    writer.add_tensor(f"tensor{i}", np.full((2, 2 + i), i, dtype=np.float32))
write(writer)
for path in sorted(OUT.glob("split-*.gguf")):
    expected[path.name] = seen_by_gguf(path)

# Safetensors: every dtype that NumPy has, an empty tensor, a scalar, __metadata__.
tensors = {
    dtype.__name__: np.arange(6).reshape(2, 3).astype(dtype)
    for dtype in [np.float64, np.float32, np.float16, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.bool_]
}
tensors["empty"] = np.zeros((0, 4), dtype=np.float32)
tensors["scalar"] = np.array(7, dtype=np.int32)
tensors["이름"] = np.ones((1, 2, 3, 4, 5), dtype=np.uint8)
save_file(tensors, OUT / "types.safetensors", metadata={"format": "np", "made": "by the reference"})
(OUT / "types.safetensors").chmod(0o644)


def seen_by_safetensors(path: Path) -> dict:
    with safe_open(path, framework="np") as file:
        names = sorted(file.keys())
        metadata = dict(sorted(file.metadata().items()))
        slices = {name: file.get_slice(name) for name in names}
        seen = {name: {"dtype": part.get_dtype(), "shape": part.get_shape(), "hex": file.get_tensor(name).tobytes().hex()} for name, part in slices.items()}
    return {"metadata": metadata, "tensors": seen}


expected["types.safetensors"] = seen_by_safetensors(OUT / "types.safetensors")


# Which headers the reference takes. Ours must say the same, but for the differences that the test names.
def st(header: str | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def one(dtype="F32", shape="[2]", offsets="[0,8]", extra="") -> str:
    return f'{{"t":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}{extra}}}}}'


EIGHT = bytes(8)
CASES = {
    "good": st(one(), EIGHT),
    "no tensors": st("{}"),
    "spaces behind": st(one() + "   ", EIGHT),
    "unknown field": st(one(extra=',"more":1'), EIGHT),
    "metadata only": st('{"__metadata__":{"a":"b"}}'),
    "scalar": st(one("F64", "[]"), EIGHT),
    "zero dimension": st(one("F32", "[0,5]", "[0,0]")),
    "two in reverse": st('{"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', EIGHT),
    "empty tensor between": st('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"z":{"dtype":"U8","shape":[0],"data_offsets":[4,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}', EIGHT),
    "F4 pair": st(one("F4", "[2]", "[0,1]"), b"\0"),
    "F8_E8M0": st(one("F8_E8M0", "[8]"), EIGHT),
    "C64": st(one("C64", "[1]"), EIGHT),
    "nothing": b"",
    "seven bytes": bytes(7),
    "length zero": bytes(8),
    "length beyond the file": st(one(), EIGHT, 10_000),
    "length 2^60": st(one(), EIGHT, 2**60),
    "length -1": st(one(), EIGHT, 2**64 - 1),
    "length above 100 MB": st(one(), EIGHT, 100_000_001),
    "cut header": st(one()[:-2], EIGHT),
    "no JSON": st("hello", EIGHT),
    "array": st("[]"),
    "null": st("null"),
    "not UTF-8": st(b'{"\xff":1}'),
    "missing bytes": st(one(), bytes(7)),
    "bytes left over": st(one(), bytes(9)),
    "hole before": st(one(offsets="[8,16]"), bytes(16)),
    "overlap": st('{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}', EIGHT),
    "same place": st('{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}', EIGHT),
    "end before begin": st(one(offsets="[8,0]"), EIGHT),
    "offsets too few": st(one(offsets="[0]"), EIGHT),
    "offsets too many": st(one(offsets="[0,8,8]"), EIGHT),
    "offset negative": st(one(offsets="[-8,0]"), EIGHT),
    "offset fraction": st(one(offsets="[0,8.5]"), EIGHT),
    "offset 2^60": st(one(offsets=f"[0,{2**60}]"), EIGHT),
    "shape too small": st(one(shape="[1]"), EIGHT),
    "shape too large": st(one(shape="[3]"), EIGHT),
    "shape negative": st(one(shape="[-2]"), EIGHT),
    "shape fraction": st(one(shape="[1.5]"), EIGHT),
    "shape string": st(one(shape='"2"'), EIGHT),
    "shape overflow": st(one(shape=f"[{2**62},{2**62}]"), EIGHT),
    "shape overflow times zero": st(one(shape="[" + ",".join(["4294967296"] * 40) + ",0]", offsets="[0,0]")),
    "dtype unknown": st(one("F33"), EIGHT),
    "dtype lower case": st(one("f32"), EIGHT),
    "dtype of every object": st(one("constructor"), EIGHT),
    "dtype a number": st('{"t":{"dtype":1,"shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "dtype missing": st('{"t":{"shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "shape missing": st('{"t":{"dtype":"F32","data_offsets":[0,8]}}', EIGHT),
    "offsets missing": st('{"t":{"dtype":"F32","shape":[2]}}', EIGHT),
    "entry a number": st('{"t":1}'),
    "half a byte": st(one("F4", "[1]", "[0,1]"), b"\0"),
    "metadata a number": st('{"__metadata__":{"a":1}}'),
    "metadata an array": st('{"__metadata__":[]}'),
    "metadata nested": st('{"__metadata__":{"a":{"b":"c"}}}'),
    "metadata twice": st('{"__metadata__":{},"__metadata__":{}}'),
    "__proto__": st('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', EIGHT),
    # Where ours is stricter, as the format's text asks.
    "name twice": st('{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', EIGHT),
    "space before": st(" " + one(), EIGHT),
    "65 dimensions": st(one("U8", "[" + ",".join(["1"] * 65) + "]", "[0,1]"), b"\0"),
    "deep": st("{" + '"a":{' * 200 + "}" * 200 + "}"),
}


def accepted(raw: bytes) -> bool:
    try:
        safetensors.deserialize(raw)
        return True
    except Exception:
        return False


expected["safetensors cases"] = {name: {"base64": b64encode(raw).decode(), "accepted": accepted(raw)} for name, raw in CASES.items()}


def arrays_of(path: Path) -> dict:
    """Of each metadata array: its length and the SHA-256 of its contents, strings joined by newlines, numbers little-endian."""
    seen = {}
    for name, field in GGUFReader(path).fields.items():
        if field.types[0] == GGUFValueType.ARRAY:
            parts = [bytes(field.parts[i]) for i in field.data]
            joined = b"\n".join(parts) if field.types[1] == GGUFValueType.STRING else b"".join(parts)
            seen[name] = {"length": len(parts), "sha256": sha256(joined).hexdigest()}
    return seen


# The dictionaries that the repository carries.
expected["models"] = {name: arrays_of(Path(sys.argv[2]) / name) for name in ["bert-bge.gguf", "falcon.gguf", "gpt-2.gguf", "llama-2.gguf"]}
expected["made with"] = {"gguf": version("gguf"), "safetensors": safetensors.__version__}
(OUT / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent="\t") + "\n")
