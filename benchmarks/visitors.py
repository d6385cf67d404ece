"""The people who read the measured books: whose they are, their cookies, and what they open."""

import hashlib
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID

from benchmarks.books import BenchBooks
from benchmarks.side_books import ESTIMATES
from portal_data import store
from portal_data.auth import tokens
from portal_data.auth.sessions import ABSOLUTE
from portal_data.clock import utc_now
from portal_data.ids import new_id

EMPTY = "empty"
"""The screen that shows nothing: see benchmarks/empty.py."""

_READERS = """
    select c.id, c.login_id, c.customer_id, c.email,
        substring(c.email, 7, strpos(c.email, '@') - 7)::bigint as place
    from core.contacts c
    where c.email like 'reader%@bench.example'
    order by place
    limit $most
"""
_COUNTS = """
    select (select count(*)::bigint from core.customers) as customers,
        (select count(*)::bigint from core.invoices) as invoices
    order by 1
"""
# as on a day on which nobody has looked yet
_FORGET = ("delete from core.sign_ins", "delete from core.document_views")
_OPENED, _STEP = 89, 3
"""Which of a customer's invoices is opened, and the next one before: all of them were seen before,
so that opening them changes nothing of the books."""
_PAID = 88
"""An invoice whose payment is opened."""
_COLUMNS = ("id", "token_hash", "login_id", "contact_id", "created_at", "last_seen_at",
            "expires_at", "method")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visitor:
    """A contact with the cookie of a sign-in, and the numbers of documents they may open."""

    customer_id: UUID
    email: str
    cookie: str
    place: int
    invoice: int
    payment: int
    estimate: int

    @property
    def screens(self) -> dict[str, tuple[str, str]]:
        """Path and query of all screens of a customer by name, in the order of a walk.

        The empty one is among them, before any document is opened: that is counted, which makes the
        portal read more on the next screen.
        """
        return {
            "home": ("", ""),
            "invoices": ("invoices", ""),
            EMPTY: (EMPTY, ""),
            "invoice": ("invoice", f"number=INV-{self.invoice:07}"),
            "payments": ("payments", ""),
            "payment": ("payment", f"number=PAY-INV-{self.payment:07}"),
            "estimates": ("estimates", ""),
            "estimate": ("estimate", f"number=EST-{self.estimate:07}"),
            "statement": ("statements", ""),
            "projects": ("projects", ""),
            "project": ("project", f"id={_id(f'project {self.place}')}"),
            "timesheets": ("timesheets", ""),
            "timesheet": ("timesheet", f"id={_id(f'timesheet of P-{self.place}')}"),
            "account": ("account", ""),
            "security": ("security", ""),
        }

    @property
    def document(self) -> str:
        """The path of the PDF of their invoice."""
        return f"/documents/invoice/{_id(f'invoice {self.invoice}')}.pdf"


def sign_in(opened: store.Store, count: int = 1) -> list[Visitor]:
    """Sign so many readers of the books in, and nobody else.

    Each is another customer's, as long as there are as many (up to `books.MOST_READERS`); then
    they come again, each time to other documents.
    """
    now = utc_now()
    with opened.system_writing() as session:
        for sql in _FORGET:
            session.change(sql)
        readers = session.rows(_READERS, most=count)
        counts = session.one(_COUNTS) or {}
        invited = list(islice(cycle(readers), count))
        cookies = [tokens.new_token() for _ in invited]
        session.load(
            "core.sign_ins",
            _COLUMNS,
            [
                (new_id(), tokens.digest(cookie), reader["login_id"], reader["id"], now, now,
                 now + ABSOLUTE, "password")
                for reader, cookie in zip(invited, cookies, strict=True)
            ],
        )  # fmt: skip
    customers, last = counts["customers"], counts["invoices"] // counts["customers"] - 1
    visitors = []
    for number, (reader, cookie) in enumerate(zip(invited, cookies, strict=True)):
        turn, place = number // len(readers), reader["place"]
        visitors.append(
            Visitor(
                reader["customer_id"],
                reader["email"],
                cookie,
                place,
                invoice=place + customers * min(max(_OPENED - turn * _STEP, 0), last),
                payment=place + customers * min(_PAID, max(last - 1, 0)),
                estimate=place + customers * (turn % ESTIMATES),
            )
        )
    return visitors


def of_books(made: BenchBooks, count: int = 1) -> list[Visitor]:
    """Sign readers in while no server has the books open."""
    opened = store.open_store(made.url)
    try:
        return sign_in(opened, count)
    finally:
        opened.close()


def _id(name: str) -> UUID:
    """Return the id that the books gave what has this name."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())
