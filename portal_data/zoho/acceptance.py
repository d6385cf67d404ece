"""The one rule that decides whether an upload is refused or only loses single documents.

Refused as a whole, unless the person accepts the losses, is an upload

- with a file that cannot be read, or whose ids a spreadsheet has rounded, or that copies another
  (found while reading: upload.py);
- without a file that its other files refer to, when the portal does not know what they name either;
- of which too much of one file would be set aside or in question: half of its documents, or more
  than 5 % and at least 20.

Everything smaller is set aside by name, and the rest is imported.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import filterfalse

from portal_data.zoho.defects import Problem, SetAside
from portal_data.zoho.document_sets import lines_naming
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.plan import FILES
from portal_data.zoho.records import Record
from portal_data.zoho.resolve import Resolver

MANY = 20  # documents of a file: fewer are refused only when they are half of it
_SHARE = 20  # one in twenty: 5 %
_SETTLEMENTS = ("payment", "credit application", "refund")
GO_ON = "To import without what is lost, add --accept-losses."
_DOCUMENTS = ("recurring profile", "estimate", "invoice", "retainer invoice", "credit note")


def refusals(resolver: Resolver) -> list[Problem]:
    """Return why a decided upload should be refused; empty when it may be imported."""
    upload = resolver.upload
    return [
        *upload.problems,
        *_missing_files(resolver),
        *_unknown_items(resolver),
        *_too_much(resolver),
    ]


def _too_much(resolver: Resolver) -> Iterator[Problem]:
    """Yield a problem for each file of which too many documents are set aside or in question."""
    upload, decisions = resolver.upload, resolver.decisions
    kinds = {file.name: KINDS[file.module] for file in upload.files}
    accepted = Counter(
        record.file for kind in set(kinds.values()) for record in decisions.of(kind).accepted
    )
    aside: dict[str, list[SetAside]] = defaultdict(list)
    for entry in upload.set_aside:
        if kinds.get(entry.problem.file) == entry.kind:
            aside[entry.problem.file].append(entry)
    questioned = Counter(upload.reading.findings.in_question.values())
    explained = any(entry.kind in _SETTLEMENTS for entry in upload.set_aside)
    for file in aside.keys() | questioned.keys():
        entries = [entry for entry in aside[file] if not entry.missing]
        own = [entry for entry in entries if entry.because_of is None]
        waiting = len(entries) - len(own)
        # a few that only follow from another defect are named by that one
        lost = len(own) + (waiting if waiting >= MANY else 0)
        if questioned[file] >= MANY or not explained:
            lost += questioned[file]
        total = accepted[file] + len(aside[file])
        if 2 * lost >= total > 0 or (lost >= MANY and _SHARE * lost > total):
            yield _too_much_of(file, lost, total, own or entries)


def _too_much_of(file: str, lost: int, total: int, entries: list[SetAside]) -> Problem:
    count = f"{lost:,} of {total:,} documents would be"
    if not entries:
        return Problem(
            file,
            f"{count} in question: they are settled, but by nothing in the upload.",
            f"See whether the files of payments and credits are complete. {GO_ON}",
        )
    first = entries[0].problem
    reason = f"{count} set aside, which is too much to go on. The first: {first.reason}"
    remedy = f"{first.remedy} {GO_ON}".lstrip()
    return Problem(file, reason, remedy, first.row, first.column)


def _missing_files(resolver: Resolver) -> Iterator[Problem]:
    """Yield a problem for each file that is missing though another refers to it."""
    found: dict[tuple[str, str], list[tuple[int, str, str | None]]] = defaultdict(list)
    for entry in resolver.upload.set_aside:
        if entry.missing:
            problem = entry.problem
            place = (problem.row or 0, problem.reason, problem.column)
            found[problem.file, entry.missing].append(place)
    for record, file, reason, header in _lost_links(resolver):
        found[record.file, file].append((record.row, reason, header))
    if "items" not in resolver.upload.modules:
        for file, _, unknown in _named_items(resolver):
            for item, row in unknown.items():
                place = (row, f"No item has the id {item}.", "Product ID")
                found[file, FILES["items"]].append(place)
    other = ", ".join(resolver.upload.unrecognised)
    for (file, missing), places in found.items():
        row, reason, column = places[0]
        hint = f" Is it {other}? Then export that in English." if other else ""
        yield Problem(
            file,
            f"{len(places):,} rows refer to {missing}, which is not in the upload. "
            f"The first: {reason}",
            f"Import {missing} together with it.{hint} {GO_ON}",
            row,
            column,
        )


def _lost_links(resolver: Resolver) -> Iterator[tuple[Record, str, str, str]]:
    """Yield documents whose project or estimate would be forgotten: their file is missing."""
    modules, decisions = resolver.upload.modules, resolver.decisions
    estimates = decisions.books.numbers("estimate")
    documents = [record for kind in _DOCUMENTS for record in decisions.of(kind).accepted]
    for record in documents:
        if "projects" not in modules:
            own = record.links.get("project_id") or record.links.get("project_name") or ""
            lines = lines_naming(record.parts, "project_id", "project_name")
            named = {own: None, **{line.project: None for line in lines}}  # in order, once each
            named.pop("", None)
            if lost := next(filterfalse(resolver.knows, named), None):
                yield record, FILES["projects"], f"There is no project {lost!r}.", "Project Name"
        number = record.links.get("estimate_number", "")
        if number and "estimates" not in modules and number not in estimates:
            reason = f"There is no estimate {number!r}."
            yield record, FILES["estimates"], reason, "Estimate Number"


def _unknown_items(resolver: Resolver) -> Iterator[Problem]:
    """Yield files half of whose items are unknown, as damaged ids are; warn of single ones."""
    if "items" not in resolver.upload.modules:
        return
    for file, named, unknown in _named_items(resolver):
        first, row = next(iter(unknown.items()))
        reason = (
            f"{len(unknown):,} of the {named:,} items it names are in neither the upload nor the "
            f"portal, {first} for one"
        )
        if 2 * len(unknown) >= named:
            remedy = f"Import both files as Zoho made them. {GO_ON}"
            yield Problem(file, f"{reason}: ids are damaged, or items missing.", remedy, row)
        else:
            resolver.upload.reading.findings.warn(
                file, f"{reason}; lines keep their names and prices.", row=row, column="Product ID"
            )


def _named_items(resolver: Resolver) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Yield each file that names unknown items: how many it names, and the unknown with rows."""
    refused = resolver.decisions.refused
    for file, ids in resolver.upload.ids.items():
        named = ids.values("product_id")
        unknown = {
            item: row
            for item, row in named.items()
            if item.strip() not in resolver.items.by_id and ("item", item.strip()) not in refused
        }
        if unknown:
            yield file, len(named), unknown
