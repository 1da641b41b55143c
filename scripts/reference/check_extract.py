# Checks `extract` with the gguf package: same metadata but for the block count, same tensors byte for byte, first N blocks only.
# Usage: python check_extract.py BIG.gguf EXTRACT.gguf BLOCKS

import re
import sys

import numpy as np
from gguf import GGUFReader


def block(name: str) -> int:
    match = re.match(r"(?:enc\.|dec\.)?blk\.(\d+)\.", name)
    return int(match[1]) if match else -1


big, small, blocks = GGUFReader(sys.argv[1]), GGUFReader(sys.argv[2]), int(sys.argv[3])
architecture = big.fields["general.architecture"].contents()
expected = {name for name in big.fields if not name.startswith(("GGUF.", "split."))}
# The extract says how many blocks the whole model has.
WHOLE = "tongsa.extract.block_count"
assert expected | {WHOLE} == {name for name in small.fields if not name.startswith("GGUF.")} | {WHOLE}
old = big.fields[f"{architecture}.block_count"].contents()
assert WHOLE in big.fields or blocks == old or small.fields[WHOLE].contents() == old
for name in expected:
    was, now = big.fields[name], small.fields[name]
    assert was.types == now.types, name
    if name == f"{architecture}.block_count":
        assert now.contents() == blocks, name
    elif was.contents() != now.contents():
        assert len(was.contents()) == old and now.contents() == was.contents()[:blocks], name
kept = [tensor for tensor in big.tensors if block(tensor.name) < blocks]
assert [tensor.name for tensor in kept] == [tensor.name for tensor in small.tensors]
for was, now in zip(kept, small.tensors):
    assert was.tensor_type == now.tensor_type and list(was.shape) == list(now.shape), was.name
    assert np.array_equal(was.data.view(np.uint8), now.data.view(np.uint8)), was.name
print(f"{len(expected)} keys and {len(kept)} tensors of {len(big.tensors)} agree")
