"""The one rule that decides whether an upload is refused or only loses single documents.

Refused as a whole, unless the person accepts the losses, is an upload

- with a file that cannot be read, or whose ids a spreadsheet has rounded, or that copies another
  (found while reading: upload.py);
- without a file that its other files refer to, when the portal does not know what they name either;
- of which too much of one file would be set aside: half of its documents, or more than 5 % and at
  least 20.

Everything smaller is set aside by name, and the rest is imported.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from portal_data.zoho.defects import Problem, SetAside
from portal_data.zoho.plan import FILES, KINDS
from portal_data.zoho.records import Record
from portal_data.zoho.resolve import Resolver

MANY = 20  # documents of a file: fewer are refused only when they are half of it
_SHARE = 20  # one in twenty: 5 %
GO_ON = "To import without what is lost, add --accept-losses."
_DOCUMENTS = ("recurring profile", "estimate", "invoice", "retainer invoice", "credit note")


def refusals(resolver: Resolver) -> list[Problem]:
    """Return why a decided upload should be refused; empty when it may be imported."""
    upload = resolver.upload
    missing = list(_missing_files(resolver))
    gone = {problem.file for problem in missing}
    too_much = [problem for problem in _too_much(resolver) if problem.file not in gone]
    return [*upload.problems, *missing, *too_much]


def _too_much(resolver: Resolver) -> Iterator[Problem]:
    """Yield a problem for each file of which too many documents are set aside."""
    upload, decisions = resolver.upload, resolver.decisions
    kinds = {file.name: KINDS[file.module] for file in upload.files}
    accepted = Counter(
        record.file for kind in set(kinds.values()) for record in decisions.of(kind).accepted
    )
    aside: dict[str, list[SetAside]] = defaultdict(list)
    for entry in upload.set_aside:
        if kinds.get(entry.problem.file) == entry.kind:
            aside[entry.problem.file].append(entry)
    for file, entries in aside.items():
        own = [entry for entry in entries if entry.because_of is None]
        waiting = len(entries) - len(own)
        # a few that only wait are named by what they wait for
        lost = len(own) + (waiting if waiting >= MANY else 0)
        total = accepted[file] + len(entries)
        if 2 * lost >= total or (lost >= MANY and _SHARE * lost > total):
            first = (own or entries)[0].problem
            yield Problem(
                file,
                f"{lost:,} of {total:,} documents would be set aside, which is too much to go on. "
                f"The first: {first.reason}",
                f"{first.remedy} {GO_ON}".lstrip(),
                first.row,
                first.column,
            )


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
    """Yield documents whose item, project or estimate would be forgotten: their file is missing."""
    modules, decisions = resolver.upload.modules, resolver.decisions
    estimates = decisions.books.numbers("estimate")
    documents = [record for kind in _DOCUMENTS for record in decisions.of(kind).accepted]
    for record in documents:
        if "items" not in modules:
            products = (line.product for line in record.parts if line.product)
            if lost := next((p for p in products if p not in resolver.items.by_id), None):
                yield record, FILES["items"], f"No item has the id {lost}.", "Product ID"
        if "projects" not in modules:
            own = record.links.get("project_id") or record.links.get("project_name") or ""
            named = [own, *(line.project for line in record.parts)]
            if lost := next((name for name in named if name and not resolver.knows(name)), None):
                yield record, FILES["projects"], f"There is no project {lost!r}.", "Project Name"
        number = record.links.get("estimate_number", "")
        if number and "estimates" not in modules and number not in estimates:
            reason = f"There is no estimate {number!r}."
            yield record, FILES["estimates"], reason, "Estimate Number"
