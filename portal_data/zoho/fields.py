"""What a file says beside the fields that the portal has: which columns, and how often filled."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from portal_data.zoho.document_sets import is_staged, kept_by_lines
from portal_data.zoho.plan import KINDS
from portal_data.zoho.records import Record
from portal_data.zoho.report import FileReport
from portal_data.zoho.upload import Upload

_NOT_KEPT = ("exchange rate",)  # a rate is nothing but currency, day and number


def count_kept(upload: Upload, files: Mapping[str, FileReport]) -> None:
    """Count the filled columns of each file that are custom fields or no field of the portal's."""
    custom: dict[str, Counter[str]] = {file: Counter() for file in files}
    source: dict[str, Counter[str]] = {file: Counter() for file in files}
    for kind in set(KINDS.values()):
        for record in upload.of(kind):
            custom[record.file].update(list(record.values.get("custom_fields", ())))
            source[record.file].update(list(record.values.get("source_fields", ())))
        for file, records in _by_file(upload.of(kind)).items():
            for counts, name in ((custom, "custom"), (source, "source")):
                for text, lines in Counter(_texts(records, name)).items():
                    labels = json.loads(text) if isinstance(text, str) else text
                    counts[file].update(dict.fromkeys(labels, lines))
            for texts, lines in kept_by_lines([record.parts for record in records]):
                for counts, own in zip((custom, source), texts, strict=True):
                    counts[file].update(dict.fromkeys(json.loads(own or "{}"), lines))
    for name, report in files.items():
        kept = "unread_columns" if KINDS[report.module] in _NOT_KEPT else "source_fields"
        report.custom_fields = dict(custom[name].most_common())
        setattr(report, kept, dict(source[name].most_common()))


def _by_file(records: Iterable[Record]) -> dict[str, list[Record]]:
    by_file: dict[str, list[Record]] = {}
    for record in records:
        by_file.setdefault(record.file, []).append(record)
    return by_file


def _texts(records: Iterable[Record], name: str) -> Iterable[str | tuple[str, ...]]:
    """Yield what each line or application keeps: JSON, or the names of its columns."""
    for record in records:
        for part in () if is_staged(record.parts) else record.parts:
            if kept := getattr(part, name, None):
                yield kept if isinstance(kept, str) else tuple(kept)
