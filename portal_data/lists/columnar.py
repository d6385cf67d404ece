"""Columns of many rows, which never become Python's own one by one."""

from collections.abc import Callable
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import compute as pc


def with_column(rows: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    """Return `rows` with these values as the column of that name, which it may have or not."""
    place = rows.schema.get_field_index(name)
    if place < 0:
        return rows.append_column(name, values)
    return rows.set_column(place, name, values)


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
    keys: pa.ChunkedArray, ids: pa.ChunkedArray, values: pa.ChunkedArray
) -> pa.ChunkedArray:
    """Return for each key the value that stands beside it in `ids`, where each stands once."""
    places = pc.index_in(keys.cast(pa.string()), ids.cast(pa.string()).combine_chunks())
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
