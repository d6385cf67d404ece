"""Columns of many rows, where rules are written for one row in Python."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa


def with_derived(
    found: pa.Table,
    looked_at: Sequence[pa.ChunkedArray],
    types: Mapping[str, pa.DataType],
    rule: Callable[[dict[str, Any]], Mapping[str, Any]],
) -> pa.Table:
    """Return `found` with columns of these names and types, which `rule` makes of a row.

    The rule is asked once for every combination of `looked_at`, with the first row that has it:
    among many rows there are few. Rows stay in their order.
    """
    combined = np.zeros(len(found), dtype=np.int64)
    for column in looked_at:
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        combined = combined * max(len(encoded.dictionary), 1) + encoded.indices.to_numpy()
    _, firsts, group = np.unique(combined, return_index=True, return_inverse=True)
    made = [rule(row) for row in found.take(pa.array(firsts, pa.int64())).to_pylist()]
    for name, kind in types.items():
        values = pa.array([each[name] for each in made], kind).take(pa.array(group, pa.int64()))
        place = found.schema.get_field_index(name)
        found = (
            found.append_column(name, values)
            if place < 0
            else found.set_column(place, name, values)
        )
    return found
