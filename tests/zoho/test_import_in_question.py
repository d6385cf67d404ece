"""What Zoho calls settled by something that could not be imported is not asked for again."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_data import kinds, lists, store
from portal_data.billing import balances, invoices, retainers
from portal_data.business.organisation import get as organisation_of
from portal_data.customers import documents
from portal_data.customers.details import my_details
from portal_data.errors import Conflict, NotFound
from portal_data.output import document_views
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW
from tests.zoho.backup import TOTALS, Backup, invented
from tests.zoho.conftest import Import, Totals

TODAY = NOW.date()


def _scope(db: store.Store, number: str) -> Scope:
    """Return an administrator of a customer as a scope, as signing in would."""
    with db.system_reading() as session:
        row = session.one("select id from core.customers where number = $number", number=number)
    assert row is not None
    return Scope(row["id"], row["id"], row["id"], Role.ADMIN, "Ada", "ada@wren.example", "Wren")


def _owner(db: store.Store) -> Staff:
    with db.system_reading() as session:
        some = session.value("select id from core.organisation order by id")
    return Staff(some, some, Role.OWNER, "Olive", "olive@fern.example")


def _payment(backup: Backup) -> None:
    """Make the payment of INV-103 unreadable: 30.00, and 10.00 withheld."""
    backup.change("Customer_Payment.csv", "Amount", "nan", Payment_Number="12")


def _credit(backup: Backup) -> None:
    backup.files["Creditnotes_Invoice.csv"].append(
        {"Date": "2024-02-22", "Credit Note Number": "CN-601", "Invoice Number": "INV-103",
         "Applied Invoice Date": "2024-02-01", "Amount": "nan"}
    )  # fmt: skip
    backup.files["Creditnotes_Invoice.csv"].append(
        {"Date": "2024-02-22", "Credit Note Number": "CN-602", "Invoice Number": "INV-103",
         "Applied Invoice Date": "2024-02-01", "Amount": "1.00"}
    )  # fmt: skip
    backup.change("Creditnotes_Invoice.csv", "Amount", "1,0", Date="2024-02-21")


@pytest.mark.parametrize(("spoil", "amount"), [(_payment, 4_000), (_credit, 2_000)])
def test_invoice_that_zoho_calls_closed_is_in_question(
    db: store.Store,
    run: Import,
    totals: Totals,
    backup: Backup,
    spoil: Callable[[Backup], None],
    amount: int,
) -> None:
    spoil(backup)
    report = run(backup, accept_losses=True)
    assert report.in_question[0] == "INV-103"
    assert report.exit_code == 2
    assert "In question, and not payable" in report.as_text()
    kite = _scope(db, "102")
    invoice = invoices.get(kite, "INV-103", today=TODAY)
    assert (invoice.status, invoice.in_question_minor) == (invoices.Status.IN_QUESTION, amount)
    assert invoice.payable_minor == 0
    assert invoice.days_overdue == 0
    listed = lists.page(kite, invoices.LIST, today=TODAY)
    assert listed.counts[invoices.Filter.OVERDUE] == 0
    assert listed.counts[invoices.Filter.UNPAID] == 1
    paper = document_views.of_invoice(invoice, organisation_of(kite), my_details(kite))
    assert (paper.stamp, paper.payment) == ("In question", None)
    (home,) = balances.home(kite, today=TODAY).balances
    assert (home.payable_minor, home.overdue_count) == (0, 0)
    assert home.in_question_minor == amount
    mended = run(invented())
    assert (mended.in_question, mended.exit_code) == ([], 0)
    assert invoices.get(kite, "INV-103", today=TODAY).status is invoices.Status.PAID
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_part_of_an_open_invoice_in_question_makes_it_unpayable(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.change("Customer_Payment.csv", "Unused Amount", "1.00", Payment_Number="11")
    report = run(backup)
    assert report.in_question == ["INV-101", "INV-102"]
    invoice = invoices.get(_scope(db, "101"), "INV-102", today=TODAY)
    assert (invoice.balance_minor, invoice.in_question_minor) == (10_000, 4_000)
    assert invoice.payable_minor == 0


def test_retainer_whose_payment_is_set_aside_is_in_question(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Customer_Payment.csv", "Amount", "nan", Payment_Number="15")
    report = run(backup)
    assert report.in_question == ["RET-1"]
    wren = _scope(db, "101")
    retainer = retainers.get(wren, "RET-1", today=TODAY)
    assert (retainer.status, retainer.payable_minor) == (retainers.Status.IN_QUESTION, 0)
    (home,) = balances.home(wren, today=TODAY).balances
    assert home.payable_minor == 6_000  # INV-102 alone
    assert run(invented()).in_question == []
    assert totals() == TOTALS


def test_closed_without_a_balance_column_is_in_question_too(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.drop("Invoice00.csv", "Balance")
    _payment(backup)
    assert run(backup).in_question == ["INV-103"]


def test_credit_note_that_zoho_calls_used_is_named(run: Import, backup: Backup) -> None:
    backup.raw["Refund.csv"] = (backup.text("Refund.csv").splitlines()[0] + "\n").encode()
    report = run(backup, accept_losses=True)
    assert (report.in_question, report.exit_code) == (["CN-601"], 2)
    assert any("less of it may be left" in warning.reason for warning in report.warnings)


def test_question_stays_until_it_is_answered(db: store.Store, run: Import, backup: Backup) -> None:
    _payment(backup)
    run(backup)
    again = run(backup)
    assert (again.in_question, again.exit_code) == (["INV-103"], 2)
    owner, kite = _owner(db), _scope(db, "102")
    seen = documents.locate(owner, kinds.INVOICE, "INV-103").version
    with pytest.raises(Conflict, match="Look at it again"):
        documents.clear_question(owner, kinds.INVOICE, "INV-103", NOW, seen=seen - 1)
    documents.clear_question(owner, kinds.INVOICE, "INV-103", NOW, seen=seen)
    assert documents.locate(owner, kinds.INVOICE, "INV-103").version == seen + 1
    with pytest.raises(Conflict):
        documents.clear_question(owner, kinds.INVOICE, "INV-103", NOW, seen=seen)
    with pytest.raises(NotFound):
        documents.clear_question(owner, kinds.INVOICE, "INV-999", NOW, seen=1)
    assert invoices.get(kite, "INV-103", today=TODAY).payable_minor == 4_000
    assert run(backup).in_question == []
    assert invoices.get(kite, "INV-103", today=TODAY).payable_minor == 4_000
    with db.system_reading() as session:
        events = session.rows("select event, actor_name from core.activity order by id")
    assert {"event": "document.question_cleared", "actor_name": "Olive"} in events
    run(invented())
    assert invoices.get(kite, "INV-103", today=TODAY).status is invoices.Status.PAID


def test_single_file_with_the_payment_answers_the_question(
    db: store.Store, run: Import, totals: Totals, backup: Backup, tmp_path: Any
) -> None:
    _payment(backup)
    run(backup)
    payments = Backup({"Customer_Payment.csv": invented().files["Customer_Payment.csv"]})
    assert run(payments).set_aside == []
    assert totals() == TOTALS
    with db.system_reading() as session:
        left = session.value("select sum(in_question_minor)::bigint from core.invoices")
    assert left == 0
