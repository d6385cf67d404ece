"""Documents of a customer as PDF: what the nouns know, put into the words of `documents`."""

from datetime import date, datetime

from portal_data import labels
from portal_data.billing import copies, periods, statements
from portal_data.business import organisation
from portal_data.customers import details
from portal_data.kinds import Kind
from portal_data.output import document_views
from portal_data.output.document_views import VIEWS
from portal_data.output.documents import (
    PaymentDetails,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    file_name,
    render_statement,
)
from portal_data.scope import Scope
from portal_data.settings import load
from portal_data.text.language import _


def document_pdf(scope: Scope, kind: Kind, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return a document's file name and PDF, the one that was signed where one was.

    Raises NotFound when the customer has none such, Unavailable when its signed copy is missing.
    """
    business, view = organisation.get(scope), VIEWS[kind.key]
    document = view.read(scope, number, business.today(now))
    name = file_name(_(view.title or kind.title), number, scope.customer_name)
    signed = view.kept(document)
    if signed:
        return name, copies.content(scope, signed, load().data_path / "files")
    paper = view.paper(document, business, details.my_details(scope))
    return name, view.render(paper, document_views.look(business), now=view.dated(document) or now)


def statement_pdf(
    scope: Scope, currency: str, first: date, last: date, *, now: datetime
) -> tuple[str, bytes]:
    """Return the statement's file name and PDF. Raises Invalid for a period that runs backwards."""
    business = organisation.get(scope)
    statement = statements.statement(scope, currency, first, last)
    starts = statement.lines[0].date if first == periods.EARLIEST and statement.lines else first
    printed = Statement(
        issuer=document_views.issuer(business),
        customer=document_views.customer(details.my_details(scope)),
        starts_on=min(starts, last),
        ends_on=last,
        sections=(_section(statement),),
        payment=PaymentDetails(bank_details=business.how_to_pay),
        footer=business.document_footer or "",
    )
    name = file_name(_("Statement"), f"{first} {last} {currency}", scope.customer_name)
    return name, render_statement(printed, document_views.look(business), now=now)


def _section(statement: statements.Statement) -> StatementSection:
    lines = tuple(
        StatementLine(
            date=line.date,
            kind=labels.TRANSACTIONS[line.kind],
            number=line.number,
            details=line.details or "",
            charge_minor=line.amount_minor or None,
            payment_minor=line.credit_minor or None,
            balance_minor=line.balance_minor,
        )
        for line in statement.lines
    )
    summary = (
        Sum(labels.INVOICED, statement.invoiced_minor),
        Sum(labels.RECEIVED, -statement.received_minor),
        Sum(labels.CREDITED, -statement.credited_minor),
        Sum(labels.REFUNDED, statement.refunded_minor),
    )
    return StatementSection(
        currency=statement.currency_code,
        opening_minor=statement.opening_minor,
        closing_minor=statement.closing_minor,
        lines=lines,
        summary=tuple(each for each in summary if each.amount_minor),
        aging=tuple(
            Sum(label, statement.aging[age], statement.disputed[age])
            for age, label in labels.AGES.items()
        ),
    )
