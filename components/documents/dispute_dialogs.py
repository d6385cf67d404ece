"""Dialogs in which a customer disputes an invoice, or takes that back."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from components.documents import attached, dispute_view
from components.documents.document_view import Control
from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.forms.fields import Fields, amount
from components.session import Form, form, require_scope
from components.ui import cards
from components.ui import format as say
from components.ui.markup import filled, tag
from portal_data.billing import dispute_claims, invoices
from portal_data.billing.dispute_claims import BODY, Claim, Part
from portal_data.billing.disputes import Dispute, Reason
from portal_data.billing.invoices import Invoice, Status
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import dispute_files
from portal_data.ids import new_id
from portal_data.scope import Permission, Scope
from portal_data.settings import load
from portal_data.text.language import N_, _

_DISPUTABLE = (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE, Status.PAID)


@dataclass(frozen=True, slots=True)
class _Began:
    """What a dispute begins with: the version that was on the screen, and the id it will have."""

    seen: int
    key: UUID


def controls(scope: Scope, invoice: Invoice) -> tuple[Control, ...]:
    """Return the buttons that dispute an invoice or take that back, for whoever may."""
    if not scope.may(Permission.DISPUTE_OPEN):
        return ()
    number = invoice.number
    shown = []
    if any(each.state.open for each in invoice.disputes):
        shown.append(Control("invoice.withdraw", _("Withdraw dispute"), lambda: withdraw(number)))
    if invoice.status in _DISPUTABLE and invoice.total_minor > invoice.disputed_minor:
        _began(invoice)
        shown.append(Control("invoice.dispute", _("Dispute"), lambda: dispute(number)))
    return tuple(shown)


@dialog(N_("Dispute this invoice"), icon=":material/flag:")
def dispute(number: str) -> None:
    """Ask what is wrong, with what, and how much of it is not owed."""
    scope = require_scope()
    locale = organisation.get(scope).locale
    invoice = _invoice(scope, number)
    began = _began(invoice)
    parts = dispute_claims.parts(scope, number)
    cards.draw(
        tag("p", _("What you dispute is not asked for until we have answered."), class_="pt-text")
    )
    part = st.selectbox(
        _("What is it about?"), parts, format_func=lambda each: each.name or _("The whole invoice"),
        key=f"{began.key}.part",
    )  # fmt: skip
    reason = st.selectbox(_("Why?"), list(Reason), format_func=_, key=f"{began.key}.reason")
    disputed = _amount(part, invoice, f"{began.key}.amount.{part.line_id}", locale)
    fields = Fields(began.key)
    fields.text("body", BODY, None)
    chosen = attached.field(began.key) if scope.may(Permission.FILE_ADD) else []
    messages = st.container(key="dispute-messages")
    if confirmed(_("Dispute"), "flag"):
        with messages:
            act(
                _("The dispute is opened. You see here what becomes of it."),
                lambda: dispute_files.open_dispute(
                    scope,
                    number,
                    Claim(part.line_id, reason, disputed, fields.typed["body"]),
                    chosen,
                    seen=began.start.seen,
                    key=began.start.key,
                    folder=load().data_path / "files",
                    now=utc_now(),
                ),
                drawn=fields,
                seen=_form(number),
            )


@dialog(N_("Withdraw the dispute?"), icon=":material/undo:")
def withdraw(number: str) -> None:
    """Ask before a dispute is taken back, and which one where there are several."""
    scope = require_scope()
    locale = organisation.get(scope).locale
    found = [each for each in _invoice(scope, number).disputes if each.state.open]
    if not found:
        cards.draw(cards.empty(_("Nothing to withdraw"), _("No dispute of this invoice is open.")))
        return
    # what is on the screen is what is taken back
    opened = form(f"withdraw.{number}", lambda: {each.id: each.version for each in found})
    chosen = which(found, f"{opened.key}.which", locale)
    owed = say.money(chosen.amount_minor, chosen.currency_code, locale)
    cards.draw(
        tag("p", filled(_("{amount} is owed again then."), amount=tag("b", owed)), class_="pt-text")
    )
    if confirmed(_("Withdraw"), "undo"):
        act(
            _("The dispute is withdrawn."),
            lambda: dispute_claims.withdraw(
                scope, chosen.id, seen=opened.start.get(chosen.id, chosen.version), now=utc_now()
            ),
            seen=f"withdraw.{number}",
        )


def which(found: list[Dispute], key: str, locale: str) -> Dispute:
    """Return the dispute that is meant, which is asked where there are several."""
    if len(found) == 1:
        return found[0]
    return st.selectbox(
        _("Which one?"), found, format_func=lambda each: dispute_view.named(each, locale), key=key
    )


def _began(invoice: Invoice) -> Form[_Began]:
    """Return what a dispute begins with: what is on the screen is what is disputed."""
    return form(_form(invoice.number), lambda: _Began(invoice.version, new_id()))


def _form(number: str) -> str:
    return f"dispute.{number}"


def _invoice(scope: Scope, number: str) -> Invoice:
    today = organisation.get(scope).today(utc_now())
    return invoices.get(scope, number, today=today)


def _amount(part: Part, invoice: Invoice, key: str, locale: str) -> int:
    """Draw the field of the amount, which begins with what is open; return it in minor units."""
    open_minor = invoice.payable_minor if part.line_id is None else 0
    most = say.money(part.left_minor, invoice.currency_code, locale)
    minor = min(open_minor or part.left_minor, part.left_minor)
    return amount(_("Amount, up to {most}", most=most), minor, invoice.currency_code, key=key)
