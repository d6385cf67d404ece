"""The blocks of Home: the account, its charts, what waits, what happened, whom one deals with."""

from collections.abc import Sequence
from datetime import date

from components import cards, charts, links
from components import format as say
from components.cards import Figure, Happening
from components.markup import Markup, join, lines, said, tag
from portal_data import activity
from portal_data.activity import Entry
from portal_data.balances import Balance, Home, LastPayment, PendingApprovals
from portal_data.clock import local_date
from portal_data.customers import MyDetails
from portal_data.files import SharedFile
from portal_data.invoices import Filter
from portal_data.organisation import Organisation


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


def overdue(balances: Sequence[Balance], locale: str) -> Markup | None:
    """Return the strip that says what is overdue in each currency; None when nothing is."""
    late = [balance for balance in balances if balance.overdue_count]
    if not late:
        return None
    number = sum(balance.overdue_count for balance in late)
    amounts = [say.money(each.overdue_minor, each.currency_code, locale) for each in late]
    verb = "is" if number == 1 else "are"
    message = join(
        tag("b", f"{say.count(number, 'invoice')} {verb} overdue"),
        ": ",
        tag("b", " and ".join(amounts), class_="pt-num"),
    )
    return cards.attention(message, "Review", links.page("invoices", status=Filter.OVERDUE))


def payable(balance: Balance, locale: str) -> Markup:
    """Return what remains to be paid in one currency."""
    parts = []
    if balance.outstanding_count:
        parts.append(say.count(balance.outstanding_count, "invoice"))
    if balance.retainers_count:
        parts.append(say.count(balance.retainers_count, "retainer"))
    if balance.opening_minor:
        parts.append("the balance brought forward")
    note = " and ".join(parts) or "Nothing to pay. Thank you!"
    if balance.pending_minor:
        moving = say.money(balance.pending_minor, balance.currency_code, locale)
        note += f"; {moving} is on its way"
    if balance.in_question_minor:
        doubtful = say.money(balance.in_question_minor, balance.currency_code, locale)
        note += f"; {doubtful} is in question and not to be paid yet"
    amount = say.money(balance.payable_minor, balance.currency_code, locale)
    return cards.hero(Figure("Balance payable", amount, note))


def figures(balance: Balance, locale: str) -> Markup:
    """Return what one currency's balance is made of, and what is there to be used."""

    def shown(label: str, minor: int, note: str, tone: str = "", href: str | None = None) -> Figure:
        amount = say.money(minor, balance.currency_code, locale)
        return Figure(label, amount, note, tone if minor else "none", href if minor else None)

    unused = say.money(balance.unused_payments_minor, balance.currency_code, locale)
    not_due = balance.outstanding_minor - balance.overdue_minor
    return cards.figures(
        [
            shown(
                "Outstanding invoices",
                balance.outstanding_minor,
                say.count(balance.outstanding_count, "invoice"),
                href=links.page("invoices", status=Filter.UNPAID),
            ),
            shown(
                "Overdue",
                balance.overdue_minor,
                say.count(balance.overdue_count, "invoice"),
                "bad",
                links.page("invoices", status=Filter.OVERDUE),
            ),
            shown(
                "Not yet due",
                not_due,
                say.count(balance.outstanding_count - balance.overdue_count, "invoice"),
            ),
            shown(
                "Available credits",
                balance.available_credits_minor,
                f"{unused} of it from payments"
                if balance.unused_payments_minor
                else "Credit notes and unused payments",
                "good",
                links.page("credit_notes", status="open") if balance.credits_minor else None,
            ),
            shown(
                "Outstanding retainers",
                balance.retainers_minor,
                say.count(balance.retainers_count, "retainer invoice"),
                href=links.page("retainers", status="unpaid"),
            ),
            shown(
                "Available retainer payments",
                balance.retainer_payments_minor,
                "Paid in advance, not drawn yet",
                "good",
                links.page("retainers", sort="available"),
            ),
        ]
    )


def aging(balance: Balance, locale: str) -> None:
    """Draw what is outstanding by age."""
    if not balance.outstanding_minor:
        cards.draw(cards.empty("Nothing outstanding", "You are all caught up."))
        return
    words = charts.aging_in_words(balance, locale)
    charts.draw(charts.aging(balance, locale), "home.aging", words=words, height=230)


def months(balance: Balance, locale: str) -> None:
    """Draw what was billed and paid by month."""
    if not any(month.billed_minor or month.paid_minor for month in balance.months):
        cards.draw(cards.empty("Nothing in twelve months", "Invoices and payments appear here."))
        return
    words = charts.months_in_words(balance, locale)
    charts.draw(charts.months(balance, locale), "home.months", words=words, height=230)


def months_title() -> Markup:
    """Return the title of the chart of months, saying which colour is billed and which is paid."""
    dots = (("Billed", "light-dark(#3b5bdb, #7c93ff)"), ("Paid", "light-dark(#12a07a, #3fbf96)"))
    legend = [tag("span", label, style=f"--dot: {colour}") for label, colour in dots]
    title = cards.title("Billed and paid")
    return tag("div", title, tag("div", legend, class_="pt-legend"), class_="pt-between")


def approvals(pending: PendingApprovals, *, timesheets: bool) -> Markup:
    """Return what waits for the customer's answer, `timesheets` where the business shows them."""
    waiting = [(pending.estimates, "Estimate", links.page("estimates", status="open"))]
    if timesheets:
        address = links.page("timesheets", status="pending")
        waiting.append((pending.timesheets, "Timesheet", address))
    rows = [
        cards.row(
            cards.link(f"{noun if number == 1 else noun + 's'} to approve", address),
            "Waiting for your answer",
            before=tag("span", number, class_="big"),
        )
        for number, noun, address in waiting
        if number
    ]
    if not rows:
        return cards.empty("Nothing waits for you", "What is to be approved appears here.")
    return cards.rows(rows)


def last_payment(paid: LastPayment | None, today: date, locale: str) -> Markup:
    """Return the newest payment and what it settled."""
    if paid is None:
        return cards.empty("No payment yet", "Your last payment appears here.")
    every = [
        *((number, links.invoice(number)) for number in paid.invoice_numbers),
        *((number, links.retainer(number)) for number in paid.retainer_numbers),
    ]
    settled = [cards.link(number, href) for number, href in every[:6]]
    more = len(every) - len(settled)
    spaced = [part for each in settled for part in (each, ", ")][:-1]
    if more > 0:
        spaced.append(f" and {more} more")
    amount = say.money(paid.amount_minor, paid.currency_code, locale)
    return join(
        tag("div", amount, class_="pt-due"),
        cards.sub(join(cards.when(paid.date, today, locale), " · ", said(paid.mode))),
        cards.facts(
            [
                ("Receipt", cards.link(paid.number, links.payment(paid.number))),
                ("Reference", paid.reference),
                ("Applied to", join(*spaced) if spaced else "Not applied yet"),
            ]
        ),
    )


def recent(entries: Sequence[Entry], business: Organisation, today: date) -> Markup:
    """Return the latest entries of the customer's history."""
    if not entries:
        return cards.empty("Nothing yet", "What happens on your account appears here.")
    return cards.timeline(_happening(entry, business, today) for entry in entries)


def _happening(entry: Entry, business: Organisation, today: date) -> Happening:
    day = local_date(entry.happened_at, business.timezone)
    number = entry.subject_number
    amount = ""
    if entry.amount_minor is not None and entry.currency_code:
        amount = say.money(entry.amount_minor, entry.currency_code, business.locale)
    address = links.document(entry.subject_kind, number)
    return Happening(
        activity.sentence(entry.actor_name, entry.event, None if address else number),
        cards.when(day, today, business.locale),
        amount=amount,
        link=(number, address) if number and address else None,
    )


def details(mine: MyDetails) -> Markup:
    """Return the customer: who it is, where it is, who acts for it, how it pays."""
    who = cards.facts(
        [
            ("Company", mine.company_name or mine.display_name),
            ("Customer no.", mine.number),
            ("E-mail", mine.email),
            ("Phone", mine.phone),
            ("Website", mine.website),
            ("Tax number", mine.tax_id),
            ("Tax treatment", say.code(mine.tax_treatment)),
            ("Terms", mine.payment_terms_label),
        ]
    )
    addresses = [(kind, mine.address(kind)) for kind in ("billing", "shipping")]
    where = [
        _block(f"{kind.capitalize()} address", lines(address.lines))
        for kind, address in addresses
        if address and address.lines
    ]
    return tag(
        "div",
        tag("div", who),
        tag("div", where, _methods(mine)),
        tag("div", _people(mine)),
        class_="pt-columns",
    )


def _people(mine: MyDetails) -> Markup | None:
    people = [
        cards.row(
            contact.name,
            " · ".join(part for part in (contact.designation, contact.email) if part),
            before=tag("span", say.initials(contact.name), class_="pt-mark", aria_hidden="true"),
        )
        for contact in mine.contacts[:6]
    ]
    if not people:
        return None
    more = len(mine.contacts) - len(people)
    return _block("People", cards.rows(people), cards.sub(f"and {more} more") if more > 0 else None)


def _methods(mine: MyDetails) -> Markup | None:
    methods = []
    for each in mine.saved_methods:
        kind = say.code(each.brand or each.kind)
        expires = each.expires_month and each.expires_year
        methods.append(
            cards.row(
                f"{kind} •••• {each.last4}" if each.last4 else kind,
                f"Expires {each.expires_month:02}/{each.expires_year}" if expires else "",
            )
        )
    return _block("Saved for payment", cards.rows(methods)) if methods else None


def documents(files: Sequence[SharedFile], business: Organisation) -> Markup:
    """Return the documents shared by either side."""
    if not files:
        return cards.empty("No documents yet", "Files that either side shares appear here.")
    rows = []
    for each in files:
        day = say.day(local_date(each.created_at, business.timezone), business.locale)
        by = "you" if each.uploaded_by_kind == "contact" else business.name
        name = cards.opened(said(each.name), links.file(each.id))
        rows.append(cards.row(name, f"{day} · {say.size(each.size_bytes)} · from {by}"))
    return cards.rows(rows)


def organisation(business: Organisation) -> Markup:
    """Return whom the customer deals with."""
    where = tag("div", said(business.name, "b"), lines(business.address_lines))
    about = cards.facts(
        [
            ("E-mail", business.email),
            ("Phone", business.phone),
            ("Website", business.website),
            ("Tax number", business.tax_id),
        ]
    )
    return tag("div", where, tag("div", about), class_="pt-columns")


def _block(label: str, *inside: Markup | None) -> Markup:
    return tag("div", tag("h3", label), *inside, class_="pt-block")
