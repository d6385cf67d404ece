"""Whatever a customer reads comes through a catalogue: every screen in a language of its own.

In that language a text stands in brackets, and what is put into it outside of them. Letters outside
of brackets are then data, or a text that somebody forgot.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from gettext import NullTranslations
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import available_timezones

import pytest
import streamlit as st
from babel import Locale
from streamlit.testing.v1 import AppTest

from components import navigation
from components.documents import any_document, payables_view
from components.lists import activity_list, notification_list, project_list, timesheet_list
from portal_data import screens, store
from portal_data.billing import dispute_claims
from portal_data.billing.dispute_claims import Claim
from portal_data.billing.disputes import Reason
from portal_data.clock import utc_now
from portal_data.customers import conversations
from portal_data.customers.forwarding import OneDocument
from portal_data.errors import Invalid
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.payables import comparing, reading
from portal_data.payables.comparing import Basis
from portal_data.payables.reading import Listed, Unread
from portal_data.payments.attempts import Status
from portal_data.scope import Scope
from portal_data.text import language
from tests.conftest import NOW, Cast
from tests.factories import (
    insert,
    make_approval,
    make_credit_note,
    make_entry,
    make_estimate,
    make_invoice,
    make_payment,
    make_person,
    make_project,
    make_retainer,
    make_retainer_payment,
    make_task,
    show_projects,
)
from tests.pages import drawn
from tests.pages.conftest import TODAY, Open, Screen, app_as
from tests.people import rows, value
from tools import catalogues

pytestmark = pytest.mark.only_engine("duckdb")

DAY = timedelta(days=1)
READ = "de"
"""The language that is read, whose dates are figures; its catalogue is the one with brackets."""


@cache
def _texts() -> frozenset[str]:
    """Return the texts that catalogues have: who translates another one has not marked it."""
    ids = [message.id for message in catalogues.extract()]
    return frozenset(text for each in ids for text in ([each] if isinstance(each, str) else each))


class Bracketed(NullTranslations):
    """The portal's texts in brackets, but for what is put into them."""

    def gettext(self, message: str) -> str:
        """Return `⟦Pay ⟧{amount}⟦ by ⟧{day}` for `Pay {amount} by {day}`."""
        if message not in _texts():
            return message
        return re.sub(r"(\{\w+\})", r"⟧\1⟦", f"⟦{message}⟧").replace("⟦⟧", "")

    def pgettext(self, context: str, message: str) -> str:
        """Return what `gettext` does."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a number as English chooses it."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def tabs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let everybody read texts in brackets; return the titles that tabs get."""
    titles: list[str] = []

    def entitled(*, page_title: str | None = None, **_more: object) -> None:
        titles.extend([page_title] if page_title else [])

    monkeypatch.setattr(language, "_catalogue", lambda _name: Bracketed())
    monkeypatch.setattr(st, "set_page_config", entitled)
    return titles


_CODES = re.compile(
    r"\b(?:[A-Z]{1,3}-[0-9]+|GBP|EUR|[0-9]+(?::[0-9]{2})?\Wh|\w+@\w+\.example|[0-9a-f]{12}"
    r"|DE[0-9]{20}|[A-Z2-7]{4}(?: [A-Z2-7]{4}){7})\b|\b\w+@$|^\w+\.example$"
)
"""Numbers of documents and customers, currencies, hours, addresses, accounts and keys."""
_NAMES = ("Deutsch", "English", "Español", "Français", "PDF", "Excel", "CSV", "JSON", "Parquet")
"""Names that are the same in every language: of languages, each its own, and of formats."""
_DATES = {
    name
    for spoken in (Locale(READ), Locale(language.SOURCE))
    for names in (spoken.months, spoken.days)
    for widths in names.values()
    for each in widths.values()
    for name in each.values()
}


_CYRILLIC = {
    "customers": {"display_name": "Ольха", "company_name": "Ольха"},
    "organisation": {"name": "Папоротник", "bank_details": "Счёт 40702810"},
    "contacts": {"first_name": "Анна", "last_name": "Проба"},
    "staff": {"name": "Олива"},
    "invoice_lines": {"name": "Работа", "description": "День на месте"},
    "estimate_lines": {"name": "План", "description": "Сад", "unit": "шт"},
    "credit_note_lines": {"name": "Возврат"},
    "retainer_invoice_lines": {"description": "Аванс"},
    "payments": {"mode": "Перевод"},
    "projects": {"name": "Двор"},
    "people": {"name": "Пётр"},
    "tasks": {"name": "Посадка"},
    "activity": {"actor_name": "Анна Проба"},
    "comments": {"author_name": "Анна Проба"},
    "approvals": {"name": "Ноябрь"},
}
"""What people wrote, in letters that no text of the portal has: by table and column."""


@pytest.fixture
def books(cast: Cast) -> Scope:
    """Store something in each state of everything, for a contact who reads the language."""
    alice, day = cast.alice, TODAY
    show_projects()
    with store.system_writing() as session:
        session.change("update core.contacts set language = $language", language=READ)
        session.change(
            "update core.organisation set phone = '+49 30 1', iban = 'DE02120300000000202051'"
        )
    late = make_invoice(alice, number="INV-1", day=day - 90 * DAY, due=day - 60 * DAY)
    paid = make_invoice(alice, number="INV-2", day=day - 40 * DAY)
    make_payment(alice, {paid: 10_000, late: 2_000}, number="PAY-1", day=day - 9 * DAY,
                 unused_minor=500, reference="7")  # fmt: skip
    make_payment(alice, {}, number="PAY-2", unused_minor=700, day=day - DAY)
    make_payment(alice, {}, number="PAY-3", status="void", unused_minor=900, day=day)
    make_invoice(alice, number="INV-3", status="void")
    make_invoice(alice, number="INV-4", day=day, due=day + 5 * DAY, subject="Сад")
    make_invoice(alice, number="INV-5", currency_code="EUR", in_question_minor=10_000)
    make_credit_note(alice, number="CN-1", day=day)
    make_credit_note(alice, number="CN-2", balance_minor=0)
    make_credit_note(alice, number="CN-3", status="void")
    make_estimate(alice, number="EST-1", day=day, expiry=day + 3 * DAY)
    make_estimate(alice, number="EST-2", day=day - 90 * DAY, expiry=day - 60 * DAY)
    make_estimate(alice, number="EST-3", status="accepted", accepted_at=NOW)
    make_estimate(alice, number="EST-4", status="declined", declined_at=NOW,
                  decline_reason="Дорого", declined_by=alice.contact_id)  # fmt: skip
    make_retainer(alice, number="RET-1", day=day - 40 * DAY, due=day - 10 * DAY)
    part = make_retainer(alice, number="RET-2", day=day)
    make_retainer_payment(alice, part, 4_000, number="PAY-4")
    project = make_project(alice, fixed_cost_minor=None, budget_kind="hours",
                           budget_minutes=600)  # fmt: skip
    task, person = make_task(alice, project), make_person(alice, project)
    entries = [
        make_entry(alice, project, person, 75, day=day - n * DAY, billable=n != 2, task_id=each)
        for n, each in enumerate((task, None, None, task))
    ]
    make_approval(alice, {entries[0]: None, entries[1]: None}, project_id=project)
    make_approval(alice, dict(zip(entries[2:], ("approved", "queried"), strict=True)),
                  status="partly_approved", decided_at=NOW, reason="Нет")  # fmt: skip
    seen = rows("select version from core.invoices where number = 'INV-4'")[0]["version"]
    claim = Claim(None, Reason.PRICE, 4_000, "Не то")
    dispute_claims.open_dispute(alice, "INV-4", claim, seen=seen, key=new_id(), now=utc_now())
    comments_on = value("select id from core.invoices where number = 'INV-4'")
    for n in range(12):
        conversations.write(alice, "invoice", comments_on, f"Слово {n}", key=new_id(),
                            now=utc_now())  # fmt: skip
    conversations.reply(cast.owner, "invoice", comments_on, "Ответ", internal=False, key=new_id(),
                        now=utc_now())  # fmt: skip
    with store.system_writing() as session:
        for table, columns in _CYRILLIC.items():
            written = ", ".join(f"{name} = '{text}'" for name, text in columns.items())
            session.change(f"update core.{table} set {written}")
    return alice


def forgotten(texts: list[str]) -> list[str]:
    """Return what is left of texts without brackets, data and dates, where it has letters."""
    words = sorted({*_NAMES, *_DATES, *available_timezones()}, key=len, reverse=True)
    data = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in words))
    found = []
    for text in texts:
        bare = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace("\N{WORD JOINER}", ""))
        left = _CODES.sub("", data.sub("", re.sub("⟦[^⟦⟧]*⟧", " ", bare)))
        if re.search("[A-Za-z]", left):
            found.append(text)
    return found


def test_what_is_forgotten_is_found() -> None:
    assert forgotten(["⟦Pay ⟧INV-1⟦ by ⟧Анна", "Привет", "1:05 h", "28. November 2026"]) == []
    texts = ["⟦Due ⟧tomorrow", "Paid", "⟦All⟧s"]
    assert forgotten(texts) == texts


ONE = {
    "invoice": ["INV-1", "INV-2", "INV-3", "INV-4", "INV-5", "INV-0"],
    "estimate": ["EST-1", "EST-2", "EST-3", "EST-4", "EST-0"],
    "payment": ["PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-0"],
    "credit_note": ["CN-1", "CN-2", "CN-3", "CN-0"],
    "retainer": ["RET-1", "RET-2", "RET-0"],
}
"""Documents in each state; there is none with a 0."""
LISTS = {
    "invoices": any_document.SCREENS["invoice"].list,
    "estimates": any_document.SCREENS["estimate"].list,
    "payments": any_document.SCREENS["payment"].list,
    "credit_notes": any_document.SCREENS["credit_note"].list,
    "retainers": any_document.SCREENS["retainer"].list,
    "projects": project_list.SCREEN,
    "timesheets": timesheet_list.SCREEN,
    "activity": activity_list.SCREEN,
    "notifications": notification_list.OWN,
}
SCREENS: list[tuple[str, dict[str, str]]] = [
    ("home", {}),
    *((page, {"number": number}) for page, numbers in ONE.items() for number in numbers),
    *((page, {}) for page in LISTS),
    *((page, {"q": "ничего"}) for page in LISTS if LISTS[page].search),
    ("statements", {}),
    ("statements", {"period": "all", "currency": "EUR"}),
    ("statements", {"period": "custom"}),
    ("check", {}),
    ("pay", {}),
    ("pay", {"invoices": "INV-1,INV-4"}),
    ("plan", {}),
    ("plan", {"due": "EUR"}),
    ("account", {}),
    ("notification_settings", {}),
    ("security", {}),
    ("review", {}),
    ("project", {}),
    ("timesheet", {}),
    ("missing", {}),
]


@pytest.mark.parametrize(
    ("page", "query"), SCREENS, ids=[f"{page}{query or ''}" for page, query in SCREENS]
)
def test_screens(
    screen: Open, books: Scope, tabs: list[str], page: str, query: dict[str, str]
) -> None:
    texts = drawn.texts(screen(books, page, **query).app)
    assert len(tabs) > 0
    assert forgotten([*texts, *tabs]) == []


@pytest.mark.parametrize(
    "query", [{}, {"view": "time"}, {"view": "time", "status": "billed", "task": "v"}], ids=str
)
def test_a_project(screen: Open, books: Scope, query: dict[str, str]) -> None:
    shown = screen(books, "project", id=str(_id("projects")), **query)
    assert "Двор" in shown.html
    assert forgotten(drawn.texts(shown.app)) == []


@pytest.mark.parametrize("status", list(Status))
def test_a_payment(screen: Open, books: Scope, status: Status) -> None:
    own = {"customer_id": books.customer_id}
    long_ago = utc_now() - timedelta(hours=1)
    attempt = insert(
        "payment_attempts", contact_id=books.contact_id, key="1", provider="demo",
        status=status.value, currency_code="GBP", amount_minor=5, created_at=long_ago,
        updated_at=long_ago, version=1, **own,
    )  # fmt: skip
    invoice = value("select id from core.invoices where number = 'INV-1'")
    insert("payment_attempt_items", attempt_id=attempt, invoice_id=invoice, amount_minor=5, **own)
    for page, query in (("payment", {"attempt": str(attempt)}), ("home", {})):
        shown = screen(books, page, **query)
        assert ("0,05" in shown.html) is (page == "payment" or status.unfinished)
        assert forgotten(drawn.texts(shown.app)) == []


def test_what_is_paid_online(screen: Open, books: Scope) -> None:
    preferred = [(key, "true", utc_now()) for key in ("pay_online", "pay_in_parts")]
    with store.system_writing() as session:
        session.load("core.preferences", ("key", "value", "updated_at"), preferred)
    for query in ({"invoices": "INV-1"}, {"due": "GBP"}):
        shown = screen(books, "pay", **query)
        assert shown.app.button
        assert forgotten(drawn.texts(shown.app)) == []


def test_timesheets(screen: Open, books: Scope) -> None:
    for row in rows("select id from core.approvals"):
        shown = screen(books, "timesheet", id=str(row["id"]))
        assert "Ноябрь" in shown.html
        assert forgotten(drawn.texts(shown.app)) == []


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("home", {}),
        ("account", {}),
        ("activity", {}),
        ("check", {}),
        ("invoice", {"number": "INV-1"}),
        ("estimate", {"number": "EST-1"}),
    ],
    ids=str,
)
def test_whoever_only_reads(
    screen: Open, books: Scope, bob: Scope, page: str, query: dict[str, str]
) -> None:
    assert forgotten(drawn.texts(screen(bob, page, **query).app)) == []


def test_every_screen_is_looked_at() -> None:
    looked_at = {page for page, _query in SCREENS}
    assert looked_at - {"home", "missing"} == screens.OF_CUSTOMERS - {""}
    assert set(SIGNED_OUT) - {"sign_in"} == screens.OF_EVERYBODY


def test_the_navigation(books: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(_script: str, title: str, path: str, _icon: str = "", **_more: bool) -> object:
        return SimpleNamespace(title=title, url_path=path)

    monkeypatch.setattr(navigation, "page", page)
    with language.reading(READ):
        titles = [each.title for who in (books, None) for each in navigation.of(who)]
    assert len(titles) > len(screens.OF_CUSTOMERS)
    assert forgotten(titles) == []


def test_what_came_of_a_comparison(books: Scope) -> None:
    listed = [
        Listed(2, "INV-1", TODAY, 1), Listed(3, "INV-4", TODAY, 10_000), Listed(4, "Х", TODAY, 5),
    ]  # fmt: skip
    found = comparing.compare(books, listed, "GBP", basis=Basis.TOTAL)
    assert len({each.outcome for each in found}) >= 3
    unread = [Unread(n, "Сумма", "") for n in range(10)]
    with language.reading(READ):
        parts = [
            payables_view.summary(found, "GBP", "de_DE"),
            payables_view.table(found, "GBP", "de_DE"),
            payables_view.table([], "GBP", "de_DE"),
            payables_view.unread(unread) or "",
            payables_view.unread(unread[:1]) or "",
        ]
    for part in parts:
        assert forgotten(drawn.of_html(part)) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b"x"), ("a.csv", b""), ("a.csv", b"a,b"), ("a.xlsx", b"x"),
     ("a.csv", b"a,b\n" + b"1,2\n" * 5_001)],
    ids=["kind", "empty", "head", "damaged", "long"],
)  # fmt: skip
def test_why_a_file_is_not_compared(name: str, content: bytes) -> None:
    with language.reading(READ), pytest.raises(Invalid) as refused:
        reading.read(name, content)
    assert forgotten([str(refused.value)]) == []


@pytest.mark.parametrize("page", LISTS)
def test_empty_lists(screen: Open, alice: Scope, page: str) -> None:
    show_projects()
    with store.system_writing() as session:
        session.change("update core.contacts set language = $language", language=READ)
    found = []
    for each in LISTS[page].list.filters:
        shown = screen(alice, page, status=str(each)).records()
        found += [shown["empty"]["title"], shown["empty"]["text"]]
    assert forgotten(found) == []


def shown(module: str, name: str, *given: object) -> None:
    """Open a dialog."""
    from importlib import import_module

    getattr(import_module(f"components.{module}"), name)(*given)


def _id(kind: str) -> UUID:
    found: UUID = value(f"select min(id) from core.{kind}")
    return found


DIALOGS: dict[str, tuple[str, str, Callable[[], tuple[object, ...]]]] = {
    "pay an invoice": ("forms.dialogs", "pay_invoice", lambda: ("INV-1",)),
    "pay a retainer": ("forms.dialogs", "pay_retainer", lambda: ("RET-1",)),
    "pay everything": ("forms.dialogs", "pay_all", lambda: ("GBP",)),
    "pay nothing": ("forms.dialogs", "pay_all", lambda: ("JPY",)),
    "write": ("forms.dialogs", "write", tuple),
    "language": ("account.language_dialog", "choose", tuple),
    "person": ("account.details_dialogs", "person", tuple),
    "company": ("account.details_dialogs", "company", tuple),
    "billing": ("account.details_dialogs", "billing_address", tuple),
    "shipping": ("account.details_dialogs", "shipping_address", tuple),
    "share": ("account.shared_documents", "share", tuple),
    "invite": ("account.colleague_dialogs", "invite", tuple),
    "second factor": ("account.second_factor_forms", "set_up", tuple),
    "no second factor": ("account.second_factor_forms", "turn_off", tuple),
    "new codes": ("account.second_factor_forms", "new_codes", tuple),
    "dispute": ("documents.dispute_dialogs", "dispute", lambda: ("INV-1",)),
    "withdraw": ("documents.dispute_dialogs", "withdraw", lambda: ("INV-4",)),
    "nothing to withdraw": ("documents.dispute_dialogs", "withdraw", lambda: ("INV-1",)),
    "approve": ("documents.timesheet_dialogs", "approve", lambda: (_id("approvals"),)),
    "reject": ("documents.timesheet_dialogs", "reject", lambda: (_id("approvals"),)),
    "entry by entry": ("documents.timesheet_dialogs", "answer", lambda: (_id("approvals"),)),
    "forward": ("documents.forwarding", "dialog",
                lambda: (OneDocument(INVOICE, _id("invoices")), "INV-1")),
}  # fmt: skip
"""Dialogs by what they do: module, function, and what they are given."""


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(books: Scope, name: str) -> None:
    module, function, given = DIALOGS[name]
    app = AppTest.from_function(shown, default_timeout=30, args=(module, function, *given()))
    opened = Screen(app_as(app, books).run())
    texts = drawn.texts(opened.app)
    assert texts
    assert forgotten(texts) == []


SIGNED_OUT = [
    "sign_in", "forgotten", "reset_password", "accept", "offer", "pay_link", "email_link",
    "sign_in_link",
]  # fmt: skip


@pytest.mark.parametrize("page", SIGNED_OUT)
def test_signed_out(screen: Open, books: Scope, page: str) -> None:
    texts = drawn.texts(screen(None, page, token="x").app)
    assert texts
    assert forgotten(texts) == []
