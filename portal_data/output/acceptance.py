"""Accepting an estimate: the PDF that somebody is shown, and the one that bears their name.

The PDF of an open estimate is the same bytes whenever it is made, until the estimate or the letter
paper changes: so its digest says what was accepted, and anybody who saved it can compare.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from portal_data import kept_files
from portal_data.billing import estimate_answers, estimate_choices
from portal_data.billing.estimate_answers import CLOSED
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.errors import Conflict
from portal_data.kinds import ESTIMATE
from portal_data.output import document_views
from portal_data.output.document_views import VIEWS
from portal_data.output.documents import (
    Paper,
    Signature,
    file_name,
    number_format,
    render_paper,
)
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _

_CHANGED = N_("This estimate was changed while you had it open. Look at it again first.")


@dataclass(frozen=True, slots=True)
class Offer:
    """An open estimate as somebody sees it who is about to accept it.

    `estimate` is as the `choices` of it make it, `sha256` that of its PDF, `locale` the one that it
    is written in.
    """

    estimate: Estimate
    sha256: str
    locale: str
    choices: Choices = ()


def offer(scope: Scope, number: str, *, seen: int, now: datetime, choices: Choices = ()) -> Offer:
    """Return the estimate that was on the screen in the version `seen`, to be accepted.

    It is as the `choices` of it make it. Raises NotAllowed for a role that may not answer it,
    NotFound when there is none, Conflict when it is not open or not as it was on the screen,
    Invalid for choices that are not offered.
    """
    estimate, business = _read(scope, number, now)
    scope.need(Permission.ESTIMATE_ANSWER)
    if estimate.status is not Status.OPEN:
        raise Conflict(_(CLOSED[estimate.status]))
    if estimate.version != seen:
        raise Conflict(_(_CHANGED))
    chosen = estimate_choices.chosen(estimate, choices)
    _paper, shown = _drawn(scope, chosen, business)
    return Offer(chosen, kept_files.digest(shown), business.locale, choices)


def accept(
    scope: Scope, seen: Offer, name: str, *, address: str | None, folder: Path, now: datetime
) -> None:
    """Accept what was offered by typing one's name; see `estimate_answers.accept`.

    `address` is where on the network this comes from, `folder` where files are kept.
    """
    number = seen.estimate.number
    estimate, business = _read(scope, number, now)
    same = estimate.version == seen.estimate.version
    if same and estimate.status is Status.OPEN:
        estimate = estimate_choices.chosen(estimate, seen.choices)
    paper, shown = _drawn(scope, estimate, business)
    if same and kept_files.digest(shown) != seen.sha256:
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
        choices=seen.choices,
    )


def chosen_pdf(scope: Scope, number: str, choices: Choices, *, now: datetime) -> tuple[str, bytes]:
    """Return the file name and PDF of an open estimate as choices of it make it.

    Raises NotFound when there is none, Conflict and Invalid as `estimate_choices.chosen`.
    """
    estimate, business = _read(scope, number, now)
    _paper, pdf = _drawn(scope, estimate_choices.chosen(estimate, choices), business)
    return file_name(ESTIMATE.title, number, scope.customer_name), pdf


def _read(scope: Scope, number: str, now: datetime) -> tuple[Estimate, Organisation]:
    business = organisation.get(scope)
    estimate: Estimate = VIEWS[ESTIMATE.key].read(scope, number, business.today(now))
    return estimate, business


def _drawn(scope: Scope, estimate: Estimate, business: Organisation) -> tuple[Paper, bytes]:
    """Return an estimate's paper and its PDF as anybody gets it who opens it now."""
    paper: Paper = VIEWS[ESTIMATE.key].paper(estimate, business, details.my_details(scope))
    return paper, render_paper(paper, document_views.look(business), now=estimate.changed_at)


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
