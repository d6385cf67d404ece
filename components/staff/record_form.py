"""The form in which staff write down what came by transfer, cheque or cash, and what it pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from components.forms.action import outcome
from components.forms.fields import Fields, amount
from components.session import Form, flash, form
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, tag
from portal_data import kinds
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import offline
from portal_data.payments.bank import Left
from portal_data.payments.offline import Account, Open
from portal_data.payments.receiving import MODES, Part, Received
from portal_data.scope import Staff
from portal_data.text import bidi


@dataclass(frozen=True, slots=True)
class _Began:
    """What a payment begins with: what was open then, and the id that it will have."""

    account: Account
    key: UUID


def draw(
    staff: Staff,
    customer_id: UUID,
    business: Organisation,
    *,
    first: str = "",
    line: Left | None = None,
) -> None:
    """Draw the form for a customer; the invoice `first` is paid before others.

    `line` is what a bank says came. Raises NotFound.
    """
    proposed = None
    if line is not None:
        said = (line.details or line.payer or "")[:100].strip() or None
        proposed = Received(line.date, line.currency_code, line.amount_minor, MODES[0], said)
    name = f"staff.record.{customer_id}.{first}.{line.id if line else ''}"
    began = form(name, lambda: _Began(offline.account(staff, customer_id), new_id()))
    account = began.start.account
    with st.container(border=True, key="card-record"):
        received, drawn = _came(began, account, business, first, proposed)
        due = sorted(account.of(received.currency_code), key=lambda each: each.number != first)
        parts = allocation(due, received, f"{began.key}.{received.currency_code}", business.locale)
    cards.draw(_after(account, received, parts, business.locale), flying(due, parts, business))
    again = _again(staff, customer_id, received, began.key)
    if st.button("Record payment", type="primary", icon=":material/check:", key="record.yes"):
        done = outcome(
            lambda: offline.record(
                staff,
                customer_id,
                received,
                parts,
                key=began.start.key,
                again=again,
                line_id=line.id if line else None,
                now=utc_now(),
            ),
            drawn=drawn,
            seen=name,
        )
        if done is not None:
            flash(f"Receipt {done[0]} is written.")
            st.switch_page("../pages/staff/document.py", query_params={"number": done[0]})


def allocation(
    due: Sequence[Open], received: Received, key: str, locale: str, start: Sequence[Part] = ()
) -> list[Part]:
    """Draw which invoices get how much, the oldest first until somebody says otherwise."""
    if not due:
        cards.draw(cards.sub("Nothing is open in this currency: all of it stays as unused credit."))
        return []
    known = {each.number: each for each in due}
    given = list(start) or offline.spread(due, received.amount_minor)
    # another amount is spread anew
    key = f"{key}.{received.amount_minor}"
    chosen = st.multiselect(
        "Invoices that it pays",
        list(known),
        [each.number for each in given],
        format_func=lambda number: _named(known[number], locale),
        placeholder="None: it stays as unused credit",
        key=f"{key}.invoices",
    )
    withheld = st.toggle(
        "Tax was withheld",
        any(each.withheld_minor for each in given),
        key=f"{key}.taxed",
        help="What the customer kept back as tax settles the invoice beside what came, up to half "
        "of it.",
    )
    start_of = {each.number: each for each in given}
    left, parts = received.amount_minor, []
    for number in chosen:
        before = start_of.get(number, Part(number, max(min(left, known[number].left_minor), 0)))
        with st.container(key=f"part-{number}", horizontal=True, vertical_alignment="bottom"):
            label = say.escape_markdown(bidi.isolated(number))
            pays = amount(label, before.amount_minor, received.currency_code,
                          key=f"{key}.{number}")  # fmt: skip
            kept = 0
            if withheld:
                kept = amount(f"{label}: withheld", before.withheld_minor, received.currency_code,
                              key=f"{key}.{number}.withheld")  # fmt: skip
        parts.append(Part(number, pays, kept))
        left -= pays
    return parts


def flying(due: Sequence[Open], parts: Sequence[Part], business: Organisation) -> Markup | None:
    """Return a warning of invoices among `parts` that somebody pays online just now."""
    paid = {each.number for each in parts}
    moving = [each for each in due if each.flying_minor and each.number in paid]
    if not moving:
        return None
    words = ", ".join(
        f"{say.money(each.flying_minor, each.currency_code, business.locale)} of {each.number}"
        for each in moving
    )
    return tag(
        "p",
        f"{words} is on its way online. If that arrives as well, it becomes unused credit.",
        class_="pt-wrong",
        role="status",
    )


def _came(
    began: Form[_Began],
    account: Account,
    business: Organisation,
    first: str,
    proposed: Received | None,
) -> tuple[Received, Fields]:
    """Draw what came, when and how."""
    drawn, today = Fields(began.key), business.today(utc_now())
    named = next((each for each in account.invoices if each.number == first), None)
    codes = [named.currency_code] if named else []
    codes += [proposed.currency_code] if proposed else []
    codes += [account.currency_code, *(each.currency_code for each in account.invoices)]
    start = proposed.amount_minor if proposed else named.left_minor if named else 0
    with st.container(key="record-what", horizontal=True, vertical_alignment="bottom"):
        currency = st.selectbox("Currency", list(dict.fromkeys(codes)), key=f"{began.key}.currency")
        came = amount("Amount that came", start, currency, key=f"{began.key}.amount")
        day = st.date_input(
            "Day", proposed.date if proposed else today, max_value=today,
            format="YYYY-MM-DD", key=f"{began.key}.day",
        )  # fmt: skip
        mode = st.selectbox("How it came", MODES, key=f"{began.key}.mode")
        charges = amount("Bank charges in it", 0, currency, key=f"{began.key}.charges")
    drawn.text("reference", offline.FIELDS["reference"], proposed.reference if proposed else None)
    drawn.text("note", offline.FIELDS["note"], None)
    received = Received(
        day, currency, came, mode, drawn.typed["reference"], drawn.typed["note"], charges
    )
    return received, drawn


def _again(staff: Staff, customer_id: UUID, received: Received, key: str) -> bool:
    """Ask whether this is another payment than one of the same day and amount."""
    number = offline.twin(staff, customer_id, received) if received.amount_minor else None
    if number is None:
        return False
    cards.draw(
        tag(
            "p",
            cards.link(number, links.document(kinds.PAYMENT, number)),
            " is of the same day and amount.",
            class_="pt-wrong",
            role="status",
        )
    )
    return bool(st.checkbox("This is another payment", key=f"{key}.again.{number}"))


def _after(account: Account, received: Received, parts: Sequence[Part], locale: str) -> Markup:
    """Return what is owed before and after, and what stays unused."""
    code = received.currency_code
    owed = sum(each.left_minor for each in account.of(code))
    paid = sum(each.amount_minor for each in parts)
    settled = paid + sum(each.withheld_minor for each in parts)
    unused = received.amount_minor - paid

    def words(minor: int) -> str:
        return say.money(minor, code, locale)

    figures = [
        Figure("Open now", words(owed)),
        Figure("Open afterwards", words(owed - settled), tone="due"),
        Figure(
            "Unused credit" if unused >= 0 else "More than came",
            words(abs(unused)),
            tone="" if unused > 0 else "bad" if unused < 0 else "none",
        ),
    ]
    summary = tag("div", [figure(each) for each in figures], class_="pt-summary")
    return cards.card("What is open afterwards", summary)


def _named(each: Open, locale: str) -> str:
    """Return an invoice in a line."""
    left = say.money(each.left_minor, each.currency_code, locale)
    return bidi.listed(each.number, f"due {say.day(each.due_date, locale)}", left)
