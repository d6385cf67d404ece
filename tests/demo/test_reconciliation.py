"""Home's balance and the statement's lead to each other, in every currency of every customer."""

from pathlib import Path

from portal_data import demo, store
from portal_data.billing import balances, periods, statements
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from tests.conftest import NOW

TODAY = NOW.date()
_CUSTOMERS = "select id, display_name from core.customers order by number"


def test_payable_and_closing_balance_reconcile(db: store.Store, tmp_path: Path) -> None:
    demo.load(NOW, tmp_path)
    with store.system_reading() as session:
        customers = session.rows(_CUSTOMERS)
    compared = []
    for customer in customers:
        who = Scope(customer["id"], new_id(), new_id(), Role.ADMIN, "", "", "")
        account = balances.account(who, today=TODAY)
        for currency in statements.currencies(who):
            shown = statements.statement(who, currency, periods.EARLIEST, TODAY)
            found = account.of(currency) or balances.Balance(currency)
            about = (customer["display_name"], currency)
            assert found.statement_minor == shown.closing_minor, about
            assert found.outstanding_minor == sum(shown.aging.values()), about
            assert found.payable_minor == (
                shown.closing_minor
                + found.available_credits_minor
                + found.retainer_payments_minor
                + found.retainers_minor
                - found.in_question_minor
                - found.disputed_minor
                - found.pending_minor
            ), about
            if found.available_credits_minor and found.pending_minor and found.retainers_minor:
                compared.append(about)
    assert compared, "no customer has all that leads from one balance to the other"
