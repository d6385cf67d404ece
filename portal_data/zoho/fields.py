"""What a file says beside the fields that the portal has: which columns, and how often filled."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

from portal_data.zoho.document_sets import is_staged, kept_by_lines
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.records import Record
from portal_data.zoho.report import FileReport
from portal_data.zoho.upload import Upload

T = TypeVar("T")
Names = Counter[str]

_NOT_KEPT = ("exchange rate",)  # a rate is nothing but currency, day and number


def count_kept(upload: Upload, files: Mapping[str, FileReport]) -> None:
    """Count the filled columns of each file that are custom fields or no field of the portal's."""
    by_file: dict[str, list[Record]] = {file: [] for file in files}
    for kind in set(KINDS.values()):
        for record in upload.of(kind):
            by_file[record.file].append(record)
    kept = kept_by_records(by_file)
    for reading in upload.readings:
        for counts, name in zip(kept[reading.entry.file.name], ("custom", "source"), strict=True):
            for block, _ in reading.staged.parts.known:
                counts.update(block.content[name])
    for name, report in files.items():
        own = "unread_columns" if KINDS[report.module] in _NOT_KEPT else "source_fields"
        custom, source = kept[name]
        report.custom_fields = dict(custom.most_common())
        setattr(report, own, dict(source.most_common()))


def kept_by_records(groups: Mapping[T, Iterable[Record]]) -> dict[T, tuple[Names, Names]]:
    """Count what groups of records keep: custom fields, and columns that are no field, by name."""
    found: dict[T, tuple[Names, Names]] = {group: (Counter(), Counter()) for group in groups}
    staged = []
    for index, (group, records) in enumerate(groups.items()):
        custom, source = found[group]
        read: list[Iterable[Any]] = []
        for record in records:
            for counts, name in ((custom, "custom_fields"), (source, "source_fields")):
                if names := record.values.get(name):
                    counts.update(list(names))
            if is_staged(record.parts):
                staged.append((record.parts, index))
            else:
                read.append(record.parts)
        texts = Counter(_texts(chain.from_iterable(read)))
        for (of, text), lines in texts.items():
            labels = json.loads(text) if isinstance(text, str) else text
            found[group][of].update(dict.fromkeys(labels, lines))
    groups_in_order = list(groups)
    for index, own, other, lines in kept_by_lines(staged):
        for counts, kept in zip(found[groups_in_order[index]], (own, other), strict=True):
            counts.update(dict.fromkeys(json.loads(kept or "{}"), lines))
    return found


def _texts(parts: Iterable[Any]) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """Yield what lines or applications keep, as JSON or names of columns: 0 custom, 1 others."""
    for part in parts:
        for of, name in enumerate(("custom", "source")):
            if kept := getattr(part, name, None):
                yield of, kept if isinstance(kept, str) else tuple(kept)
