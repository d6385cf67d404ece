"""An estimate by its public link: read, taken as PDF and answered by whoever holds the link.

Nothing else of the customer is handed out: what is returned here is the paper, and of an answer
only one that was given by the same link. Answers go the way of those who are signed in.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal_data.billing import (
    copies,
    estimate_answers,
    estimate_choices,
    estimate_links,
    estimates,
)
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimate_links import Opened
from portal_data.billing.estimates import Estimate
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.kinds import ESTIMATE
from portal_data.output import acceptance, document_views
from portal_data.output.acceptance import Offer
from portal_data.output.document_views import VIEWS
from portal_data.output.documents import Paper, file_name
from portal_data.text import form_fields
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a link shows; the moment at which the link ends is naive UTC."""

    estimate: Estimate
    paper: Paper
    business: Organisation
    customer_name: str
    expires_at: datetime


def opened(token: str, *, address: str | None, now: datetime) -> Shown:
    """Return the estimate of a link, and keep that it was looked at.

    Raises NotFound for a link that opens nothing, and TooManyAttempts, as `estimate_links.opened`.
    """
    link = estimate_links.opened(token, address=address, now=now)
    estimate, paper, business = _read(link, now)
    estimate_links.note_use(link.scope, link.number, estimate.id, now=now)
    return Shown(estimate, paper, business, link.scope.customer_name, link.expires_at)


def pdf(
    token: str, *, address: str | None, now: datetime, folder: Path, choices: Choices = ()
) -> tuple[str, bytes]:
    """Return the file name and PDF of a link's estimate, as `choices` of it make it.

    It is the signed one for whoever signed by this link: that names the person and the network.
    Raises as `opened`, and Conflict or Invalid for choices that are not offered.
    """
    link = estimate_links.opened(token, address=address, now=now)
    if choices:
        return acceptance.chosen_pdf(link.scope, link.number, choices, now=now)
    estimate, paper, business = _read(link, now)
    name = file_name(_(ESTIMATE.title), link.number, link.scope.customer_name)
    if estimate.signed_copy_id:
        return name, copies.content(link.scope, estimate.signed_copy_id, folder)
    view = VIEWS[ESTIMATE.key]
    return name, view.render(paper, document_views.look(business), now=estimate.changed_at)


def offer(
    token: str, *, seen: int, address: str | None, now: datetime, choices: Choices = ()
) -> Offer:
    """Return what is to be accepted by a link; see `acceptance.offer`, and `opened`."""
    link = estimate_links.opened(token, address=address, now=now)
    return acceptance.offer(link.scope, link.number, seen=seen, now=now, choices=choices)


def chosen(
    token: str, shown: Shown, choices: Choices, *, address: str | None, now: datetime
) -> Shown:
    """Return what the page shows once something of the estimate is chosen; raises as `opened`.

    Conflict and Invalid besides are of choices that are not offered.
    """
    link = estimate_links.opened(token, address=address, now=now)
    estimate = estimate_choices.chosen(shown.estimate, choices)
    paper: Paper = VIEWS[ESTIMATE.key].paper(
        estimate, shown.business, details.my_details(link.scope)
    )
    return replace(shown, estimate=estimate, paper=paper)


def accept(
    token: str,
    seen: Offer,
    name: str,
    email: str,
    *,
    address: str | None,
    folder: Path,
    now: datetime,
) -> None:
    """Accept what was offered by typing one's name and e-mail; see `acceptance.accept`."""
    link = _link_of_person(token, name, email, address, now)
    acceptance.accept(link.scope, seen, link.scope.name, address=address, folder=folder, now=now)


def decline(
    token: str,
    reason: str,
    name: str,
    email: str,
    *,
    seen: int,
    address: str | None,
    now: datetime,
) -> None:
    """Decline an estimate in the version that was `seen`; see `estimate_answers.decline`."""
    link = _link_of_person(token, name, email, address, now)
    estimate_answers.decline(link.scope, link.number, reason, seen=seen, now=now)


def _link_of_person(
    token: str, name: str, email: str, address: str | None, now: datetime
) -> Opened:
    """Return the link of somebody who says who that is. Raises InvalidFields, too."""
    said = form_fields.clean(estimate_answers.FIELDS, {"name": name, "email": email})
    return estimate_links.opened(
        token, address=address, now=now, name=said["name"] or "", email=said["email"] or ""
    )


def _read(link: Opened, now: datetime) -> tuple[Estimate, Paper, Organisation]:
    business = organisation.get(link.scope)
    found = estimates.get(link.scope, link.number, today=business.today(now))
    estimate = _public(found, link.link_id)
    paper: Paper = VIEWS[ESTIMATE.key].paper(estimate, business, details.my_details(link.scope))
    return estimate, paper, business


def _public(estimate: Estimate, link_id: UUID) -> Estimate:
    """Return an estimate without what is for the customer's own people."""
    shown = replace(estimate, history=[], invoices=[], revisions=[])
    if estimate.answered_link_id == link_id:
        return shown
    return replace(
        shown, answered_by=None, answered_email=None, decline_reason=None, signed_copy_id=None
    )
