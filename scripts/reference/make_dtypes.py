# Writes test/fixtures/tensor/dtypes.json.gz: raw blocks of every type and the float32 bits that another implementation decodes them to.
# Run: python scripts/reference/make_dtypes.py test/fixtures/tensor/dtypes.json.gz   (needs numpy, gguf, torch; no network)

import base64
import gzip
import json
import sys

import numpy as np
import torch
from gguf import quants
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

RANDOM_BLOCKS = 8

# Offsets of the halves that scale a block: filled with ordinary and with extreme values. IQ1_M's half lies in four words' upper nibbles.
HALVES = {
    'Q4_0': [0], 'Q4_1': [0, 2], 'Q5_0': [0], 'Q5_1': [0, 2], 'Q8_0': [0],
    'Q2_K': [80, 82], 'Q3_K': [108], 'Q4_K': [0, 2], 'Q5_K': [0, 2], 'Q6_K': [208],
    'IQ1_S': [0], 'IQ1_M': [], 'IQ2_XXS': [0], 'IQ2_XS': [0], 'IQ2_S': [0], 'IQ3_XXS': [0], 'IQ3_S': [0],
    'IQ4_NL': [0], 'IQ4_XS': [0], 'TQ1_0': [52], 'TQ2_0': [64], 'MXFP4': [],
}
# Largest, smallest normal, largest and smallest subnormal, zeros, infinities, NaNs, and an ordinary one.
EXTREME_HALVES = [0x7BFF, 0xFBFF, 0x0400, 0x03FF, 0x0001, 0x8001, 0x0000, 0x8000, 0x7C00, 0xFC00, 0x7E01, 0xFD00, 0x2E66]
MXFP4_EXPONENTS = [0, 1, 2, 3, 120, 127, 128, 200, 253, 254, 255]


def put_half(block, name, at, bits):
    if name == 'IQ1_M':
        for i in range(4):
            block[49 + 2 * i] = (block[49 + 2 * i] & 0x0F) | (((bits >> (4 * i)) & 15) << 4)
    else:
        block[at], block[at + 1] = bits & 255, bits >> 8


def ordinary_half(rng):
    return int(np.float16(rng.normal() * 2.0 ** rng.integers(-8, 3)).view(np.uint16))


def blocks_of(name, size, rng):
    places = HALVES[name] or ([0] if name == 'IQ1_M' else [])
    out = []
    for _ in range(RANDOM_BLOCKS):
        block = rng.integers(0, 256, size, dtype=np.uint8)
        for at in places:
            put_half(block, name, at, ordinary_half(rng))
        out.append(block)
    out += [np.full(size, v, dtype=np.uint8) for v in (0x00, 0xFF, 0x7F, 0x80)]
    # Every extreme half in every place, the others ordinary; and the extremes together.
    for bits in EXTREME_HALVES:
        for chosen in ([[at] for at in places] + ([places] if len(places) > 1 else [])):
            block = rng.integers(0, 256, size, dtype=np.uint8)
            for at in places:
                put_half(block, name, at, bits if at in chosen else ordinary_half(rng))
            out.append(block)
    if name == 'MXFP4':
        for e in MXFP4_EXPONENTS:
            block = rng.integers(0, 256, size, dtype=np.uint8)
            block[0] = e
            out.append(block)
    return np.concatenate(out)


def pack(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def plain_cases(rng):
    """Types that gguf's dequantize does not take: NumPy and PyTorch convert them instead."""
    words = rng.integers(0, 2 ** 32, 64, dtype=np.uint32)
    f32 = np.concatenate([words, np.array([0, 0x80000000, 1, 0x80000001, 0x7F800000, 0xFF800000, 0x7F800001, 0x7FC12345, 0x00800000, 0x7F7FFFFF], dtype=np.uint32)])
    yield 'F32', 'gguf', f32.view(np.uint8), quants.dequantize(f32.view(np.uint8), GGMLQuantizationType.F32)
    halves = np.arange(0, 65536, dtype=np.uint32).astype(np.uint16)
    yield 'F16', 'gguf', None, quants.dequantize(halves.view(np.uint8), GGMLQuantizationType.F16)
    some = np.concatenate([rng.integers(0, 65536, 64, dtype=np.uint16), np.array([0, 0x8000, 1, 0x7F80, 0xFF80, 0x7F81, 0x7FC0, 0x0080, 0x7F7F], dtype=np.uint16)])
    yield 'BF16', 'gguf', some.view(np.uint8), quants.dequantize(some.view(np.uint8), GGMLQuantizationType.BF16)
    every = np.arange(256, dtype=np.uint8)
    for name, kind in (('F8_E4M3', torch.float8_e4m3fn), ('F8_E5M2', torch.float8_e5m2)):
        yield name, 'torch', every, torch.from_numpy(every.copy()).view(kind).to(torch.float32).numpy()
    doubles = np.concatenate([rng.normal(size=32) * 10.0 ** rng.integers(-50, 50, 32), [0.0, -0.0, np.inf, -np.inf, np.nan, 1e300, -1e-300, 1 + 2.0 ** -24, 1 + 2.0 ** -24 + 2.0 ** -52, 1 + 3 * 2.0 ** -24, 2.0 ** -149, 2.0 ** -150, 2.0 ** -126 * (1 - 2.0 ** -24)]])
    with np.errstate(all='ignore'):
        yield 'F64', 'numpy', doubles.view(np.uint8), doubles.astype(np.float32)
    for name, kind in (('I8', np.int8), ('I16', np.int16), ('I32', np.int32), ('I64', np.int64), ('U8', np.uint8), ('U16', np.uint16), ('U32', np.uint32), ('U64', np.uint64)):
        info = np.iinfo(kind)
        edges = [info.min, info.max, 0, 1]
        # Beside halfway points between neighbouring float32, where rounding twice goes wrong.
        for power in range(25, info.bits - (info.min < 0)):
            half = 1 << (power - 24)
            for middle in ((1 << power) + half, (1 << power) + 3 * half):
                for x in (middle - 1, middle, middle + 1):
                    edges += [x] + ([-x] if info.min < 0 else [])
        values = np.concatenate([rng.integers(info.min, info.max, 32, dtype=kind, endpoint=True), np.array([x for x in edges if info.min <= x <= info.max], dtype=kind)])
        yield name, 'numpy', values.view(np.uint8), values.astype(np.float32)
    yield 'BOOL', 'by definition', np.array([0, 1, 1, 0], dtype=np.uint8), np.array([0, 1, 1, 0], dtype=np.float32)


def main(path):
    rng = np.random.default_rng(20260101)
    cases = []
    for name, by, raw, values in plain_cases(rng):
        # F16: all 65,536 values; the test makes the input itself, and compares a checksum of the bits with NaN made one.
        if raw is None:
            bits = np.where(np.isnan(values), np.uint32(0x7FC00000), values.view(np.uint32)).astype(np.uint64)
            weights = np.arange(1, bits.size + 1, dtype=np.uint64)
            cases.append({'name': name, 'by': by, 'all': True, 'sum': str(int((bits * weights).sum() % (1 << 53)))})
        else:
            cases.append({'name': name, 'by': by, 'raw': pack(raw), 'values': pack(values)})
    for name in HALVES:
        kind = GGMLQuantizationType[name]
        with np.errstate(all='ignore'):
            raw = blocks_of(name, GGML_QUANT_SIZES[kind][1], rng)
            cases.append({'name': name, 'by': 'gguf', 'raw': pack(raw), 'values': pack(quants.dequantize(raw, kind))})
    with gzip.GzipFile(path, 'wb', mtime=0) as file:
        file.write(json.dumps(cases, indent=0).encode())


main(sys.argv[1])
