"""The hosted pages of the demo gateway: pay, confirm with the bank, save, verify by deposits."""

from collections.abc import Sequence

from components import plain_page
from components.ui import cards
from components.ui.markup import Markup, join, said, tag
from portal_data import money
from portal_data.payments.demo_gateway.pages import Page
from portal_data.payments.demo_gateway.records import LAST4, Scenario, Stage
from portal_data.text import language
from portal_data.text.language import N_, _, counted

_PAYING = {
    Scenario.CARD: (N_("Pay by card"), N_("It is paid at once.")),
    Scenario.CARD_DECLINED: (N_("The card is declined"), N_("You can try again.")),
    Scenario.CARD_SECURE: (
        N_("The card’s bank asks you to confirm"),
        N_("3-D Secure: confirm or refuse on the next page."),
    ),
    Scenario.BANK: (
        N_("The debit arrives"),
        N_("It is under way for a minute here; a real one takes about three working days."),
    ),
    Scenario.BANK_REFUSED: (
        N_("The bank refuses the debit"),
        N_("It fails after a minute, with R01: insufficient funds."),
    ),
    Scenario.BANK_RETURNED: (
        N_("The debit comes back later"),
        N_("It counts as paid after a minute, and a minute later it is returned with R01."),
    ),
}
_SAVING = {
    Scenario.CARD: (N_("A card that works"), N_("Payments with it are paid at once.")),
    Scenario.CARD_DECLINED: (
        N_("A card that is declined later"),
        N_("It is saved, and every payment with it is declined."),
    ),
    Scenario.CARD_SECURE: (
        N_("A card whose bank asks each time"),
        N_("3-D Secure: every payment with it is to be confirmed."),
    ),
    Scenario.BANK: (N_("An account that is verified at once"), N_("Debits of it arrive.")),
    Scenario.BANK_DEPOSITS: (
        N_("An account that is verified by two small amounts"),
        N_("They are paid in, and you type in what arrived."),
    ),
    Scenario.BANK_RETURNED: (
        N_("An account whose debits come back"),
        N_("They count as paid, and are returned later with R01."),
    ),
}
_FAILURES = {
    "card_declined": N_("The card was declined. Choose again."),
    "authentication_failed": N_("The payment was not confirmed. Choose again."),
}
_WHAT_IT_IS = N_(
    "This is the demo gateway. It plays the payment company, and no money moves: choose what is to "
    "happen."
)


def page(root: str, shown: Page | None) -> str:
    """Return the HTML of a page of the gateway; None where there is no such page."""
    if shown is None:
        text = _("It may be cut off. Go back to the portal and begin again.")
        return plain_page.whole(root, _("This page is not there"), text, _way(root))
    if shown.stage is Stage.CHOOSE:
        return _choosing(root, shown)
    if shown.stage is Stage.CONFIRM:
        text = _("The demo gateway plays the bank of the card: is it you who pays {amount}?",
                 amount=_money(shown.amount_minor, shown))  # fmt: skip
        answers = tag(
            "div",
            _button(_("Refuse"), name="confirmed", value="no", main=False),
            _button(_("Confirm"), name="confirmed", value="yes"),
            class_="ways",
        )
        return plain_page.whole(root, _("Confirm the payment"), text, inside=_form(shown, answers))
    if shown.stage is Stage.AMOUNTS:
        return _amounts(root, shown)
    text = _("Nothing is left to do here.")
    return plain_page.whole(root, _("This page is finished"), text, _way(shown.return_url))


def _choosing(root: str, shown: Page) -> str:
    words = _PAYING if shown.of_payment else _SAVING
    groups = {"card": _("By card"), "bank": _("By bank account")}
    kinds = [kind for kind in groups if kind in shown.kinds]
    offered = [
        tag("fieldset", tag("legend", groups[kind]), _radios(kind, words, first=kind == kinds[0]))
        for kind in kinds
    ]
    note = _FAILURES.get(shown.failure_code or "")
    if shown.of_payment:
        title = _("Pay {amount}", amount=_money(shown.amount_minor, shown))
        label = _("Save this card or account for next time")
        save = _tick("save", label, on=True) if shown.save_method else None
        go_on, leave = _("Pay"), _("Leave without paying")
    else:
        title, save = _("Save a card or a bank account"), None
        go_on, leave = _("Save"), _("Leave without saving")
    inside = _form(
        shown,
        tag("p", _(note), class_="note", role="alert") if note else None,
        _what(shown),
        offered,
        save,
        _for_experts(shown),
        tag("div", _leave(leave, shown.cancel_url), _button(go_on), class_="ways"),
    )
    return plain_page.whole(root, title, _(_WHAT_IT_IS), inside=inside)


def _amounts(root: str, shown: Page) -> str:
    tries = counted(shown.tries_left, "{count} try is left.", "{count} tries are left.")
    fields = [
        tag(
            "label",
            label,
            tag("input", name=name, inputmode="numeric", autocomplete="off", maxlength=4,
                pattern="[0-9]+", required="required"),
            class_="amount",
        )
        for name, label in (("first", _("First amount")), ("second", _("Second amount")))
    ]  # fmt: skip
    first, second = shown.amounts or (0, 0)
    statement = tag(
        "details",
        tag("summary", _("Look at the statement of the account")),
        tag(
            "p",
            _("The demo gateway plays the bank too. It has paid in {first} and {second} cents.",
              first=first, second=second),
        ),
    )  # fmt: skip
    inside = _form(
        shown,
        tag("div", *fields, class_="amounts"),
        tag("p", tries, class_="mute"),
        statement,
        tag("div", _leave(_("Later"), shown.cancel_url), _button(_("Verify")), class_="ways"),
    )
    text = _(
        "Two small amounts were paid into the account. Type them in, in cents as whole numbers."
    )
    return plain_page.whole(root, _("Verify the account"), text, inside=inside)


def _form(shown: Page, *inside: object) -> Markup:
    step = tag("input", type="hidden", name="step", value=shown.step)
    return tag("form", step, *inside, method="post", class_="pt-gateway")


def _what(shown: Page) -> Markup:
    """Return who pays what for what."""
    rows: list[Markup] = [tag("div", tag("dt", _("Customer")), tag("dd", said(shown.name)))]
    if shown.email:
        rows.append(tag("div", tag("dt", _("E-mail")), tag("dd", said(shown.email))))
    rows += [
        tag("div", tag("dt", said(words)), tag("dd", _money(amount, shown)))
        for words, amount in shown.lines
    ]
    return tag("dl", rows)


def _radios(kind: str, words: dict[Scenario, tuple[str, str]], *, first: bool) -> Markup:
    of_kind: Sequence[Scenario] = [each for each in words if each.kind == kind]
    rows = []
    for each in of_kind:
        label, detail = words[each]
        on = "checked" if first and each is of_kind[0] else None
        digits = tag("span", f"•••• {LAST4[each]}", class_="digits")
        rows.append(
            tag(
                "label",
                tag("input", type="radio", name="scenario", value=each.value, checked=on,
                    required="required"),
                tag("span", tag("b", _(label)), tag("small", _(detail))),
                digits,
            )
        )  # fmt: skip
    return join(rows)


def _for_experts(shown: Page) -> Markup:
    choices = [
        ("once", _("Send the event once")),
        ("twice", _("Send the event twice")),
        ("lost", _("Lose the event: the portal finds out when it asks")),
    ]
    events = [
        tag(
            "label",
            tag("input", type="radio", name="events", value=value,
                checked="checked" if value == "once" else None),
            tag("span", label),
        )
        for value, label in choices
    ]  # fmt: skip
    refunds = (
        _tick("refunds_fail", _("Refunds of this payment will fail")) if shown.of_payment else None
    )
    return tag("details", tag("summary", _("For experts")), events, refunds)


def _tick(name: str, label: str, *, on: bool = False) -> Markup:
    box = tag("input", type="checkbox", name=name, checked="checked" if on else None)
    return tag("label", box, tag("span", label))


def _button(
    label: str, *, name: str | None = None, value: str | None = None, main: bool = True
) -> Markup:
    class_ = "pt-button main" if main else "pt-button"
    return tag("button", label, type="submit", class_=class_, name=name, value=value)


def _leave(label: str, href: str) -> Markup:
    return tag("a", label, href=href, class_="pt-button")


def _way(href: str) -> Markup:
    return cards.link(_("Back to the portal"), href, class_="pt-button")


def _money(minor: int, shown: Page) -> str:
    return money.format(minor, shown.currency_code, locale=language.locale("en_GB"))
