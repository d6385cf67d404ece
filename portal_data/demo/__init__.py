"""The demo organisation: invented, the same in every run of a day, and only ever in an empty store.

Everything is reckoned back from today, so what is overdue stays overdue. Addresses, phones, mails
and bank details lie in ranges that are reserved for examples.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal_data import settings, store
from portal_data.auth import passwords
from portal_data.billing import ledger
from portal_data.clock import local_date
from portal_data.demo import (
    attempts,
    autopay,
    bank,
    billing_plan,
    comments,
    contacts,
    credits,
    customers,
    estimates,
    history,
    hours,
    invoices,
    methods,
    organisation,
    payments,
    projects,
    promises,
    recurring,
    retainers,
)
from portal_data.demo.books import TIMEZONE, Books, record_rates
from portal_data.errors import Conflict
from portal_data.payments.demo_gateway import opening, rows

PASSWORD = "Demo-portal-2026"  # noqa: S105 - public on purpose: it opens invented books only
"""The password of every demo login."""

_USED = """
    select (select count(*) from core.organisation) + (select count(*) from core.customers)
        + (select count(*) from core.logins) + (select count(*) from core.items)
        + (select count(*) from core.taxes) + (select count(*) from core.people)
        + (select count(*) from core.preferences) + (select count(*) from core.counters)
        + (select count(*) from core.imports) + (select count(*) from core.exchange_rates)
        as stored
    order by stored
"""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One person to sign in as, and what there is to see."""

    email: str
    shown_as: str


@dataclass(frozen=True, slots=True)
class DemoLogins:
    """Whom one may sign in as, and the password they share. Printing it gives the list."""

    password: str
    logins: tuple[DemoLogin, ...]

    def __str__(self) -> str:
        width = max(len(login.email) for login in self.logins)
        lines = [f"  {login.email:<{width}}  {login.shown_as}" for login in self.logins]
        return "\n".join([f"Demo sign-ins, all with the password {self.password}", *lines])


def load(now: datetime, files: Path) -> DemoLogins:
    """Fill an empty store with the demo, in one transaction, and the folder with shared files.

    `now` is naive UTC; the same day gives the same rows, password hashes aside. Raises Conflict
    when the store holds anything already; then nothing is written.
    """
    _refuse_unless_empty()
    password_hash = passwords.make_hash(PASSWORD, settings.load().bcrypt_cost)
    books = compose(now, password_hash)
    _lead_to_gateway(books)
    written: list[Path] = []
    try:
        with store.system_writing() as session:
            if session.value(_USED):
                raise Conflict(_NOT_EMPTY)
            books.store(session)
            opening.adopt(session, now)
            ledger.post(session, now)
            files.mkdir(parents=True, exist_ok=True)
            for key, content in books.attachments.items():
                written.append(files / key)
                written[-1].write_bytes(content)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return _logins()


_NOT_EMPTY = (
    "The store is not empty. The demo organisation only fills an empty one: name another with "
    "PORTAL_DATABASE, or move the file away first."
)


def _refuse_unless_empty() -> None:
    """Refuse before the slow part; the transaction that writes asks again."""
    with store.system_reading() as session:
        if session.value(_USED):
            raise Conflict(_NOT_EMPTY)


def _lead_to_gateway(books: Books) -> None:
    """Let payments that somebody has begun lead to their pages at the demo gateway.

    No more than a key tells where those are, and each portal has its own.
    """
    for row in books.tables["payment_attempts"]:
        if row["status"] in ("created", "requires_action"):
            row["redirect_url"] = rows.address(row["provider_reference"])


def compose(now: datetime, password_hash: str) -> Books:
    """Return all rows of the demo, stored nowhere yet."""
    books = Books(local_date(now, TIMEZONE))
    record_rates(books)
    organisation.found(books, password_hash)
    customers.enrol(books)
    contacts.introduce(books, password_hash)
    projects.plan(books)
    sheets = hours.work(books)
    hours.approve(books, sheets)
    planned = [*recurring.bills(books), *billing_plan.everything(books, sheets)]
    issued = invoices.issue(books, sorted(planned, key=lambda bill: (bill.day, bill.customer)))
    methods.save(books)
    estimates.quote(books, issued)
    payments.collect(books, issued)
    credits.credit(books)
    retainers.retain(books)
    books.number("payments", "payment", "PAY-", 902)
    attempts.start(books)
    attempts.dispute(books)
    bank.state(books)
    promises.promise(books)
    autopay.agree(books)
    comments.discuss(books)
    comments.share(books)
    comments.review(books)
    history.record(books)
    return books


def _logins() -> DemoLogins:
    shown = [
        DemoLogin("rowan@larkspur.example", "owner at the studio that runs the portal"),
        DemoLogin("ines@larkspur.example", "member of its staff"),
        *(
            DemoLogin(person.email or f"{person.key}@{person.customer}.example", person.shown_as)
            for person in contacts.PEOPLE
            if person.shown_as
        ),
    ]
    return DemoLogins(PASSWORD, tuple(shown))
