"""Check my books: a customer's own list of what it owes, compared with ours."""

import streamlit as st

from components.documents import payables_form, payables_view
from components.forms import dialogs
from components.session import require_scope
from components.ui import cards, links
from portal_data.billing import statements
from portal_data.business import organisation
from portal_data.output import tables
from portal_data.payables import comparing
from portal_data.payables.comparing import Outcome
from portal_data.scope import Permission
from portal_data.text import bidi
from portal_data.text.language import N_, _

scope = require_scope()
_ALL = N_("All")


@st.fragment
def check() -> None:
    """The list, what stands where in it, and what came of it; rerun alone."""
    scope = require_scope()
    business = organisation.get(scope)
    with st.container(border=True, key="card-payables"):
        words = _("Nothing of your file is kept, and {business} does not see it.",
                  business=bidi.isolated(business.name))  # fmt: skip
        cards.draw(cards.sub(words))
        given = None
        if scope.may(Permission.FILE_ADD):
            given = payables_form.draw(statements.currencies(scope), business)
        else:
            words = _("Ask an administrator for another.")
            cards.draw(cards.empty(_("Your role takes no files"), words))
    if given is None:
        return
    currency, locale = given.currency, business.locale
    found = comparing.compare(
        scope, given.listed, currency, basis=given.basis, tolerance_minor=given.tolerance_minor
    )
    cards.draw(cards.card("", payables_view.summary(found, currency, locale)))
    if given.unread:
        cards.draw(cards.card("", payables_view.unread(given.unread)))
    with st.container(border=True, key="card-compared"):
        with st.container(key="compared-tools", horizontal=True, vertical_alignment="center",
                          horizontal_alignment="distribute"):  # fmt: skip
            shown = st.segmented_control(
                _("Show"), [_ALL, *Outcome], default=_ALL, required=True,
                format_func=lambda each: _(str(each)),
                key="compared.show", label_visibility="collapsed",
            )  # fmt: skip
            file = tables.csv_of_comparison(found, currency, business, scope.customer_name)
            st.download_button(
                _("Download"), file, f"Comparison {currency}.csv", "text/csv", on_click="ignore",
                icon=":material/download:", key="compared.download",
            )  # fmt: skip
        rows = [each for each in found if shown in (_ALL, each.outcome)]
        cards.draw(payables_view.table(rows, currency, locale))
        if business.email and st.button(
            _("Write to us"), icon=":material/mail:", key="compared.write"
        ):
            dialogs.write()


cards.draw(
    cards.head(
        _("Check my books"),
        cards.sub(_("Compare your own list of what you owe with our books, invoice by invoice.")),
        back=(_("Statement"), links.page("statements")),
    )
)
check()
