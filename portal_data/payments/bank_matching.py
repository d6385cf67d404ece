"""Matching lines of a bank statement with open invoices: by number, by payer's name, by amount.

It knows plain values and nothing of the store. Nothing is matched beyond what is open: a line takes
what it is proposed to pay, and later ones find less. The order of the rows changes nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum

from portal_data.payments.bank_statements import Line, folded
from portal_data.payments.receiving import Part


class Basis(StrEnum):
    """What speaks for a proposal, in words."""

    NUMBER_AND_AMOUNT = "Number and amount agree"
    NAME_AND_AMOUNT = "Name and amount agree"
    NAME_AND_SUM = "Name agrees, and the oldest invoices add up"
    NUMBER = "Number agrees, the amount differs"
    NAME = "Name agrees alone"
    AMOUNT = "Amount agrees alone"
    SEVERAL = "Several fit"
    NOTHING = "Nothing fits"


CERTAIN = frozenset({Basis.NUMBER_AND_AMOUNT, Basis.NAME_AND_AMOUNT})
"""What is ticked before anybody looked."""
MOST_OFFERED = 10
"""Proposals of one line among which somebody chooses."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An open invoice."""

    number: str
    customer: str
    due_date: Date
    open_minor: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as payers name it."""

    id: str
    name: str
    company: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line may pay: invoices of one customer, and what is left over as unused credit."""

    customer: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A line with what is proposed: one proposal, several to choose from, or none."""

    line: Line
    basis: Basis
    proposals: tuple[Proposal, ...] = ()


def match(
    lines: Sequence[Line], invoices: Sequence[Owed], customers: Sequence[Customer]
) -> list[Match]:
    """Return every line with what is proposed for it, in the order of the lines."""
    books = _Books(invoices, customers)
    found: dict[str, Match] = {}
    waiting = sorted(lines, key=lambda each: (each.date, each.amount_minor, each.fingerprint))
    evidence = {each.fingerprint: books.evidence(each) for each in waiting}
    for step in (_by_number_and_amount, _by_name_and_amount, _by_number, _by_name, _by_amount):
        left = []
        for line in waiting:
            said = step(books, line, evidence[line.fingerprint])
            if said is None:
                left.append(line)
            else:
                found[line.fingerprint] = said
        waiting = left
    return [found.get(each.fingerprint, Match(each, Basis.NOTHING)) for each in lines]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What a line's text names: invoices for sure, perhaps, and customers."""

    invoices: tuple[int, ...]
    perhaps: tuple[int, ...]
    customers: tuple[str, ...]


class _Books:
    """Open invoices by number, amount and customer, and what is left of each."""

    def __init__(self, invoices: Sequence[Owed], customers: Sequence[Customer]) -> None:
        self.invoices = sorted(invoices, key=lambda each: (each.due_date, each.number))
        self.left = [each.open_minor for each in self.invoices]
        self.of_customer: dict[str, list[int]] = defaultdict(list)
        self.of_amount: dict[int, list[int]] = defaultdict(list)
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._tails: dict[str, list[int]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._customers: dict[str, str] = {}
        for at, each in enumerate(self.invoices):
            self.of_customer[each.customer].append(at)
            self.of_amount[each.open_minor].append(at)
            key = _key(each.number)
            self._numbers[key].append(at)
            if tail := _TAIL.search(key):
                self._tails[tail[0].lstrip("0")].append(at)
        for customer in customers:
            for name in {_name(customer.name), _name(customer.company or "")}:
                if len(name) >= _SHORTEST_NAME:
                    self._names[name].append(customer.id)
            if customer.number and _telling(_key(customer.number)):
                self._customers[_key(customer.number)] = customer.id

    def evidence(self, line: Line) -> _Evidence:
        """Return what the text and the payer of a line name."""
        sure: dict[int, None] = {}
        perhaps: dict[int, None] = {}
        customers: dict[str, None] = {}
        for key in _keys(line.text):
            telling = _telling(key)
            for at in self._numbers.get(key, ()):
                (sure if telling else perhaps)[at] = None
            perhaps.update(dict.fromkeys(self._tails.get(key, ())))
            if telling and key in self._customers:
                customers[self._customers[key]] = None
        for text in (line.payer, line.text):
            customers.update(dict.fromkeys(self._named(text)))
        return _Evidence(tuple(sorted(sure)), tuple(sorted(perhaps)), tuple(sorted(customers)))

    def _named(self, text: str) -> Iterator[str]:
        """Yield the customers whose names stand in a text: the longest at each place."""
        words = [word for word in folded(text).split() if word not in _FORMS]
        start = 0
        while start < len(words):
            for end in range(min(start + _WORDS, len(words)), start, -1):
                found = self._names.get(" ".join(words[start:end]))
                if found:
                    yield from found
                    start = end - 1
                    break
            start += 1

    def open(self, places: Iterable[int]) -> list[int]:
        """Return those invoices of which something is left, the one due first first."""
        return [at for at in places if self.left[at] > 0]

    def exactly(self, places: Iterable[int], minor: int) -> list[int]:
        """Return those invoices of which exactly so much is left."""
        return [at for at in places if self.left[at] == minor]

    def take(self, places: Iterable[int], minor: int) -> Proposal | None:
        """Take an amount from invoices of one customer, in their order; None for none of them."""
        proposal = self.offer(places, minor)
        if proposal is not None:
            for at, part in zip(self.open(places), proposal.parts, strict=False):
                self.left[at] -= part.amount_minor
        return proposal

    def offer(self, places: Iterable[int], minor: int) -> Proposal | None:
        """Return what an amount would pay of invoices, without taking it."""
        parts, customer, rest = [], "", minor
        for at in self.open(places):
            part = min(self.left[at], rest)
            if part <= 0:
                break
            customer = self.invoices[at].customer
            parts.append(Part(self.invoices[at].number, part))
            rest -= part
        return Proposal(customer, tuple(parts)) if parts else None

    def several(self, line: Line, choices: Iterable[Sequence[int]]) -> Match:
        """Return a line for which somebody chooses; it takes nothing."""
        offered = (self.offer(places, line.amount_minor) for places in choices)
        proposals = tuple(each for each in offered if each is not None)[:MOST_OFFERED]
        return Match(line, Basis.SEVERAL if proposals else Basis.NOTHING, proposals)

    def taken(self, line: Line, basis: Basis, places: Sequence[int]) -> Match | None:
        """Return a line that takes its amount from invoices; None for none of them."""
        proposal = self.take(places, line.amount_minor)
        return None if proposal is None else Match(line, basis, (proposal,))


def _by_number_and_amount(books: _Books, line: Line, said: _Evidence) -> Match | None:
    named = books.open(said.invoices)
    if len({books.invoices[at].customer for at in named}) == 1:
        if sum(books.left[at] for at in named) == line.amount_minor:
            return books.taken(line, Basis.NUMBER_AND_AMOUNT, named)
        exact = books.exactly(named, line.amount_minor)
    else:
        exact = []
    if not named:
        exact = books.exactly(said.perhaps, line.amount_minor)
    if len(exact) == 1:
        return books.taken(line, Basis.NUMBER_AND_AMOUNT, exact)
    return None


def _by_name_and_amount(books: _Books, line: Line, said: _Evidence) -> Match | None:
    if books.open(said.invoices) or len(said.customers) != 1:
        return None
    owed = books.open(books.of_customer.get(said.customers[0], ()))
    exact = books.exactly(owed, line.amount_minor)
    if len(exact) == 1:
        return books.taken(line, Basis.NAME_AND_AMOUNT, exact)
    if exact:
        return books.several(line, ([at] for at in exact))
    total = 0
    for count, at in enumerate(owed, 1):
        total += books.left[at]
        if total == line.amount_minor:
            return books.taken(line, Basis.NAME_AND_SUM, owed[:count])
    return None


def _by_number(books: _Books, line: Line, said: _Evidence) -> Match | None:
    named = books.open(said.invoices)
    of: dict[str, list[int]] = defaultdict(list)
    for at in named:
        of[books.invoices[at].customer].append(at)
    if len(of) > 1:
        return books.several(line, of.values())
    return books.taken(line, Basis.NUMBER, named) if named else None


def _by_name(books: _Books, line: Line, said: _Evidence) -> Match | None:
    if len(said.customers) == 1:
        owed = books.of_customer.get(said.customers[0], [])
        # somebody who owes nothing any more pays ahead
        return books.taken(line, Basis.NAME, owed) or Match(
            line, Basis.NAME, (Proposal(said.customers[0], ()),)
        )
    if said.customers:
        owed_by = [books.of_customer.get(each, []) for each in said.customers]
        exact = [books.exactly(each, line.amount_minor)[:1] for each in owed_by]
        return books.several(line, [each for each in exact if each] or owed_by)
    return None


def _by_amount(books: _Books, line: Line, said: _Evidence) -> Match | None:
    exact = books.exactly(books.of_amount.get(line.amount_minor, ()), line.amount_minor)
    if len(exact) == 1:
        return books.taken(line, Basis.AMOUNT, exact)
    return books.several(line, ([at] for at in exact)) if exact else None


_TAIL = re.compile(r"\d{3,}$")
_SHORTEST_NAME = 4
_WORDS = 6  # of a name, and pieces of a number that a bank broke
_FORMS = frozenset(
    {"ag", "bv", "cie", "co", "company", "corp", "corporation", "gmbh", "inc", "kg", "kgaa",
     "limited", "llc", "llp", "lp", "ltd", "mbh", "nv", "oy", "plc", "sa", "sarl", "sas", "se",
     "sl", "spa", "srl", "und", "ug"}
)  # fmt: skip
"""Words of a name that banks leave out or write otherwise."""


def _name(text: str) -> str:
    """Return a name without how a company is registered."""
    words = folded(text).split()
    return " ".join(word for word in words if word not in _FORMS) or " ".join(words)


_MARKS, _PIECES, _ZEROS = (re.compile(each) for each in (r"[\W_]", r"[^\W_]+", r"(?<!\d)0+(?=\d)"))


def _key(number: str) -> str:
    """Return a number without what people leave out: marks, and zeros before figures."""
    plain = _MARKS.sub("", number).upper()
    return _ZEROS.sub("", plain) if "0" in plain else plain


def _keys(text: str) -> Iterator[str]:
    """Yield every number that a text may name: runs of its pieces, as banks break them."""
    pieces = _PIECES.findall(text.upper())[:100]
    figures = [any(letter.isdigit() for letter in piece) for piece in pieces]
    for start in range(len(pieces)):
        last = min(start + _WORDS, len(pieces))
        for end in range(start + 1, last + 1):
            if any(figures[start:end]):
                joined = "".join(pieces[start:end])
                yield _ZEROS.sub("", joined) if "0" in joined else joined


def _telling(key: str) -> bool:
    """Tell whether a number says by itself what it is of: it has letters, and is long enough."""
    return len(key) >= 4 and any(letter.isalpha() for letter in key)


def summed(matches: Iterable[Match]) -> Mapping[Basis, int]:
    """Return how many lines there are of each basis."""
    counts: dict[Basis, int] = dict.fromkeys(Basis, 0)
    for each in matches:
        counts[each.basis] += 1
    return counts
