"""A statement of account on the screen: summary, transactions with running balance, aging."""

from components.ui import format as say
from components.ui import links
from components.ui.cards import Figure, figure, link
from components.ui.markup import Markup, said, tag
from portal_data import labels
from portal_data.billing.balances import Balance
from portal_data.billing.periods import EARLIEST
from portal_data.billing.statements import Statement, StatementLine
from portal_data.text.language import _, counted

MOST_LINES = 500
"""Transactions that a browser draws without waiting; files and PDF hold them all."""

_TONES = ("var(--brand)", "#b97f0a", "#d5682a", "#cb3a3a", "#8c1d33")


def summary(statement: Statement, locale: str) -> Markup:
    """Return what leads from the opening balance to the closing one."""

    def amount(minor: int) -> str:
        return say.money(minor, statement.currency_code, locale)

    figures = [
        Figure(_(labels.OPENING_BALANCE), amount(statement.opening_minor)),
        Figure(_(labels.INVOICED), amount(statement.invoiced_minor)),
        Figure(_(labels.RECEIVED), amount(-statement.received_minor)),
        Figure(_(labels.CREDITED), amount(-statement.credited_minor)),
    ]
    if statement.refunded_minor:
        figures.append(Figure(_(labels.REFUNDED), amount(statement.refunded_minor)))
    figures.append(Figure(_(labels.CLOSING_BALANCE), amount(statement.closing_minor), tone="due"))
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def to_payable(statement: Statement, balance: Balance, later: int, locale: str) -> Markup | None:
    """Return what leads from the closing balance to Home's balance payable; None for the same.

    The statement is one up to today, `balance` what Home shows of its currency, and `later` what is
    dated after the statement's last day. What is neither is named for what it is.
    """
    parts = [
        (_("Dated after {day}", day=say.day(statement.last, locale)), later),
        (_("Not on the statement"), balance.statement_minor - statement.closing_minor - later),
        (_("Available credits"), balance.available_credits_minor),
        (_("Available retainer payments"), balance.retainer_payments_minor),
        (_("Outstanding retainers"), balance.retainers_minor),
        (_("In question"), -balance.in_question_minor),
        (_("In dispute"), -balance.disputed_minor),
        (_("Payments on their way"), -balance.pending_minor),
    ]
    if not any(minor for _label, minor in parts):
        return None
    rows = [
        (_(labels.CLOSING_BALANCE), statement.closing_minor, ""),
        *((label, minor, "") for label, minor in parts if minor),
        (_("Balance payable"), balance.payable_minor, "due"),
    ]
    figures = [
        figure(Figure(label, say.money(minor, statement.currency_code, locale), tone=tone))
        for label, minor, tone in rows
    ]
    return tag("div", figures, class_="pt-summary")


def transactions(statement: Statement, locale: str) -> Markup:
    """Return the transactions between the opening and the closing balance, the latest of many."""
    heads = [
        tag("th", label, scope="col", class_=name or None)
        for label, name in (
            (_(labels.DATE), ""), (_(labels.TRANSACTION), ""), (_(labels.AMOUNT), "end"),
            (_(labels.PAYMENT_OR_CREDIT), "end"), (_(labels.BALANCE), "end"),
        )
    ]  # fmt: skip
    opened = None if statement.first <= EARLIEST else say.day(statement.first, locale)
    body = [_fixed(_(labels.OPENING_BALANCE), opened, statement.opening_minor, statement, locale)]
    left_out = len(statement.lines) - MOST_LINES
    if left_out > 0:
        earlier = counted(
            left_out,
            "{count} earlier transaction, which is in the PDF and the download",
            "{count} earlier transactions, all of them in the PDF and the download",
        )
        balance = statement.lines[left_out - 1].balance_minor
        body.append(_fixed(earlier, None, balance, statement, locale))
    body += [_line(line, statement, locale) for line in statement.lines[-MOST_LINES:]]
    if not statement.lines:
        nothing = tag("td", _("No transactions in this period."), colspan=5, class_="nothing")
        body.append(tag("tr", nothing))
    body.append(
        _fixed(
            _(labels.CLOSING_BALANCE),
            say.day(statement.last, locale),
            statement.closing_minor,
            statement,
            locale,
        )
    )
    return tag(
        "table", tag("thead", tag("tr", heads)), tag("tbody", body), class_="pt-table pt-statement"
    )


def aging(statement: Statement, locale: str) -> Markup:
    """Return the open invoice balances of the period's last day by age, the largest as full bar.

    What of them is in dispute stands below.
    """
    ages = []
    most = max(statement.aging.values(), default=0)
    for (age, label), tone in zip(labels.AGES.items(), _TONES, strict=True):
        amount = statement.aging[age]
        share = -(-amount * 100 // most) if amount > 0 else 0
        bar = tag("i", style=f"--tone: {tone}; --share: {share}%")
        value = tag("div", say.money(amount, statement.currency_code, locale), class_="value")
        held = statement.disputed[age]
        words = _(labels.IN_DISPUTE, amount=say.money(held, statement.currency_code, locale))
        disputed = tag("div", words, class_="label held") if held else None
        ages.append(tag("div", bar, tag("div", _(label), class_="label"), value, disputed))
    return tag("div", ages, class_="pt-ages")


def _line(line: StatementLine, statement: Statement, locale: str) -> Markup:
    kind = labels.TRANSACTIONS[line.kind]
    address = links.recorded(line.about, line.number)
    number = link(line.number, address) if address else said(line.number)

    def amount(minor: int) -> str:
        return say.money(minor, statement.currency_code, locale)

    return tag(
        "tr",
        tag("td", say.day(line.date, locale), class_="when pt-num"),
        tag(
            "td",
            tag("span", _(kind), " ", number),
            said(line.details, "small") if line.details else None,
            class_="what grow",
        ),
        tag("td", amount(line.amount_minor) if line.amount_minor else None, class_="end plus"),
        tag("td", amount(line.credit_minor) if line.credit_minor else None, class_="end minus"),
        tag("td", amount(line.balance_minor), class_="end rest"),
    )


def _fixed(label: str, day: str | None, minor: int, statement: Statement, locale: str) -> Markup:
    return tag(
        "tr",
        tag("td", day, class_="when pt-num"),
        tag("td", label, class_="what grow"),
        tag("td", class_="end plus"),
        tag("td", class_="end minus"),
        tag("td", say.money(minor, statement.currency_code, locale), class_="end rest"),
        class_="fixed",
    )
