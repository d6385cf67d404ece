"""Columns of many rows, where rules are written for one row in Python."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc


def with_column(found: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    """Return `found` with these values as the column of that name, which it may have or not."""
    place = found.schema.get_field_index(name)
    if place < 0:
        return found.append_column(name, values)
    return found.set_column(place, name, values)


def mapped(column: pa.ChunkedArray, rule: Callable[[Any], str]) -> pa.ChunkedArray:
    """Return the text that `rule` makes of each value; null stays null.

    The rule is asked once for every value: among many rows there are few.
    """
    encoded = column.combine_chunks().dictionary_encode()
    made = pa.array([rule(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([made.take(encoded.indices)])


def local_days(moments: pa.ChunkedArray, timezone: str) -> pa.ChunkedArray:
    """Return the calendar days of naive UTC moments in the IANA `timezone`."""
    import pandas as pd  # takes a moment to load

    utc = pd.DatetimeIndex(moments.to_numpy(), tz=UTC)
    local = utc.tz_convert(ZoneInfo(timezone)).tz_localize(None)
    return pa.chunked_array([pa.array(local.to_numpy()).cast(pa.date32(), safe=False)])


def looked_up(
    keys: pa.ChunkedArray, known: pa.ChunkedArray, values: pa.ChunkedArray
) -> pa.ChunkedArray:
    """Return for each key the value that stands beside it in `known`, where each stands once."""
    places = pc.index_in(keys.cast(pa.string()), known.cast(pa.string()).combine_chunks())
    return values.take(places)


def joined_by(
    keys: pa.ChunkedArray, texts: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return each key once, with all of its texts in alphabetical order and a comma between."""
    pairs = pa.table({"key": keys, "text": texts.cast(pa.string())}).sort_by(
        [("key", "ascending"), ("text", "ascending")]
    )
    grouped = pairs.group_by("key", use_threads=False).aggregate([("text", "list")])
    return grouped["key"], pc.binary_join(grouped["text_list"], ", ")


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
        found = with_column(found, name, values)
    return found


def with_states(found: pa.Table, rule: Callable[[dict[str, Any]], Mapping[str, Any]]) -> pa.Table:
    """Return owed documents with status, partially_paid and days_overdue, which `rule` makes.

    It may look at status, due_date and whether amounts are more or less than nothing or all.
    """
    looked_at = [
        found["status"],
        found["due_date"],
        pc.greater(found["balance_minor"], 0),
        pc.less(found["balance_minor"], found["total_minor"]),
        pc.greater(found["in_question_minor"], 0),
    ]
    types = {"status": pa.string(), "partially_paid": pa.bool_(), "days_overdue": pa.int64()}
    return with_derived(found, looked_at, types, rule)
