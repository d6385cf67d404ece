"""Python values as Arrow arrays on their way into a DuckDB.

They are put together from buffers: before pyarrow looks at any Python value by itself, it imports
pandas, which costs more than everything an import of a small backup does.
"""

from array import array
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from types import NoneType
from typing import Any
from uuid import UUID

import pyarrow as pa

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the store keeps naive UTC
_FIRST_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_UUID_SIZE = 16
_INDEX_SIZE = 4


def _days(day: date) -> int:
    return day.toordinal() - _FIRST_DAY


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


_Number = tuple[pa.DataType, str, Callable[[Any], int] | None]
_NUMBERS: dict[str, _Number] = {  # kind: its Arrow type, the code of array, and what counts it
    "BIGINT": (pa.int64(), "q", None),
    "INTEGER": (pa.int32(), "i", None),
    "BOOLEAN": (pa.int8(), "b", None),
    "DATE": (pa.date32(), "i", _days),
    "TIMESTAMP": (pa.timestamp("us"), "q", _microseconds),
}


def column(kind: str, values: Sequence[Any]) -> pa.Array:
    """Return the values of a column of DuckDB type `kind`; None is null.

    Moments are naive UTC. Of other kinds than numbers, days, moments and UUIDs they go as text,
    which the engine casts. Raises TypeError or OverflowError for what the kind cannot hold.
    """
    types = set(map(type, values))
    nulls = NoneType in types
    types.discard(NoneType)
    if kind == "UUID" and types == {UUID}:
        return _uuids(values, nulls)
    if kind not in _NUMBERS:
        texts = values if types <= {str} else [None if v is None else str(v) for v in values]
        return _texts(texts, nulls)
    arrow, code, counted = _NUMBERS[kind]
    numbers: Sequence[Any] = values
    if counted:
        numbers = [0 if value is None else counted(value) for value in values]
    elif nulls:
        numbers = [0 if value is None else value for value in values]
    made = _made(arrow, values, nulls, pa.py_buffer(array(code, numbers)))
    return made.cast(pa.bool_()) if kind == "BOOLEAN" else made


def repeated(one: pa.Array, count: int) -> pa.Array:
    """Return an array of one value as many times."""
    places = pa.py_buffer(bytes(_INDEX_SIZE * count))
    return one.take(pa.Array.from_buffers(pa.int32(), count, [None, places]))


def _uuids(ids: Sequence[UUID | None], nulls: bool) -> pa.Array:
    """Return ids as the 16 bytes they are: to write each as text takes twenty times as long."""
    nothing = bytes(_UUID_SIZE)
    raw = b"".join([nothing if each is None else each.int.to_bytes(_UUID_SIZE) for each in ids])
    storage = _made(pa.binary(_UUID_SIZE), ids, nulls, pa.py_buffer(raw))
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


def _texts(texts: Sequence[str | None], nulls: bool) -> pa.Array:
    filled = [text or "" for text in texts] if nulls else texts
    content = "".join(filled).encode()  # type: ignore[arg-type]
    lengths = list(map(len, filled))  # type: ignore[arg-type]
    if not content.isascii():
        lengths = [len(text.encode()) for text in filled]  # type: ignore[union-attr]
    offsets = pa.py_buffer(array("q", accumulate(lengths, initial=0)))
    return _made(pa.large_string(), texts, nulls, offsets, pa.py_buffer(content))


def _made(arrow: pa.DataType, values: Sequence[Any], nulls: bool, *buffers: pa.Buffer) -> pa.Array:
    valid = None
    if nulls:
        flags = pa.py_buffer(array("b", [value is not None for value in values]))
        # Arrow packs eight of them into a byte
        valid = pa.Array.from_buffers(pa.int8(), len(values), [None, flags]).cast(pa.bool_())
        valid = valid.buffers()[1]
    return pa.Array.from_buffers(arrow, len(values), [valid, *buffers])
