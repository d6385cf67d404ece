"""The id columns of one file: whether a spreadsheet or a script has rounded them.

Zoho's ids have 19 digits. A spreadsheet keeps 15 of them, shows `4.6E+18`, and saves what it shows;
a script that reads them as floating-point numbers keeps 53 bits. Different documents then carry one
id and would be imported as one. No single cell can tell whether it was rounded, so a whole column
is looked at before any id is believed.
"""

import math
import re
from collections import defaultdict
from operator import itemgetter

from portal_data.zoho.columns import Layout, Module
from portal_data.zoho.defects import Problem

SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)
_KEPT = 15  # significant digits of a spreadsheet's number
_DOUBT = 4  # digits that a column must have lost: fewer look lost by chance
_REMEDY = "Import the file as Zoho made it, without saving it in a spreadsheet first."


def id_fields(module: Module) -> list[str]:
    """Return the fields of a module that hold Zoho's ids."""
    ids = (name for name in module.fields if name == "id" or name.endswith("_id"))
    return [name for name in ids if name != "tax_id"]  # a number that a state gave


class Identifiers:
    """The ids of one file: see every value, then ask for `problems`."""

    def __init__(self, file: str, layout: Layout) -> None:
        self.file, self._layout = file, layout
        self._seen: dict[str, dict[str, int]] = defaultdict(dict)
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self._shared: dict[str, Problem] = {}

    def see(self, field: str, text: str, row: int) -> None:
        """Take note of an id and of the first row that has it."""
        if text:
            seen = self._seen[field]
            if row < seen.get(text, row + 1):
                seen[text] = row

    def name(self, field: str, text: str, names: tuple[str, ...], row: int) -> None:
        """Take note of what an id stands for: two things cannot share one."""
        if not text or not any(names):
            return
        first = self._names.setdefault((field, text), names)
        if first == names:
            return
        pairs = zip(first, names, strict=True)
        if differing := next(((a, b) for a, b in pairs if a and b and a != b), None):
            one, other = differing
            reason = f"The id {text} stands for {one!r} and for {other!r}: ids were rounded or cut."
            self._shared.setdefault(field, self._problem(field, reason, row))

    def values(self, field: str) -> dict[str, int]:
        """Return the distinct ids of a field, each with the first row that has it."""
        return dict(sorted(self._seen.get(field, {}).items(), key=itemgetter(1)))

    def problems(self) -> list[Problem]:
        """Return what is wrong with each id column."""
        found = []
        for field in sorted(self._seen.keys() | self._shared.keys()):
            values = self.values(field)
            written = next((text for text in values if SCIENTIFIC.fullmatch(text)), None)
            if written:
                reason = f"The id {written} is in scientific notation: a spreadsheet has rounded it"
                found.append(self._problem(field, reason + ".", values[written]))
            elif rounded := _rounded(values):
                reason = (
                    f"{len(rounded)} of {len(values)} ids, such as {rounded[0]}, have lost their "
                    "last digits: a spreadsheet has rounded them."
                )
                found.append(self._problem(field, reason, values[rounded[0]]))
            elif field in self._shared:
                found.append(self._shared[field])
        return found

    def _problem(self, field: str, reason: str, row: int) -> Problem:
        column = self._layout.headers.get(field, field)
        return Problem(self.file, reason, _REMEDY, row, column)


def _rounded(values: dict[str, int]) -> list[str]:
    """Return the ids that look rounded, when they are half of a column and no coincidence."""
    long = [text for text in values if len(text) > _KEPT and text.isdecimal()]
    lost = {text: digits for text in long if (digits := _lost_digits(text)) >= 1}
    return list(lost) if 2 * len(lost) >= len(long) and sum(lost.values()) >= _DOUBT else []


def _lost_digits(text: str) -> float:
    """Return how many decimal digits an id has lost if it was rounded, else 0.

    One genuine id of 19 digits in ten thousand ends in four zeros, and one in about a thousand is a
    number that floating point holds exactly.
    """
    if not text[_KEPT:].strip("0"):
        return len(text) - _KEPT
    number = float(text)
    return math.log10(math.ulp(number)) if int(number) == int(text) else 0
