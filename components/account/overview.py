"""The blocks of Home: the account, its charts, what waits, what happened, whom one deals with."""

from collections.abc import Sequence
from datetime import date

from components.charts import charts
from components.payments import pay_several, saved_method
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.cards import Figure, Happening
from components.ui.markup import Markup, filled, filled_count, join, said, tag
from portal_data import kinds
from portal_data.billing.balances import Balance, Home, LastPayment, PendingApprovals
from portal_data.billing.invoices import Filter
from portal_data.business.organisation import Organisation
from portal_data.clock import local_date
from portal_data.customers import conversations
from portal_data.customers.details import MyDetails
from portal_data.messaging import activity
from portal_data.messaging.activity import Entry
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, NP_, _, _p, counted, grouped

CHART_HEIGHT = 126
ENTRIES = 4
NEWS = 3
SHORT = 3
"""Rows of a list that Home shows before *View more*."""
_ABOUT = {
    "invoice": N_("invoice {name}"),
    "retainer_invoice": N_("retainer invoice {name}"),
    "estimate": N_("estimate {name}"),
    "payment": N_("payment {name}"),
    "credit_note": N_("credit note {name}"),
    "project": N_("project {name}"),
    "approval": N_("timesheet {name}"),
}
"""What the business writes about, within a sentence."""
_ADDRESSES = (
    ("billing", NP_("an address", "Billing")),
    ("shipping", NP_("an address", "Shipping")),
)


def news(me: Scope, business: Organisation, today: date) -> Markup | None:
    """Return where the business wrote what `me` has not read; None when nowhere."""
    found = conversations.news(me, today, NEWS + 1)
    if not found:
        return None
    named = []
    for each in found[:NEWS]:
        words = _(_ABOUT.get(each.subject_kind, "{name}"))
        address = links.subject(each.subject_kind, each.subject_id, each.name) or ""
        named.append(filled(words, name=cards.link(said(each.name), address)))
    more = len(found) > NEWS
    words = (
        _("{business} wrote to you about {things} and more.")
        if more
        else _("{business} wrote to you about {things}.")
    )
    words = filled(words, business=said(business.name, "b"), things=_commas(named))
    line = tag("div", tag("span", words), class_="pt-attention", role="status")
    return tag("div", line, class_="pt-calm")


def is_used(account: Home) -> bool:
    """Tell whether there is anything to show of a customer's account."""
    waiting = account.pending.estimates + account.pending.timesheets
    return bool(account.last_payment or waiting) or any(
        balance.payable_minor
        or balance.available_credits_minor
        or balance.retainer_payments_minor
        or any(month.billed_minor or month.paid_minor for month in balance.months)
        for balance in account.balances
    )


def account(balance: Balance, note: Markup | None, locale: str) -> Markup:
    """Return one currency: what is to be paid, with a note, and what that is made of."""
    return tag("div", _payable(balance, note, locale), _rest(balance, locale), class_="pt-account")


def _payable(balance: Balance, note: Markup | None, locale: str) -> Markup:
    """Return what remains to be paid in one currency, what of it is late, and a note."""
    amount = say.money(balance.payable_minor, balance.currency_code, locale)
    late = None
    if balance.overdue_count:
        overdue = say.money(balance.overdue_minor, balance.currency_code, locale)
        words = counted(
            balance.overdue_count,
            "{amount} overdue in {count} invoice",
            "{amount} overdue in {count} invoices",
            amount=overdue,
        )
        late = tag(
            "div", cards.link(words, links.page("invoices", status=Filter.OVERDUE)), class_="late"
        )
    if not balance.payable_minor:
        note = join(_("Nothing to pay. Thank you!"))
    below = tag("div", note, class_="note") if note else None
    plan = None
    if balance.outstanding_minor and balance.payable_minor > 0:
        plan = tag("div", pay_several.plan_link(balance.currency_code), class_="note")
    return tag(
        "div", cards.hero(Figure(_("Balance payable"), amount)), late, below, plan, class_="pt-owed"
    )


def _rest(balance: Balance, locale: str) -> Markup | None:
    """Return what makes up the balance, and what leads from it to the statement's; no zeros.

    The first amounts add up to what is payable; the invoices less what is there to be used are the
    balance of the statement.
    """
    statement = balance.statement_minor
    credit_notes = links.page("credit_notes", status="open") if balance.credits_minor else None
    parts = [
        (_("Brought forward"), balance.opening_minor, "", None),
        (
            _("Outstanding invoices ({count})", count=grouped(balance.outstanding_count)),
            balance.outstanding_minor,
            "",
            links.page("invoices", status=Filter.UNPAID),
        ),
        (
            _("Outstanding retainers ({count})", count=grouped(balance.retainers_count)),
            balance.retainers_minor,
            "",
            links.page("retainers", status="unpaid"),
        ),
        (_("In question, not to be paid yet"), -balance.in_question_minor, "", None),
        (
            _("In dispute, not to be paid yet"),
            -balance.disputed_minor,
            "",
            links.page("invoices", status=Filter.DISPUTED),
        ),
        (_("Payments on their way"), -balance.pending_minor, "", None),
        (_("Available credits"), -balance.available_credits_minor, "good", credit_notes),
        (
            _("Available retainer payments"),
            -balance.retainer_payments_minor,
            "good",
            links.page("retainers", sort="available"),
        ),
        (
            _("Balance on the statement"),
            statement if statement != balance.payable_minor else 0,
            "",
            links.page("statements", currency=balance.currency_code),
        ),
    ]
    figures = [
        Figure(label, say.money(minor, balance.currency_code, locale), tone=tone, href=href)
        for label, minor, tone, href in parts
        if minor
    ]
    alone = len(figures) == 1 and balance.outstanding_minor == balance.payable_minor
    return cards.figures(figures) if figures and not alone else None


def aging(balance: Balance, locale: str) -> None:
    """Draw what is outstanding by age."""
    if not balance.outstanding_minor:
        cards.draw(cards.empty(_("Nothing outstanding"), _("You are all caught up.")))
        return
    words = charts.aging_in_words(balance, locale)
    charts.draw(charts.aging(balance, locale), "home.aging", words=words, height=CHART_HEIGHT)


def months(balance: Balance, locale: str) -> None:
    """Draw what was billed and paid by month."""
    if not any(month.billed_minor or month.paid_minor for month in balance.months):
        text = _("Invoices and payments appear here.")
        cards.draw(cards.empty(_("Nothing in twelve months"), text))
        return
    words = charts.months_in_words(balance, locale)
    charts.draw(charts.months(balance, locale), "home.months", words=words, height=CHART_HEIGHT)


def months_title() -> Markup:
    """Return the title of the chart of months, saying which colour is billed and which is paid."""
    dots = (
        (_("Billed"), "light-dark(#3b5bdb, #7c93ff)"),
        (_p("an amount", "Paid"), "light-dark(#12a07a, #3fbf96)"),
    )
    legend = [tag("span", label, style=f"--dot: {colour}") for label, colour in dots]
    title = cards.title(_("Billed and paid"))
    return tag("div", title, tag("div", legend, class_="pt-legend"), class_="pt-between")


def approvals(pending: PendingApprovals, me: Scope, mine: MyDetails, *, timesheets: bool) -> Markup:
    """Return what waits for an answer and whose, `timesheets` where the business shows them."""
    number = pending.estimates
    words = counted(number, "Estimate to approve", "Estimates to approve")
    address = links.page("estimates", status="open")
    waiting = [(number, words, address, Permission.ESTIMATE_ANSWER)]
    if timesheets:
        number = pending.timesheets
        words = counted(number, "Timesheet to approve", "Timesheets to approve")
        address = links.page("timesheets", status="pending")
        waiting.append((number, words, address, Permission.TIMESHEET_ANSWER))
    figures = [
        Figure(
            words,
            grouped(number),
            "" if me.may(permission) else roles.answering(me, mine, permission),
            href=address,
        )
        for number, words, address, permission in waiting
        if number
    ]
    if not figures:
        return cards.empty(_("Nothing waits"), _("What is to be approved appears here."))
    return cards.figures(figures)


def last_payment(paid: LastPayment | None, today: date, locale: str) -> Markup:
    """Return the newest payment and what it settled."""
    if paid is None:
        return cards.empty(_("No payment yet"), _("Your last payment appears here."))
    every = [
        *((number, links.document(kinds.INVOICE, number)) for number in paid.invoice_numbers),
        *((number, links.document(kinds.RETAINER, number)) for number in paid.retainer_numbers),
    ]
    settled = [cards.link(number, href) for number, href in every[:SHORT]]
    more = len(every) - len(settled)
    applied: Markup | str = _("Not applied yet")
    if more > 0:
        applied = filled_count(
            more,
            "Applied to {documents} and {count} more",
            "Applied to {documents} and {count} more",
            documents=_commas(settled),
        )
    elif settled:
        applied = filled(_("Applied to {documents}"), documents=_commas(settled))
    amount = say.money(paid.amount_minor, paid.currency_code, locale)
    link = cards.link(paid.number, links.document(kinds.PAYMENT, paid.number))
    receipt = filled(_("Receipt {number}"), number=link)
    if paid.reference:
        reference = filled(_("Reference {reference}"), reference=said(paid.reference))
        receipt = join(receipt, " · ", reference)
    return join(
        tag("div", amount, class_="pt-due small"),
        cards.sub(join(cards.when(paid.date, today, locale), " · ", said(paid.mode))),
        cards.sub(receipt),
        cards.sub(applied),
    )


def recent(entries: Sequence[Entry], me: Scope, business: Organisation, today: date) -> Markup:
    """Return the latest entries of the customer's history, as `me` reads them."""
    if not entries:
        return cards.empty(_("Nothing yet"), _("What happens on your account appears here."))
    return cards.timeline(_happening(entry, me, business, today) for entry in entries)


def _happening(entry: Entry, me: Scope, business: Organisation, today: date) -> Happening:
    day = local_date(entry.happened_at, business.timezone)
    number = entry.subject_number
    amount = ""
    if entry.amount_minor is not None and entry.currency_code:
        amount = say.money(entry.amount_minor, entry.currency_code, business.locale)
    address = links.recorded(entry.subject_kind, number)
    name = said(activity.named(entry.actor_name))
    # with the name, since what "you" did has another form of the verb in most languages
    actor = filled(_("{name} (you)"), name=name) if entry.actor_id == me.contact_id else name
    subject = cards.link(number, address) if number and address else said(number or "")
    near = (today - day).days < 14
    when = say.beginning(say.ago(day, today)) if near else say.day(day, business.locale)
    often = counted(entry.times, "{count} time", "{count} times")
    return Happening(
        filled(activity.with_places(entry.event, number), actor=actor, subject=subject),
        f"{when} · {often}" if entry.times > 1 else when,
        amount,
    )


def details(mine: MyDetails) -> Markup:
    """Return the customer in short: what it is called, where it is, who acts for it."""
    addresses = [(label, mine.address(kind)) for kind, label in _ADDRESSES]
    where = [
        (_(label), join(*_commas([said(line) for line in address.lines])))
        for label, address in addresses
        if address and address.lines
    ]
    tax = " · ".join(part for part in (mine.tax_id, say.code(mine.tax_treatment)) if part)
    return cards.facts(
        [
            (_("Company"), mine.company_name or mine.display_name),
            (_("E-mail"), cards.email(mine.email)),
            (_("Phone"), mine.phone),
            (_("Tax"), tax),
            *where,
            (_("People"), _some([contact.name for contact in mine.contacts])),
            (_("Saved"), _some([saved_method.words(each) for each in mine.saved_methods])),
        ]
    )


def _commas(parts: Sequence[Markup]) -> list[object]:
    """Return parts with commas between them."""
    return [each for part in parts for each in (part, ", ")][:-1]


def _some(names: list[str]) -> Markup | None:
    """Return the first names of a list, and how many more there are."""
    shown = _commas([said(name) for name in names[:2]])
    left_out = len(names) - 2
    if left_out > 0:
        return filled_count(
            left_out, "{names} and {count} more", "{names} and {count} more", names=shown
        )
    return join(*shown) if names else None
