"""A customer reaches its own rows only: every public function of every noun, on both engines.

A function that takes a Scope and is missing from CASES fails the first test: new code cannot dodge.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

import portal_data
from portal_data import kinds, lists, store
from portal_data.billing.periods import EARLIEST
from portal_data.business import preferences
from portal_data.errors import NotFound, PortalError
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from portal_data.store.duckdb_engine import DuckDBTransaction
from portal_data.store.write_set import writes
from tests import described
from tests.architecture.source import NOT_NOUNS_WITHIN
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
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
from tests.payments.scripted import Scripted

NOTHING = UUID(int=0)
"""The id of no row."""


@dataclass(frozen=True)
class Books:
    """One customer's documents, and a word that stands in every text of it."""

    word: str
    invoice: UUID
    number: str
    file: UUID
    payment: UUID = NOTHING
    credit_note: UUID = NOTHING
    retainer: UUID = NOTHING
    estimate: UUID = NOTHING
    project: UUID = NOTHING
    approval: UUID = NOTHING
    copy: UUID = NOTHING
    attempt: UUID = NOTHING


def _books(scope: Scope, word: str) -> Books:
    invoice = make_invoice(scope, number=f"{word}-1", subject=word, reference=word)
    make_invoice(scope, number=f"{word}-2", day=TODAY - timedelta(days=50), total_minor=777)
    payment = make_payment(
        scope, {invoice: 100}, number=f"{word}-P", reference=word, unused_minor=5
    )
    note = make_credit_note(scope, number=f"{word}-CN", subject=word, invoice_id=invoice)
    retainer = make_retainer(scope, number=f"{word}-R", description=word, reference=word)
    make_retainer_payment(scope, retainer, 50, number=f"{word}-RP", reference=word)
    estimate = make_estimate(scope, number=f"{word}-E", subject=word, reference=word)
    own = {"customer_id": scope.customer_id}
    insert("addresses", kind="billing", street1=f"{word} street", updated_at=NOW, **own)
    project = make_project(scope, name=word, description=word, code=word)
    task = make_task(scope, project, name=word, description=word)
    person = make_person(scope, project, name=word)
    entry = make_entry(scope, project, person, 60, task_id=task, notes=word, invoice_id=invoice)
    approval = make_approval(scope, {entry: None}, name=word, project_id=project)
    method = insert(
        "saved_methods", provider="demo", provider_reference=word, kind="card", brand=word,
        last4="4242", status="verified", created_at=NOW, updated_at=NOW, **own,
    )  # fmt: skip
    mandate = insert(
        "mandates", contact_id=scope.contact_id, saved_method_id=method, covers="everything",
        currency_code="GBP", words=word, given_at=NOW, version=1, **own,
    )  # fmt: skip
    insert(
        "autopay_plans", invoice_id=invoice, mandate_id=mandate, status="planned", charge_on=TODAY,
        created_at=NOW, updated_at=NOW, **own,
    )  # fmt: skip
    entry = insert(
        "activity", happened_at=NOW, event="invoice.sent", subject_kind="invoice",
        subject_id=invoice, subject_number=f"{word}-1", actor_kind="staff", actor_name=word,
        visible=True, **own,
    )  # fmt: skip
    insert(
        "activity", happened_at=NOW, event="contact.signed_in", actor_kind="contact",
        actor_id=scope.contact_id, actor_name=word, visible=False, address="192.0.2.7", **own,
    )  # fmt: skip
    insert(
        "activity", happened_at=NOW, event="document.forwarded", subject_kind="invoice",
        subject_id=invoice, subject_number=f"{word}-1", actor_kind="contact",
        actor_id=scope.contact_id, actor_name=word, details=f"To {word}", visible=True, **own,
    )  # fmt: skip
    insert(
        "notifications", recipient_kind="contact", recipient_id=scope.contact_id,
        activity_id=entry, created_at=NOW, **own,
    )  # fmt: skip
    insert(
        "reviews", contact_id=scope.contact_id, rating=3, body=word, period="2026-H2",
        may_publish=False, reply=word, created_at=NOW, updated_at=NOW, version=1, **own,
    )  # fmt: skip
    insert(
        "pending_changes", subject_kind="customer", subject_id=scope.customer_id, field="tax_id",
        new_value=word, requested_by=scope.contact_id, requested_at=NOW, **own,
    )  # fmt: skip
    file = insert(
        "files", subject_kind="customer", subject_id=scope.customer_id, name=f"{word}.txt",
        media_type="text/plain", size_bytes=4, sha256="0" * 64, storage_key=word,
        uploaded_by_kind="staff", uploaded_by=scope.contact_id, visible=True, created_at=NOW, **own,
    )  # fmt: skip
    insert(
        "comments", subject_kind="invoice", subject_id=invoice, author_kind="staff",
        author_id=new_id(), author_name=word, body=word, visible=True, created_at=NOW, **own,
    )  # fmt: skip
    copy = insert(
        "document_copies", document_kind="estimate", document_id=estimate, document_version=1,
        format="pdf", sha256="0" * 64, size_bytes=4, storage_key=word, created_at=NOW, **own,
    )  # fmt: skip
    insert(
        "disputes", kind="customer", invoice_id=invoice, contact_id=scope.contact_id, reason=word,
        body=word, currency_code="GBP", amount_minor=5, status="opened", resolution=word,
        opened_at=NOW, **own,
    )  # fmt: skip
    attempt = insert(
        "payment_attempts", contact_id=scope.contact_id, key=word, provider="demo",
        status="pending", currency_code="GBP", amount_minor=5, failure_message=word,
        created_at=NOW, updated_at=NOW, version=1, **own,
    )  # fmt: skip
    insert("payment_attempt_items", attempt_id=attempt, invoice_id=invoice, amount_minor=5, **own)
    for status in ("open", "kept"):
        promise = insert(
            "payment_promises", contact_id=scope.contact_id, currency_code="GBP", amount_minor=7,
            promised_on=TODAY, status=status, version=1, created_at=NOW,
            closed_at=None if status == "open" else NOW, **own,
        )  # fmt: skip
        item = (scope.customer_id, promise, invoice, 7, 9_900)
        with store.system_writing() as session:
            session.load(
                "core.payment_promise_items",
                ("customer_id", "promise_id", "invoice_id", "amount_minor", "open_minor"), [item],
            )  # fmt: skip
    with store.system_writing() as session:
        session.change("update core.invoices set pending_minor = 5 where id = $id", id=invoice)
        way = (scope.customer_id, invoice, "demo")
        session.load("core.invoice_providers", ("customer_id", "invoice_id", "provider"), [way])
    return Books(
        word, invoice, f"{word}-1", file, attempt=attempt,
        payment=payment, credit_note=note, retainer=retainer,
        estimate=estimate, project=project, approval=approval, copy=copy,
    )  # fmt: skip


@pytest.fixture
def both(cast: Cast) -> tuple[Books, Books]:
    """Books of Alice's and of Charlie's customer, in a portal that shows all of them."""
    show_projects()
    preferences.change(cast.owner, now=NOW, autopay=True)
    return _books(cast.alice, "ALDERWORD"), _books(cast.charlie, "BIRCHWORD")


Case = Callable[[Scope, Books], Any]
_NOWHERE = Path("/nonexistent")


def _rows(columns: pa.Table) -> list[dict[str, Any]]:
    """Return what was read by column as rows: a table's own text cuts long ones."""
    return columns.to_pylist()  # type: ignore[no-any-return]


LISTS = described.lists()
OWNERS: dict[str, Callable[[Books], dict[str, Any]]] = {
    "projects.time_entries.LIST": lambda b: {"project": b.project},
    "projects.timesheets.ENTRIES": lambda b: {"timesheet": b.approval},
}  # fmt: skip
"""What names the record that all rows of a list belong to."""


_OF_PERSON = "messaging.notifications.LIST"


def _listed(
    of: described.Described,
    scope: Scope,
    books: Books,
    owner: Callable[[Books], dict[str, Any]] = lambda _: {},
) -> list[object]:
    """Return everything of a list: as pages and as files, under every filter."""
    given = {"today": TODAY, **owner(books)}
    found: list[object] = []
    for each in of.filters:
        found.append(lists.page(scope, of, filter=each, **given))
        found.append(_rows(lists.table(scope, of, filter=each, **given)))
    return found


def _tried(call: Callable[[], object]) -> object:
    try:
        return call()
    except NotFound as error:
        return f"NotFound: {error}"


READS: dict[str, Case] = {
    _OF_PERSON: lambda s, b: _listed(
        LISTS[_OF_PERSON], s, b, lambda _: {"recipient_id": s.contact_id}
    ),
    "messaging.notifications.unread": lambda s, _: _module("messaging.notifications").unread(s),
    "messaging.activity.recent": lambda s, _: _module("messaging.activity").recent(s, 50),
    "billing.balances.account": lambda s, _: _module("billing.balances").account(s, today=TODAY),
    "payments.attempts.in_flight": lambda s, _: _module("payments.attempts").in_flight(s),
    "payments.autopay.in_force": lambda s, _: _module("payments.autopay").in_force(s),
    "payments.autopay.plans": lambda s, _: _module("payments.autopay").plans(s),
    "payments.crediting.available": lambda s, _: _module("payments.crediting").available(s, "GBP"),
    "payments.offers.currencies": lambda s, _: _module("payments.offers").currencies(s, "demo"),
    "payments.offers.due": lambda s, _: _module("payments.offers").due(s, Scripted(), "GBP"),
    "payments.offers.saved": lambda s, _: _module("payments.offers").saved(s, Scripted()),
    "payments.planning.offer": lambda s, _: _module("payments.planning").offer(s, None, "GBP"),
    "payments.planning.ages_on": lambda s, _: _module("payments.planning").ages_on(s, "GBP", TODAY),
    "billing.promised.open_of": lambda s, _: _module("billing.promised").open_of(s),
    "billing.promised.closed": lambda s, _: _module("billing.promised").closed(s),
    "billing.balances.home": lambda s, _: _module("billing.balances").home(s, today=TODAY),
    "customers.conversations.news": lambda s, _: _module("customers.conversations").news(
        s, TODAY, 9
    ),
    "customers.details.my_details": lambda s, _: _module("customers.details").my_details(s),
    "customers.change_requests.waiting": lambda s, _: _module("customers.change_requests").waiting(
        s
    ),
    "customers.reviews.own": lambda s, _: _module("customers.reviews").own(s),
    "customers.files.shared": lambda s, _: _module("customers.files").shared(s),
    "business.organisation.get": lambda s, _: _module("business.organisation").get(s),
    "business.preferences.of": lambda s, _: _module("business.preferences").of(s),
    "payables.comparing.compare": lambda s, _: _module("payables.comparing").compare(
        s, [], "GBP", basis=_module("payables.comparing").Basis.OPEN
    ),
    "billing.statements.currencies": lambda s, _: _module("billing.statements").currencies(s),
    "billing.statements.dated_after": lambda s, _: _module("billing.statements").dated_after(
        s, "GBP", EARLIEST
    ),
    "billing.statements.extract": lambda s, _: _rows(
        _module("billing.statements").extract(s, "GBP", EARLIEST, TODAY).lines
    ),
    "billing.statements.statement": lambda s, _: _module("billing.statements").statement(
        s, "GBP", date(1970, 1, 1), TODAY
    ),
    **{
        name: partial(_listed, each)
        for name, each in LISTS.items()
        if name not in {*OWNERS, _OF_PERSON} and each.reading is store.reading
    },
}
"""What names no row: it returns the caller's words and never the other's."""

BY_NAME: dict[str, Case] = {
    "payments.attempts.get": lambda s, b: _module("payments.attempts").get(s, b.attempt),
    "payments.offers.named": lambda s, b: _module("payments.offers").named(
        s, None, "invoice", [b.number]
    ),
    "payments.offers.reached": lambda s, b: _module("payments.offers").reached(
        s, "demo", "invoice", (b.invoice,)
    ),
    "messaging.comments.of_subject": lambda s, b: _module("messaging.comments").of_subject(
        s, b.invoice
    ),
    "customers.conversations.read_until": lambda s, b: _module(
        "customers.conversations"
    ).read_until(s, b.invoice),
    "customers.conversations.mark_read": lambda s, b: _module("customers.conversations").mark_read(
        s, b.invoice, NOW
    ),
    "customers.conversations.write": lambda s, b: [
        _tried(
            lambda kind=kind: _module("customers.conversations").write(
                s, kind, getattr(b, kind), "Hello", key=UUID(int=77), now=NOW
            )
        )
        for kind in ("invoice", "estimate", "project", "approval")
    ],
    "messaging.notifications.mark_opened": lambda s, b: _module(
        "messaging.notifications"
    ).mark_opened(s, "invoice", b.number, NOW),
    "messaging.activity.of_document": lambda s, b: _module("messaging.activity").of_document(
        s, b.invoice
    ),
    "customers.forwarding.history": lambda s, b: _module("customers.forwarding").history(
        s, b.invoice
    ),
    "projects.invoicing.of_project": lambda s, b: _module("projects.invoicing").of_project(
        s, b.project
    ),
    "projects.timesheets.get": lambda s, b: _module("projects.timesheets").get(s, b.approval),
    "billing.document.number_of": lambda s, b: [
        _tried(lambda kind=kind, key=key: _module("billing.document").number_of(s, kind, key))
        for kind, key in (
            (kinds.INVOICE, b.invoice),
            (kinds.ESTIMATE, b.estimate),
            (kinds.PAYMENT, b.payment),
            (kinds.CREDIT_NOTE, b.credit_note),
            (kinds.RETAINER, b.retainer),
        )
    ],
    "billing.estimates.get": lambda s, b: _module("billing.estimates").get(
        s, f"{b.word}-E", today=TODAY
    ),
    "customers.files.content": lambda s, b: _module("customers.files").content(s, b.file, _NOWHERE),
    "billing.copies.content": lambda s, b: _module("billing.copies").content(s, b.copy, _NOWHERE),
    "output.acceptance.offer": lambda s, b: _module("output.acceptance").offer(
        s, f"{b.word}-E", seen=1, now=NOW
    ),
    "output.acceptance.chosen_pdf": lambda s, b: _module("output.acceptance").chosen_pdf(
        s, f"{b.word}-E", (), now=NOW
    ),
    "output.document_pdfs.document_pdf": lambda s, b: _module("output.document_pdfs").document_pdf(
        s, kinds.ESTIMATE, f"{b.word}-E", now=NOW
    ),
    "billing.dispute_claims.parts": lambda s, b: _module("billing.dispute_claims").parts(
        s, b.number
    ),
    "billing.invoices.get": lambda s, b: _module("billing.invoices").get(s, b.number, today=TODAY),
    "billing.credit_notes.get": lambda s, b: _module("billing.credit_notes").get(s, f"{b.word}-CN"),
    "payments.payments.get": lambda s, b: _module("payments.payments").get(s, f"{b.word}-P"),
    "projects.projects.get": lambda s, b: _module("projects.projects").get(s, b.project),
    "projects.projects.heading": lambda s, b: _module("projects.projects").heading(s, b.project),
    "billing.retainers.get": lambda s, b: _module("billing.retainers").get(
        s, f"{b.word}-R", today=TODAY
    ),
    "billing.views.mark": lambda s, b: _module("billing.views").mark(
        s, kinds.INVOICE, b.invoice, NOW
    ),
    **{name: partial(_listed, LISTS[name], owner=owner) for name, owner in OWNERS.items()},
}
"""What names a row: a foreign one is NotFound or nothing, exactly as an unknown one."""

ELSEWHERE = {
    **{
        f"payments.autopay.{name}": "an action; see tests/data/test_autopay.py"
        for name in ("consent", "change", "revoke")
    },
    "payments.crediting.use": "an action; see tests/payments/test_crediting.py",
    **{
        f"payments.paying.{name}": "an action; see tests/payments/test_collecting.py"
        for name in ("begin", "leave", "approve")
    },
    **{
        f"payments.methods.{name}": "an action; see tests/data/test_permissions.py"
        for name in ("remove", "make_default")
    },
    **{
        f"payments.promises.{name}": "an action; see tests/payments/test_promises.py"
        for name in ("make", "change", "withdraw")
    },
    "billing.dispute_claims.open_dispute": "an action; see tests/data/test_disputes.py",
    "billing.dispute_claims.withdraw": "an action; see tests/data/test_disputes.py",
    "billing.estimate_answers.accept": "an action; see tests/data/test_permissions.py",
    "billing.estimate_answers.decline": "an action; see tests/data/test_permissions.py",
    "billing.estimate_answers.signature": "reads nothing; see tests/data/test_estimate_answers.py",
    "billing.estimate_links.note_use": "of a link alone; see tests/data/test_estimate_links.py",
    "billing.pay_links.note_use": "of a link alone; see tests/payments/test_pay_links.py",
    "billing.public_links.note_use": "of a link alone; see tests/payments/test_pay_links.py",
    "payments.attempts.of_link": "of a link alone; see tests/payments/test_pay_links.py",
    "payments.attempts.need_payer": "reads nothing; see tests/payments/test_pay_links.py",
    "customers.files.share": "an action; see tests/data/test_shared_files.py",
    "customers.forwarding.forward": "an action; see tests/data/test_forwarding.py",
    "output.attachments.make": "draws what is read above; see tests/data/test_forwarding.py",
    "output.acceptance.accept": "that action, with PDFs; see tests/data/test_estimate_answers.py",
    "output.document_pdfs.statement_pdf": "draws what is read above; see tests/web",
    "auth.switching.choices": "by login, not by customer; see tests/data/test_identity.py",
    "auth.switching.switch": "by login, not by customer; see tests/data/test_identity.py",
    "messaging.downloads.note": "records one's own; see tests/data/test_downloads.py",
    "business.organisation.stored": "the business itself, the same for everybody",
    "customers.own_details.choose_language": "one's own; see tests/test_language.py",
    "customers.dispute_files.open_dispute": "an action; see tests/data/test_disputes.py",
    "projects.timesheet_reversals.take_back": "an action; see tests/data/test_timesheet_answers.py",
    **{
        f"projects.timesheet_answers.{name}": "an action; see tests/data/test_timesheet_answers.py"
        for name in ("answer", "approve", "reject")
    },
    **{
        f"auth.colleagues.{name}": "by customer under its row; see tests/data/test_colleagues.py"
        for name in (
            "change",
            "disable",
            "disabled",
            "enable",
            "invite",
            "invite_again",
            "invite_contact",
        )
    },
    "customers.change_requests.withdraw": "an action; see tests/data/test_own_details.py",
    **{
        f"customers.own_details.change_{name}": "an action; see tests/data/test_own_details.py"
        for name in ("address", "company", "person")
    },
    **{
        f"customers.data_archives.{name}": "of the person; see tests/data/test_data_archives.py"
        for name in ("ask", "latest", "opened")
    },
    "output.data_archive.write": "what is read above; see tests/data/test_data_archives.py",
    "customers.own_details.may_edit": "reads nothing; see tests/pages/test_own_details.py",
    "customers.reviews.withdraw_consent": "of its author alone; see tests/data/test_reviews.py",
    "customers.reviews.write": "of its author alone; see tests/data/test_reviews.py",
    "messaging.activity_log.need": "reads nothing; see tests/pages/test_activity.py",
    "messaging.delivery.change": "of the person alone; see tests/data/test_delivery.py",
    "messaging.delivery.get": "of the person alone; see tests/data/test_delivery.py",
    "messaging.notifications.mark_all_read": "of the person alone; see test_notifications.py",
    "messaging.messages.send": "writes nothing of a customer's; see tests/data/test_messages.py",
}
"""Functions proved in tests of their own, with the reason."""

_STARTED = {"__main__", "runtime"}  # importing them starts something


def _module(name: str) -> Any:
    return importlib.import_module(f"portal_data.{name}")


def _scoped_functions(package: ModuleType) -> set[str]:
    """Functions that take a Scope, in every module below `package`, however deep."""
    found = set()
    prefix = f"{package.__name__}."
    for info in pkgutil.walk_packages(package.__path__, prefix):
        name = info.name.removeprefix(prefix)
        if info.ispkg or f"{name}.".startswith(NOT_NOUNS_WITHIN) or name in _STARTED:
            continue
        module = importlib.import_module(info.name)
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            of_module = function.__module__ == module.__name__ and function_name[0] != "_"
            if of_module and first == "scope":
                found.add(f"{name}.{function_name}")
    return found


def test_every_scoped_function_is_tried() -> None:
    assert _scoped_functions(portal_data) == {*READS, *BY_NAME, *ELSEWHERE} - set(LISTS)
    assert set(OWNERS) <= set(LISTS)


def test_a_function_in_a_nested_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = tmp_path / "planted" / "billing" / "deeper"
    nested.mkdir(parents=True)
    for folder in (nested, nested.parent, nested.parent.parent):
        (folder / "__init__.py").touch()
    (nested / "leaks.py").write_text("def everything(scope): return []\ndef _own(scope): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    planted = importlib.import_module("planted")
    assert _scoped_functions(planted) == {"billing.deeper.leaks.everything"}


@pytest.mark.parametrize("name", READS)
def test_a_read_holds_nothing_of_another_customer(
    name: str, cast: Cast, both: tuple[Books, Books]
) -> None:
    mine, theirs = both
    for scope, other in ((cast.alice, theirs), (cast.bob, theirs), (cast.charlie, mine)):
        assert other.word not in repr(READS[name](scope, other)), scope.name


@pytest.mark.parametrize("name", BY_NAME)
def test_a_foreign_name_looks_like_an_unknown_one(
    name: str, cast: Cast, both: tuple[Books, Books]
) -> None:
    mine, theirs = both
    unknown = Books("NOWHERE", UUID(int=0), "NOWHERE-1", UUID(int=1))
    for scope, other in ((cast.alice, theirs), (cast.bob, theirs), (cast.charlie, mine)):
        assert _outcome(name, scope, other) == _outcome(name, scope, unknown), scope.name


def test_colleagues_in_one_role_read_the_same(
    db: store.Store, cast: Cast, both: tuple[Books, Books]
) -> None:
    """Answers are cached for a customer and a role: none may depend on the person who asks."""
    mine, _ = both
    own = {
        "billing.views.mark",
        "customers.conversations.mark_read",
        "customers.conversations.write",
        "customers.reviews.own",  # of the person, and cached for nobody
        "messaging.notifications.LIST",
        "messaging.notifications.mark_opened",
        "messaging.notifications.unread",  # of the person, and kept for that person alone
    }  # fmt: skip - the others are no reads
    colleague = replace(
        cast.alice,
        contact_id=cast.bob.contact_id,
        sign_in_id=UUID(int=7),
        name="B",
        email="b@x.org",
    )
    for name in {*READS, *BY_NAME} - own:
        read = READS.get(name) or BY_NAME[name]
        answers = set()
        for scope in (cast.alice, colleague):
            db.read_cache.forget()
            try:
                answers.add(repr(read(scope, mine)))
            except PortalError as error:
                answers.add(repr(error))
        assert len(answers) == 1, name


@pytest.mark.only_engine("duckdb")
def test_every_table_that_a_cached_read_scans_is_known(
    db: store.Store, cast: Cast, both: tuple[Books, Books], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the engine itself says in its plans: a write to one that is not would not be seen."""
    mine, _ = both
    run = DuckDBTransaction._run
    scanned: set[str] = set()
    statements = 0

    def explained(self: DuckDBTransaction, sql: str, params: Mapping[str, Any]) -> None:
        nonlocal statements
        if writes(sql) == frozenset():
            found = self._cursor.execute(f"explain {sql}", params or None).fetchall()
            tables = set(re.findall(r"Table:\s+\S*?core\.(\w+)", found[0][1]))
            assert tables <= db.engine.tables_of([sql]), sql
            scanned.update(tables)
            statements += 1
        run(self, sql, params)

    db.engine.tables_of([])
    monkeypatch.setattr(DuckDBTransaction, "_run", explained)
    for name in {*READS, *BY_NAME}:
        db.read_cache.forget()
        read = READS.get(name) or BY_NAME[name]
        with suppress(PortalError):
            read(cast.alice, mine)
    assert statements > 200
    assert len(scanned) > 30


def test_the_cases_see_their_own_rows(cast: Cast, both: tuple[Books, Books]) -> None:
    """Guards the two tests above: an always empty answer would pass them."""
    mine, _ = both
    tenantless = {
        "business.organisation.get", "business.preferences.of", "billing.statements.currencies",
        "billing.balances.account", "billing.balances.home", "billing.statements.dated_after",
        "payments.offers.currencies", "payments.planning.ages_on",
        "messaging.notifications.unread",
    }  # fmt: skip
    for name, case in READS.items():
        if name not in tenantless:
            assert mine.word in repr(case(cast.alice, mine)), name
    assert "invoices=" not in _outcome("billing.invoices.get", cast.alice, mine)
    assert mine.word in _outcome("billing.invoices.get", cast.alice, mine)


def test_a_scope_of_nobody_sees_nothing(db: store.Store, both: tuple[Books, Books]) -> None:
    nobody = Scope(UUID(int=9), UUID(int=9), UUID(int=9), Role.ADMIN, "N", "n@example.com", "N")
    for books in both:
        for name in BY_NAME:
            assert books.word not in _outcome(name, nobody, books), name
        for name, case in READS.items():
            try:
                told = repr(case(nobody, books))
            except PortalError as error:
                told = repr(error)
            assert books.word not in told, name


def _outcome(name: str, scope: Scope, books: Books) -> str:
    return repr(_tried(lambda: BY_NAME[name](scope, books)))
