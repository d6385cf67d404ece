"""A process that pays invoices one penny at a time until it is killed: see test_crash.py."""

import sys
from datetime import timedelta

from portal_data import store
from portal_data.billing import ledger
from portal_data.ids import new_id
from tests.conftest import NOW

_PAYMENT = """
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        amount_minor, unused_minor, mode, created_at, updated_at)
    values ($id, $customer, $number, 'invoice', $day, 'succeeded', 'GBP', 2, 0, 'Cash', $now, $now)
"""
_ALLOCATION = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        created_at)
    values ($id, $customer, $payment, $invoice, $day, 1, $now)
"""
_LOWER = """
    update core.invoices set balance_minor = balance_minor - 1, last_payment_date = $day
    where id = $invoice
"""


def main(url: str) -> None:
    """Pay two invoices per transaction and print each payment's number once it is committed."""
    opened = store.open_store(url)
    with opened.system_reading() as session:
        invoices = session.rows("select id, customer_id from core.invoices order by id")
        start = int(session.value("select count(*)::bigint as n from core.payments order by n"))
    for n in range(start, 1_000_000):
        pair = invoices[n % len(invoices)], invoices[(n + 1) % len(invoices)]
        day, payment = NOW.date() + timedelta(days=n % 365), new_id()
        common = {"customer": pair[0]["customer_id"], "day": day, "now": NOW}
        with opened.system_writing() as session:
            session.change(_PAYMENT, id=payment, number=f"PAY-{n:06}", **common)
            for invoice in pair:
                session.change(
                    _ALLOCATION, id=new_id(), payment=payment, invoice=invoice["id"], **common
                )
                session.change(_LOWER, invoice=invoice["id"], day=day)
            ledger.post(session, NOW)
        sys.stdout.write(f"PAY-{n:06}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
