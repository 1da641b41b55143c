# Writes src/tensor/grids.ts: the codebooks of the IQ formats, from the gguf Python package (MIT, the ggml authors).
# Run: python scripts/reference/make_grids.py > src/tensor/grids.ts && npx biome check --write src/tensor/grids.ts

import base64
import textwrap

import gguf.quants as q

GRIDS = ['IQ1_S', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ3_XXS', 'IQ3_S']

print('// The codebooks of the IQ formats, each value packed in 2 or 4 bits. Data: made by scripts/reference/make_grids.py, do not edit.')
print('// ggml/src/ggml-common.h iq1s_grid … iq3s_grid (MIT, the ggml authors), as packed in gguf-py/gguf/quants.py')
print('''
/** A codebook: `rows` entries of `width` values, row-major, each an index of `bits` bits into `values`, lowest bits first; base64. */
export interface PackedGrid {
	readonly rows: number;
	readonly width: number;
	readonly bits: number;
	readonly values: readonly number[];
	readonly base64: string;
}
''')
print('export const GRIDS = {')
for name in GRIDS:
    c = getattr(q, name)
    data = bytes.fromhex(c.grid_hex.decode())
    bits = 2 if len(c.grid_map) <= 4 else 4
    rows, width = c.grid_shape
    assert len(data) * 8 == rows * width * bits
    lines = textwrap.wrap(base64.b64encode(data).decode(), 120)
    print(f'\t{name}: {{ rows: {rows}, width: {width}, bits: {bits}, values: [{", ".join(str(int(v)) for v in c.grid_map)}], base64:')
    print(' +\n'.join(f"\t\t'{line}'" for line in lines) + ' },')
print('} as const satisfies Record<string, PackedGrid>;')
