"""What a plan comes to: what each invoice gets, and what is outstanding by age before and after."""

from components.charts import charts
from components.ui import cards, links
from components.ui import format as say
from components.ui.line_table import Figures, line_table
from components.ui.markup import Markup, join, tag
from portal_data.business.organisation import Organisation
from portal_data.kinds import INVOICE
from portal_data.payments.planning import Offer, Plan, Share
from portal_data.text import bidi
from portal_data.text.language import _, _p, counted

HEIGHT = 250
_DOTS = ("light-dark(#3b5bdb, #7c93ff)", "light-dark(#12a07a, #3fbf96)")


def notes(offer: Offer, planned: Plan, locale: str) -> list[Markup]:
    """Return what is to be said of an amount that is not planned as it was typed."""

    def amount(minor: int) -> str:
        return say.money(minor, offer.currency_code, locale)

    found = []
    if planned.over_minor:
        words = _(
            "This is {over} more than everything that is due, {whole}. That much stays with you.",
            over=amount(planned.over_minor),
            whole=amount(offer.free_minor),
        )
        found.append(tag("p", words, class_="pt-wrong", role="status"))
    if planned.odd_minor:
        words = _(
            "{amount} of it settles no whole invoice, and parts of these are not paid.",
            amount=amount(planned.odd_minor),
        )
        found.append(tag("p", words, class_="pt-wrong", role="status"))
    if offer.cut:
        count = len(offer.found)
        words = counted(
            count,
            "Only the {count} invoice due first is planned at once.",
            "Only the {count} invoices due first are planned at once.",
        )
        found.append(cards.sub(words))
    return found


def table(planned: Plan, offer: Offer, business: Organisation) -> Markup:
    """Return the invoices with what each gets and what of it is open then."""
    locale, code = business.locale, offer.currency_code

    def amounts(minor: list[int]) -> list[str]:
        return [say.money(each, code, locale) for each in minor]

    shares = planned.shares
    return line_table(
        _("What it settles"),
        _("Invoice"),
        [_name(share, planned, offer, locale) for share in shares],
        [
            Figures(
                _p("of an invoice", "Balance"),
                amounts([share.invoice.open_minor for share in shares]),
                _p("before an amount", "Balance"),
            ),
            Figures(
                _("Still open after"),
                amounts([share.remains_minor for share in shares]),
                _p("before an amount", "Still open after"),
            ),
            Figures(_("Gets"), amounts([share.gets_minor for share in shares])),
        ],
    )


def chart(planned: Plan, currency: str, locale: str) -> None:
    """Draw what is outstanding by age on the planned day, before and after."""
    legend = [
        tag("span", label, style=f"--dot: {colour}")
        for label, colour in zip((_("Before"), _("After")), _DOTS, strict=True)
    ]
    day = say.day(planned.day, locale)
    title = cards.title(_("Outstanding by age on {day}", day=day))
    cards.draw(tag("div", title, tag("div", legend, class_="pt-legend"), class_="pt-between"))
    ages = (planned.before, planned.after)
    words = charts.planned_in_words(*ages, currency, locale)
    charts.draw(charts.planned(*ages, currency, locale), "plan.aging", words=words, height=HEIGHT)


def _name(share: Share, planned: Plan, offer: Offer, locale: str) -> Markup:
    """Return an invoice with what it is for, when it is due, and what of it is not planned with."""
    each = share.invoice

    def amount(minor: int) -> str:
        return say.money(minor, offer.currency_code, locale)

    about = [bidi.isolated(each.subject) if each.subject else ""]
    if each.due_date:
        about.append(_("Due {day}", day=say.day(each.due_date, locale)))
    if each.pending_minor:
        about.append(_("{amount} is on its way.", amount=amount(each.pending_minor)))
    if each.disputed_minor:
        about.append(_("{amount} is in dispute.", amount=amount(each.disputed_minor)))
    if held := offer.promised.get(each.number, 0):
        about.append(_("{amount} is promised already.", amount=amount(held)))
    return join(
        cards.link(each.number, links.document(INVOICE, each.number)),
        tag("small", " · ".join(part for part in about if part)),
    )
