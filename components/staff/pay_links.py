"""The public links to pay an invoice."""

from datetime import datetime
from uuid import UUID

import streamlit as st

from components.session import require_staff
from components.staff import document_links
from components.staff.document_links import Links
from portal_data.billing import pay_links
from portal_data.billing.invoices import Invoice, Status
from portal_data.business import preferences
from portal_data.scope import Staff

_OPEN = (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE)


def draw(invoice: Invoice) -> None:
    """Offer the links of an invoice that is to be paid."""
    staff = require_staff()
    if not preferences.of_portal(staff).public_pay_links or invoice.status not in _OPEN:
        return
    if document_links.button(_form(invoice.number), "invoice.links"):
        dialog(invoice.number)


@st.dialog("Public links", icon=":material/link:")
def dialog(number: str) -> None:
    """Show the links of an invoice, let one be revoked, and make another."""
    require_staff()
    links = Links(
        _form(number),
        "Whoever has a link reads this invoice and pays it, without a sign-in. They see no other "
        "invoice, no person and nothing that is saved.",
        made=lambda staff: pay_links.of_invoice(staff, number),
        create=lambda staff, until, key, now: pay_links.create(
            staff, number, until, key=key, now=now
        ),
        revoke=_revoke,
    )
    document_links.draw(links, None)


def _revoke(staff: Staff, link_id: UUID, now: datetime) -> None:
    pay_links.revoke(staff, link_id, now=now)


def _form(number: str) -> str:
    return f"staff.invoice.{number}.link"
