"""Accepting an estimate: the PDF that somebody is shown, and the one that bears their name.

The PDF of an open estimate is the same bytes whenever it is made, until the estimate or the letter
paper changes: so its digest says what was accepted, and anybody who saved it can compare.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from portal_data import kept_files
from portal_data.billing import estimate_answers
from portal_data.billing.estimate_answers import CLOSED
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.errors import Conflict
from portal_data.kinds import ESTIMATE
from portal_data.output import document_views
from portal_data.output.document_views import VIEWS
from portal_data.output.documents import Paper, Signature, number_format, render_paper
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _

_CHANGED = N_("This estimate was changed while you had it open. Look at it again first.")


@dataclass(frozen=True, slots=True)
class Offer:
    """An open estimate as somebody sees it who is about to accept it.

    `sha256` is that of its PDF, `locale` the one that it is written in.
    """

    estimate: Estimate
    sha256: str
    locale: str


def offer(scope: Scope, number: str, *, seen: int, now: datetime) -> Offer:
    """Return the estimate that was on the screen in the version `seen`, to be accepted.

    Raises NotAllowed for a role that may not answer it, NotFound when there is none, Conflict when
    it is not open or not as it was on the screen.
    """
    estimate, _paper, shown, business = _shown(scope, number, now)
    scope.need(Permission.ESTIMATE_ANSWER)
    if estimate.status is not Status.OPEN:
        raise Conflict(_(CLOSED[estimate.status]))
    if estimate.version != seen:
        raise Conflict(_(_CHANGED))
    return Offer(estimate, kept_files.digest(shown), business.locale)


def accept(
    scope: Scope, seen: Offer, name: str, *, address: str | None, folder: Path, now: datetime
) -> None:
    """Accept what was offered by typing one's name; see `estimate_answers.accept`.

    `address` is where on the network this comes from, `folder` where files are kept.
    """
    number = seen.estimate.number
    estimate, paper, shown, business = _shown(scope, number, now)
    if estimate.version == seen.estimate.version and kept_files.digest(shown) != seen.sha256:
        raise Conflict(_(_CHANGED))  # the letter paper, such as the business's address
    signed = estimate_answers.signature(scope, name, shown=shown, address=address, now=now)
    accepted = replace(paper, stamp=Status.ACCEPTED.value, signature=_signature(signed, business))
    estimate_answers.accept(
        scope,
        number,
        signed,
        seen=seen.estimate.version,
        shown=shown,
        signed_copy=render_paper(accepted, document_views.look(business), now=now),
        folder=folder,
    )


def _shown(scope: Scope, number: str, now: datetime) -> tuple[Estimate, Paper, bytes, Organisation]:
    """Return an estimate, its paper and its PDF as anybody gets it who opens it now."""
    business, view = organisation.get(scope), VIEWS[ESTIMATE.key]
    estimate: Estimate = view.read(scope, number, business.today(now))
    paper: Paper = view.paper(estimate, business, details.my_details(scope))
    pdf = render_paper(paper, document_views.look(business), now=estimate.changed_at)
    return estimate, paper, pdf, business


def _signature(signed: estimate_answers.Signature, business: Organisation) -> Signature:
    moment = number_format.moment(business.time_of(signed.signed_at), business.locale)
    return Signature(
        signed.name,
        (
            moment,
            f"{signed.contact} \N{MIDDLE DOT} {signed.email}",
            _("Network address {address}", address=signed.address) if signed.address else "",
            _("SHA-256 of the PDF that was accepted: {digest}", digest=signed.shown_sha256),
        ),
    )
