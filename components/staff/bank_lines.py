"""Lines of a bank statement with what is proposed for each: ticked, recorded, or left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import streamlit as st

from components.documents import payables_view
from components.forms.action import outcome
from components.session import close_form, flash, form, require_staff
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, join, said, tag
from portal_data import kinds, lists
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import directory
from portal_data.payments import bank, bank_matching
from portal_data.payments.bank import Chosen, Compared, Left, Proposed
from portal_data.payments.bank_matching import Basis, Proposal
from portal_data.payments.bank_statements import Line, Statement
from portal_data.scope import Staff
from portal_data.text import bidi

ON_PAGE = 25
"""Lines that are shown at once."""
_OFFERED = 10
"""Customers that are found for a line."""
_FORM = "staff.bank.lines"
_TONES = {
    Basis.NUMBER_AND_AMOUNT: "green",
    Basis.NAME_AND_AMOUNT: "green",
    Basis.NAME_AND_SUM: "blue",
    Basis.NUMBER: "blue",
    Basis.NAME: "orange",
    Basis.AMOUNT: "orange",
    Basis.SEVERAL: "orange",
    Basis.NOTHING: "gray",
}
_CERTAIN, _OPEN, _NOTHING, _RECORDED = "Ticked for you", "Look at these", "Nothing fits", "Recorded"


@dataclass(slots=True)
class _Seen:
    """A statement as somebody decides on it, with what is ticked and chosen so far."""

    statement: Statement
    compared: Compared
    ticked: dict[str, bool] = field(default_factory=dict)
    chosen: dict[str, int | None] = field(default_factory=dict)


def draw(staff: Staff, statement: Statement, business: Organisation) -> None:
    """Draw what is proposed for a statement, and record what is ticked."""
    opened = form(_FORM, lambda: _begin(staff, statement))
    if opened.start.statement is not statement:  # another file, or other columns
        close_form(_FORM)
        opened = form(_FORM, lambda: _begin(staff, statement))
    seen, key = opened.start, opened.key
    groups = _groups(seen)
    wanted = _wanted(seen)
    cards.draw(cards.card("", _sums(seen, wanted, business.locale)))
    if statement.unread:
        cards.draw(cards.card("", payables_view.unread(statement.unread)))
    with st.container(border=True, key="card-bank-lines"):
        shown = st.segmented_control(
            "Show", list(groups), default=next((g for g in groups if groups[g]), _CERTAIN),
            format_func=lambda each: f"{each} ({len(groups[each]):,})",
            required=True, key=f"{key}.show", label_visibility="collapsed",
        )  # fmt: skip
        lines = groups[shown]
        pages = max(1, -(-len(lines) // ON_PAGE))
        page = 1
        if pages > 1:
            page = st.number_input(
                f"Page of {pages:,}", 1, pages, 1, key=f"{key}.{shown}.page", width=140
            )
        if not lines:
            cards.draw(cards.empty("Nothing here", "No line of the statement is like this."))
        for each in lines[(page - 1) * ON_PAGE : page * ON_PAGE]:
            if isinstance(each, Proposed):
                _proposed(seen, each, key, business)
            else:
                cards.draw(_recorded(each, seen.compared.recorded[each.fingerprint], statement,
                                     business.locale))  # fmt: skip
    _record(staff, seen, business)


def waiting(staff: Staff, business: Organisation) -> None:
    """Draw lines of earlier statements that wait for a person."""
    found = bank.left(staff)
    if not found:
        return
    with st.container(border=True, key="card-bank-left"):
        cards.draw(cards.title("Left for you"))
        cards.draw(cards.sub("What came, and nobody has recorded yet."))
        for each in found[:ON_PAGE]:
            with st.container(key=f"left-line-{each.id}", horizontal=True,
                              vertical_alignment="center"):  # fmt: skip
                way = links.page("record_payment", line=each.id)
                link = cards.link("Record", way, class_="pt-button")
                cards.draw(cards.rows([_waits(each, business.locale, link)]))
                if st.button("No payment", key=f"bank.dismiss.{each.id}", type="tertiary"):
                    _dismiss(each.id, each.version)
        if len(found) > ON_PAGE:
            cards.draw(cards.sub(f"And {len(found) - ON_PAGE:,} more."))


def whose(staff: Staff, line: Left, business: Organisation) -> None:
    """Draw a line that waits, and ask whose payment it is."""
    back = ("Bank statements", links.page("bank"))
    cards.draw(cards.head("Whose payment is it?", back=back))
    with st.container(border=True, key="card-whose"):
        cards.draw(cards.rows([_waits(line, business.locale, join())]))
        search = st.text_input("Customer", placeholder="Name, number or e-mail", max_chars=100,
                               key="whose.search")  # fmt: skip
        found = lists.page(
            staff, directory.LIST, search=search or line.payer or "", size=_OFFERED,
            today=business.today(utc_now()),
        ).rows  # fmt: skip
        if not found:
            cards.draw(cards.empty("Nobody found", "Look for another word of the name."))
        cards.draw(
            cards.rows(
                cards.row(
                    cards.link(
                        said(each.display_name),
                        links.page("record_payment", line=line.id, customer=each.id),
                    ),
                    bidi.listed(each.number, each.email),
                )
                for each in found
            )
        )


def _dismiss(line_id: UUID, version: int) -> None:
    staff = require_staff()
    if outcome(lambda: bank.dismiss(staff, line_id, seen=version, now=utc_now())) is not None:
        flash("It waits no longer.")
        st.rerun()


def _begin(staff: Staff, statement: Statement) -> _Seen:
    seen = _Seen(statement, bank.compare(staff, statement))
    for each in seen.compared.proposed:
        match = each.match
        mark = match.line.fingerprint
        seen.ticked[mark] = match.basis in bank_matching.CERTAIN and not each.twins
        seen.chosen[mark] = 0 if len(match.proposals) == 1 else None
    return seen


def _groups(seen: _Seen) -> dict[str, list[Proposed | Line]]:
    """Return the lines by what is to be done about them."""
    found: dict[str, list[Proposed | Line]] = {
        _CERTAIN: [], _OPEN: [], _NOTHING: [], _RECORDED: []
    }  # fmt: skip
    for each in seen.compared.proposed:
        if each.match.basis is Basis.NOTHING:
            found[_NOTHING].append(each)
        elif each.match.basis in bank_matching.CERTAIN and not each.twins:
            found[_CERTAIN].append(each)
        else:
            found[_OPEN].append(each)
    found[_RECORDED] += [
        each for each in seen.statement.lines if each.fingerprint in seen.compared.recorded
    ]
    return found


def _wanted(seen: _Seen) -> list[Chosen]:
    """Return what is ticked, with the proposal that was chosen."""
    found = []
    for each in seen.compared.proposed:
        mark = each.match.line.fingerprint
        at = seen.chosen[mark]
        if seen.ticked[mark] and at is not None:
            found.append(Chosen(each.match.line, each.match.proposals[at], each.twins))
    return found


def _sums(seen: _Seen, wanted: list[Chosen], locale: str) -> Markup:
    """Return the control sums: what came is what is ticked, recorded before, and left."""
    statement = seen.statement

    def words(minor: int) -> str:
        return say.money(minor, statement.currency, locale)

    before = [each for each in statement.lines if each.fingerprint in seen.compared.recorded]
    known, ticked = (
        sum(each.amount_minor for each in before),
        sum(each.line.amount_minor for each in wanted),
    )
    count = len(statement.lines) - len(before) - len(wanted)
    figures = [
        Figure("Came in", words(statement.total_minor), _lines(len(statement.lines))),
        Figure("Ticked", words(ticked), _lines(len(wanted))),
        Figure("Recorded before", words(known), _lines(len(before))),
        Figure("Left", words(statement.total_minor - ticked - known), _lines(count)),
        Figure("Went out", _lines(statement.outgoing), "not looked at"),
    ]
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _proposed(seen: _Seen, each: Proposed, key: str, business: Organisation) -> None:
    """Draw a line with its tick, and a choice where several fit."""
    line, match = each.match.line, each.match
    mark = line.fingerprint
    currency = seen.statement.currency
    label = tag("p", _label(line, currency, business.locale), class_="pt-text")
    with st.container(key=f"bank-line-{mark[:16]}", gap="xsmall"):
        if match.proposals:
            seen.ticked[mark] = st.checkbox(
                f"Row {line.row}", seen.ticked[mark], key=f"{key}.{mark}.tick"
            )
        else:
            cards.draw(cards.sub(f"Row {line.row}"))
        if len(match.proposals) > 1:
            seen.chosen[mark] = st.selectbox(
                f"What row {line.row} pays",
                range(len(match.proposals)),
                seen.chosen[mark],
                format_func=lambda at: _pays(
                    match.proposals[at], currency, business.locale, seen.compared.names
                ),
                placeholder="Choose what it pays",
                key=f"{key}.{mark}.choice",
                label_visibility="collapsed",
            )
        cards.draw(label, _about(each, seen, business.locale))


def _label(line: Line, currency: str, locale: str) -> str:
    amount = say.money(line.amount_minor, currency, locale)
    return bidi.listed(amount, line.payer or None, say.day(line.date, locale))


def _about(each: Proposed, seen: _Seen, locale: str) -> Markup:
    """Return what the payer wrote, what speaks for a proposal, and what it pays."""
    match, names = each.match, seen.compared.names
    pills = [(match.basis.value, _TONES[match.basis])]
    if each.twins:
        pills.append((f"Recorded already as {', '.join(each.twins)}?", "red"))
    pays = None
    if len(match.proposals) == 1:
        pays = cards.sub(said(_pays(match.proposals[0], seen.statement.currency, locale, names)))
    return join(
        cards.sub(said(match.line.text)) if match.line.text else None, pays, cards.pills(pills)
    )


def _pays(proposal: Proposal, currency: str, locale: str, names: Mapping[str, str]) -> str:
    """Return whom and what a line pays."""
    parts = ", ".join(
        f"{part.number} {say.money(part.amount_minor, currency, locale)}" for part in proposal.parts
    )
    return bidi.listed(names.get(proposal.customer, ""), parts or "unused credit")


def _recorded(line: Line, number: str | None, statement: Statement, locale: str) -> Markup:
    label = said(_label(line, statement.currency, locale))
    if number is None:
        return cards.rows([cards.row(label, "Seen: no payment of a customer.")])
    receipt = cards.link(number, links.document(kinds.PAYMENT, number))
    return cards.rows([cards.row(label, after=receipt)])


def _waits(each: Left, locale: str, link: Markup) -> Markup:
    amount = say.money(each.amount_minor, each.currency_code, locale)
    words = bidi.listed(amount, each.payer, say.day(each.date, locale))
    return cards.row(words, bidi.listed(each.details, each.account), after=link)


def _record(staff: Staff, seen: _Seen, business: Organisation) -> None:
    """Offer to record what is ticked, so many at once as one transaction takes."""
    wanted = _wanted(seen)[: bank.MOST]
    label = f"Record {len(wanted):,} payment{'' if len(wanted) == 1 else 's'}"
    messages = st.container(key="bank-messages")
    if not st.button(label, type="primary", icon=":material/check:", key="bank.record",
                     disabled=not wanted):  # fmt: skip
        return
    with messages:
        came = outcome(
            lambda: bank.record(staff, seen.statement, wanted, now=utc_now()), seen=_FORM
        )
    if came is not None:
        done = came[0]
        currency = seen.statement.currency
        recorded, left = (
            say.money(minor, currency, business.locale)
            for minor in (done.recorded_minor, done.left_minor)
        )
        flash(f"{done.recorded:,} recorded: {recorded}. {done.left:,} left: {left}.")
        st.rerun()
