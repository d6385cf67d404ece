"""An invoice by its public link: read, taken as PDF and paid by whoever holds the link.

Nothing else of the customer is handed out: what is returned here is the paper, what can be paid of
it, and the payments that were begun by the same link. They go the way of those who are signed in.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from portal_data.billing import invoices, pay_links
from portal_data.billing.disputes import Dispute
from portal_data.billing.invoices import Invoice
from portal_data.billing.pay_links import Opened
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.errors import Conflict
from portal_data.kinds import INVOICE
from portal_data.output import document_views
from portal_data.output.document_views import VIEWS
from portal_data.output.documents import Paper, file_name
from portal_data.payments import attempts, collecting, offers, paying
from portal_data.payments.attempts import Attempt, Status
from portal_data.payments.offers import Payable
from portal_data.payments.paying import Order, Part
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a link shows; the moment at which the link ends is naive UTC.

    `begun` are the latest payments that were begun by this link, the newest first.
    """

    invoice: Invoice
    paper: Paper
    business: Organisation
    customer_name: str
    expires_at: datetime
    payable: Payable
    begun: tuple[Attempt, ...]


def opened(token: str, *, address: str | None, now: datetime) -> Shown:
    """Return the invoice of a link, and keep that it was looked at.

    Raises NotFound for a link that opens nothing, and TooManyAttempts, as `pay_links.opened`.
    """
    link = pay_links.opened(token, address=address, now=now)
    invoice, paper, business = _read(link, now)
    pay_links.note_use(link.scope, link.number, invoice.id, now=now)
    provider = collecting.current().provider
    (payable,) = offers.named(link.scope, provider, INVOICE.record, [link.number])
    return Shown(
        invoice,
        paper,
        business,
        link.scope.customer_name,
        link.expires_at,
        payable,
        tuple(replace(each, contact=None) for each in attempts.of_link(link.scope)),
    )


def pdf(token: str, *, address: str | None, now: datetime) -> tuple[str, bytes]:
    """Return the file name and PDF of a link's invoice; raises as `opened`."""
    link = pay_links.opened(token, address=address, now=now)
    invoice, paper, business = _read(link, now)
    name = file_name(_(INVOICE.title), link.number, link.scope.customer_name)
    view = VIEWS[INVOICE.key]
    return name, view.render(paper, document_views.look(business), now=view.dated(invoice) or now)


def begin(
    token: str, amount_minor: int, *, seen: int, key: UUID, address: str | None, now: datetime
) -> None:
    """Begin to pay so much of a link's invoice in the version `seen`; see `paying.begin`."""
    link = pay_links.opened(token, address=address, now=now)
    provider = collecting.current().provider
    if provider is None:
        raise Conflict(_("{number} cannot be paid online.", number=link.number))
    order = Order((Part(INVOICE.record, link.number, seen, amount_minor),))
    paying.begin(link.scope, provider, order, key=key, now=now)


def hand_over(token: str, attempt_id: UUID, *, address: str | None, now: datetime) -> str | None:
    """Hand over a payment that was begun by a link; see `Collector.hand_over`, and `opened`."""
    link = pay_links.opened(token, address=address, now=now)
    return collecting.current().hand_over(link.scope, attempt_id, now)


def look(token: str, attempt_id: UUID, *, address: str | None, now: datetime) -> Status:
    """Look at a payment that was begun by a link; see `Collector.look_own`, and `opened`."""
    link = pay_links.opened(token, address=address, now=now)
    return collecting.current().look_own(link.scope, attempt_id, now)


def cancel(token: str, attempt_id: UUID, *, address: str | None, now: datetime) -> Status:
    """Leave a payment that was begun by a link; see `Collector.cancel`, and `opened`."""
    link = pay_links.opened(token, address=address, now=now)
    return collecting.current().cancel(link.scope, attempt_id, now)


def _read(link: Opened, now: datetime) -> tuple[Invoice, Paper, Organisation]:
    business = organisation.get(link.scope)
    found = invoices.get(link.scope, link.number, today=business.today(now))
    invoice = _public(found)
    paper: Paper = VIEWS[INVOICE.key].paper(invoice, business, details.my_details(link.scope))
    return invoice, paper, business


def _public(invoice: Invoice) -> Invoice:
    """Return an invoice without what is for the customer's own people; of disputes the amounts."""
    return replace(
        invoice,
        history=[],
        settlements=[],
        expected_payment_date=None,
        promises=[],
        disputes=[_amount_alone(each) for each in invoice.disputes],
    )


def _amount_alone(dispute: Dispute) -> Dispute:
    return replace(
        dispute, reason="", body=None, line=None, contact="", resolution=None, credit_note=None,
        files=(),
    )  # fmt: skip
