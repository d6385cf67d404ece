"""Every field into which somebody types words, and words that would act if they were not text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from portal_data.auth import colleagues
from portal_data.auth import staff as team
from portal_data.billing import (
    dispute_claims,
    dispute_decisions,
    disputes,
    estimate_answers,
    estimate_links,
    estimate_revisions,
    estimates,
    invoices,
)
from portal_data.billing.estimate_revisions import DraftLine
from portal_data.business import organisation, organisation_fields, preferences
from portal_data.customers import (
    change_requests,
    conversations,
    detail_fields,
    details,
    files,
    forwarding,
    own_details,
    review_desk,
    reviews,
)
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.messaging import messages
from portal_data.output import acceptance, public_estimates
from portal_data.payments import offline, refunding
from portal_data.payments.receiving import Received
from portal_data.projects import timesheet_answers, timesheet_submissions
from portal_data.projects.timesheet_answers import Answer, Decision
from portal_data.scope import Role, Scope, Staff
from tests.factories import (
    make_approval,
    make_entry,
    make_estimate,
    make_invoice,
    make_payment,
    make_person,
    make_project,
)
from tests.uploads import PDF

ACTING = (
    "<img src=x onerror=window.acted=1><script>window.acted=1</script>"
    "[x](javascript:window.acted=1) **bold** {0.__class__} :smile: $x$"
)
"""Markup, markdown and a format string; each would show or act where it is not taken as text."""
TURNING = "\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe"
SHORT = "<s>*b*"
"""For fields of a few letters."""


@dataclass(frozen=True)
class Books:
    """Who types, into what: the fields make the records that they belong to themselves."""

    scope: Scope
    staff: Staff
    folder: Path
    now: datetime

    def invoice(self) -> tuple[UUID, str]:
        """Store an invoice and return its id and number."""
        number = f"INV-H-{new_id().hex[-6:]}"
        return make_invoice(self.scope, number=number), number

    def estimate(self) -> tuple[estimates.Estimate, str]:
        """Store an estimate that can be answered and return it with its number."""
        number = f"EST-H-{new_id().hex[-6:]}"
        today = self.now.date()
        make_estimate(self.scope, number=number, day=today, expiry=today + timedelta(days=9))
        return estimates.get(self.scope, number, today=today), number

    def project(self) -> tuple[UUID, UUID]:
        """Store a project with an hour that was not sent yet; return the two ids."""
        project = make_project(self.scope, approvals_enabled=True)
        day = self.now.date()
        return project, make_entry(
            self.scope, project, make_person(self.scope, project), 60, day=day
        )

    def timesheet(self) -> tuple[UUID, UUID]:
        """Store a timesheet of one entry; return the two ids."""
        project, entry = self.project()
        return make_approval(self.scope, {entry: None}, project_id=project), entry


def _comment(books: Books, text: str) -> None:
    subject, _number = books.invoice()
    conversations.write(books.scope, "invoice", subject, text, key=new_id(), now=books.now)


def _answer(books: Books, text: str, *, internal: bool) -> None:
    subject, _number = books.invoice()
    conversations.reply(
        books.staff, "invoice", subject, text, internal=internal, key=new_id(), now=books.now
    )


def _attached(books: Books, text: str) -> None:
    subject, _number = books.invoice()
    conversations.write(
        books.scope, "invoice", subject, "A file", key=new_id(), now=books.now,
        uploaded=[(f"{text}.pdf", PDF)], folder=books.folder,
    )  # fmt: skip


def _forward(books: Books, text: str) -> None:
    subject, _number = books.invoice()
    what = forwarding.OneDocument(INVOICE, subject)
    forwarding.forward(
        books.scope, what, "dora@elsewhere.example", text, key=new_id(), now=books.now
    )


def _forward_to(books: Books, text: str) -> None:
    subject, _number = books.invoice()
    what = forwarding.OneDocument(INVOICE, subject)
    forwarding.forward(books.scope, what, text, "", key=new_id(), now=books.now)


def _disputed(books: Books, text: str) -> disputes.Dispute:
    today = books.now.date()
    _id, number = books.invoice()
    shown = invoices.get(books.scope, number, today=today)
    claim = dispute_claims.Claim(None, next(iter(disputes.Reason)), 100, text)
    dispute_claims.open_dispute(
        books.scope, number, claim, seen=shown.version, key=new_id(), now=books.now
    )
    (dispute,) = invoices.get(books.scope, number, today=today).disputes
    return dispute


def _dispute(books: Books, text: str) -> None:
    _disputed(books, text)


def _dispute_rejected(books: Books, text: str) -> None:
    dispute = _disputed(books, "It is too much.")
    dispute_decisions.reject(books.staff, dispute.id, text, seen=dispute.version, now=books.now)


def _refund(books: Books, text: str) -> None:
    invoice_id, _number = books.invoice()
    number = f"PAY-H-{new_id().hex[-6:]}"
    make_payment(books.scope, {invoice_id: 100}, number=number)
    refunding.refund(books.staff, number, 50, text, key=new_id(), seen=1, now=books.now)


def _recorded(books: Books, text: str, *, field: str) -> str:
    day = organisation.get(books.staff).today(books.now)
    received = Received(day, "GBP", 50, "Cheque", **{field: text})
    return offline.record(
        books.staff, books.scope.customer_id, received, (), key=new_id(), again=True, now=books.now
    )


def _voided(books: Books, text: str) -> None:
    number = _recorded(books, "Cheque 12", field="reference")
    offline.void(books.staff, number, text, seen=1, now=books.now)


def _accepted(books: Books, text: str) -> None:
    estimate, number = books.estimate()
    offer = acceptance.offer(books.scope, number, seen=estimate.version, now=books.now)
    acceptance.accept(
        books.scope, offer, text, address="203.0.113.7", folder=books.folder, now=books.now
    )


def _declined(books: Books, text: str) -> None:
    estimate, number = books.estimate()
    estimate_answers.decline(books.scope, number, text, seen=estimate.version, now=books.now)


def _declined_by_link(books: Books, text: str, *, field: str) -> None:
    estimate, number = books.estimate()
    preferences.change(books.staff, answer_estimates_by_link=True, now=books.now)
    until = books.now.date() + timedelta(days=5)
    link = estimate_links.create(books.staff, number, until, key=new_id(), now=books.now)
    words = {"name": "Dora", "email": "dora@elsewhere.example", "reason": "Too dear", field: text}
    public_estimates.decline(
        link.rpartition("=")[2], words["reason"], words["name"], words["email"],
        seen=estimate.version, address="203.0.113.7", now=books.now,
    )  # fmt: skip


def _revised(books: Books, text: str, *, field: str) -> None:
    _estimate, number = books.estimate()
    draft = estimate_revisions.draft(books.staff, number)
    words = {"name": "Pond", "description": "Deep", "unit": "pond", field: text}
    reason = words.pop("reason", "")
    line = DraftLine(
        quantity=draft.lines[0].quantity, unit_price=draft.lines[0].unit_price, **words
    )
    expiry = books.now.date() + timedelta(days=9)
    estimate_revisions.send_again(
        books.staff, number, [line], expiry_date=expiry, reason=reason, seen=draft.version,
        now=books.now,
    )  # fmt: skip


def _time_rejected(books: Books, text: str) -> None:
    sheet, _entry = books.timesheet()
    timesheet_answers.reject(books.scope, sheet, text, seen=1, now=books.now)


def _time_queried(books: Books, text: str) -> None:
    sheet, entry = books.timesheet()
    refused = {entry: Answer(Decision.QUERIED, text)}
    timesheet_answers.answer(books.scope, sheet, refused, seen=1, now=books.now)


def _time_named(books: Books, text: str) -> None:
    project, _entry = books.project()
    day = books.now.date()
    timesheet_submissions.submit(
        books.staff, project, text, first=day, last=day, key=new_id(), now=books.now
    )


def _review(books: Books, text: str) -> None:
    reviews.write(
        books.scope, 4, text, may_publish=True, seen=None, today=books.now.date(), now=books.now
    )


def _review_answered(books: Books, text: str) -> None:
    if not reviews.own(books.scope):
        _review(books, "Good work.")
    own = reviews.own(books.scope)[0]
    review_desk.reply(books.staff, own.id, text, seen=own.version, now=books.now)


def _message(books: Books, text: str, *, field: str) -> None:
    words = {"subject": "A question", "body": "When do you come?", field: text}
    messages.send(books.scope, words["subject"], words["body"], key=new_id(), now=books.now)


def _person(books: Books, text: str, *, field: str) -> None:
    mine = details.my_details(books.scope)
    own = next(each for each in mine.contacts if each.id == books.scope.contact_id)
    own_details.change_person(books.scope, {field: text}, before=own, now=books.now)


def _company(books: Books, text: str, *, field: str) -> None:
    mine = details.my_details(books.scope)
    own_details.change_company(books.scope, {field: text}, before=mine, now=books.now)


def _address(books: Books, text: str, *, field: str) -> None:
    before = details.my_details(books.scope).address("billing")
    own_details.change_address(books.scope, "billing", {field: text}, before=before, now=books.now)


def _tax_number_refused(books: Books, text: str) -> None:
    _company(books, f"GB {int(books.now.timestamp()) % 1_000_000_000:09}", field="tax_id")
    change = change_requests.of_customer(books.staff, books.scope.customer_id)[-1]
    change_requests.refuse(books.staff, change.id, text, seen=change.version, now=books.now)


def _organisation(books: Books, text: str, *, field: str) -> None:
    before = organisation.stored(books.staff)
    organisation.change(books.staff, {field: text}, before=before, now=books.now)


def _banner(books: Books, text: str) -> None:
    preferences.change(books.staff, banner_message=text, now=books.now)


def _member(books: Books, text: str, *, field: str) -> None:
    words = {"email": "new@larkspur.example", "name": "New", field: text}
    team.create(books.staff, words["email"], words["name"], Role.STAFF, books.now)


def _colleague(books: Books, text: str, *, field: str) -> None:
    words = {
        "first_name": "Eve", "last_name": "New", "email": f"{new_id().hex}@alder.example",
        field: text,
    }  # fmt: skip
    grant = colleagues.Grant(Role.VIEWER)
    colleagues.invite(
        books.scope, words["first_name"], words["last_name"], words["email"], grant, books.now
    )


def _shared(books: Books, text: str) -> None:
    files.share(books.scope, f"{text}.pdf", PDF, key=new_id(), folder=books.folder, now=books.now)


def _shared_by_staff(books: Books, text: str) -> None:
    files.share_with(
        books.staff, books.scope.customer_id, f"{text}.pdf", PDF, key=new_id(),
        folder=books.folder, now=books.now,
    )  # fmt: skip


Typed = Callable[[Books, str], None]


def _each(name: str, fields: Iterable[str], typed: Callable[..., None]) -> dict[str, Typed]:
    return {f"{name} {field}": partial(typed, field=field) for field in fields}


ENTRIES: dict[str, Typed] = {
    "comment": _comment,
    "answer": partial(_answer, internal=False),
    "internal note": partial(_answer, internal=True),
    "name of an attached file": _attached,
    "note of a forwarded document": _forward,
    "address of a forwarded document": _forward_to,
    "dispute": _dispute,
    "answer to a dispute": _dispute_rejected,
    "reason of a refund": _refund,
    **_each("recorded payment", offline.FIELDS, _recorded),
    "reason of a void": _voided,
    "signature": _accepted,
    "reason of a decline": _declined,
    **_each("by link, ", estimate_answers.FIELDS, _declined_by_link),
    **_each("revised", ("name", "description", "unit", "reason"), _revised),
    "reason of rejected time": _time_rejected,
    "question about time": _time_queried,
    "name of a timesheet": _time_named,
    "review": _review,
    "answer to a review": _review_answered,
    **_each("message", ("subject", "body"), _message),
    **_each("person", detail_fields.PERSON, _person),
    **_each("company", detail_fields.COMPANY, _company),
    **_each("address", detail_fields.ADDRESS, _address),
    "reason of a refused tax number": _tax_number_refused,
    **_each("organisation", organisation_fields.FIELDS, _organisation),
    "banner": _banner,
    **_each("member", ("name", "email"), _member),
    **_each("colleague", colleagues.FIELDS, _colleague),
    "name of a shared file": _shared,
    "name of a file that staff share": _shared_by_staff,
}
"""What types a text into each field there is, by what the field is."""
