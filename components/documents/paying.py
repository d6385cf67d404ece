"""Paying one document: the button that opens the way, and what is being paid of it."""

from collections.abc import Callable

import streamlit as st

from components.documents.document_view import Control
from components.payments import in_flight
from components.ui import format as say
from components.ui import roles
from portal_data.billing.invoices import Invoice
from portal_data.billing.retainers import Retainer
from portal_data.business.organisation import Organisation
from portal_data.customers.details import MyDetails
from portal_data.kinds import Kind
from portal_data.payments import collecting, offers
from portal_data.scope import Permission, Role, Scope
from portal_data.text.language import _


def controls(
    scope: Scope,
    kind: Kind,
    document: Invoice | Retainer,
    customer: MyDetails,
    locale: str,
    by_transfer: Callable[[], None],
) -> tuple[Control, ...]:
    """Return the button that pays a document of which something is payable, for who may.

    Online it may be more than somebody's limit: then somebody else is asked to agree. Where it is
    not paid online, the button tells how to pay `by_transfer`.
    """
    if not scope.may(Permission.INVOICE_PAY):
        return ()
    minor, currency = document.payable_minor, document.currency_code
    provider = collecting.current().provider
    ids = (document.id,)
    press = by_transfer
    if provider and offers.reached(scope, provider.key, kind.record, ids):
        press = _opens(kind, document.number)
    elif roles.why_not_pay(scope, customer, minor, currency, locale):
        return ()
    words = _("Pay {amount}", amount=say.money(minor, currency, locale))
    return (Control(f"{kind.key}.pay", words, press, True),)


def waiting(
    scope: Scope, business: Organisation, kind: Kind, document: Invoice | Retainer
) -> Callable[[], None] | None:
    """Return what draws the payments of a document that are being made; None when none is."""
    if not document.pending_minor or scope.role is Role.STAFF:
        return None
    return lambda: in_flight.of_document(scope, business, kind, document.number)


def _opens(kind: Kind, number: str) -> Callable[[], None]:
    return lambda: st.switch_page("../pages/pay.py", query_params={kind.path: number})
