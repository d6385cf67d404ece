"""One page of a list: its rows, and how many each filter has in all."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Row = TypeVar("Row")
Filter = TypeVar("Filter", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row, Filter]):
    """The rows of one page, how many rows the filter has, and how many every filter has."""

    rows: list[Row]
    total: int
    counts: Mapping[Filter, int]
