"""Lists and statements by HTTP: what is on screen, in every format, for its customer alone."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pyarrow import parquet
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import lists, money, store
from portal_data.billing import dispute_claims, invoices, periods, statements
from portal_data.billing.dispute_claims import Claim
from portal_data.billing.disputes import Reason
from portal_data.billing.invoices import Filter, Sort, Status
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.messaging import downloads
from portal_data.output.exports import Format
from portal_data.scope import Scope
from portal_data.web import exports
from portal_data.web.lists import FILES
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
from tests.web.conftest import as_person

DAY = timedelta(days=1)


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The export routes alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=exports.ROUTES), base_url="https://portal.example") as made:
        yield made


@dataclass(frozen=True)
class Books:
    """One customer's documents of every kind: a word in each of them, and what names two."""

    word: str
    project: UUID
    timesheet: UUID


def books(scope: Scope, word: str) -> Books:
    """Store a document of every kind that has a list."""
    invoice = make_invoice(scope, number=f"{word}-I", subject=f"{word} garden")
    make_payment(scope, {invoice: 100}, number=f"{word}-P", reference=word, unused_minor=7)
    make_estimate(scope, number=f"{word}-E", subject=f"{word} plan")
    make_credit_note(scope, number=f"{word}-C", subject=f"{word} pots")
    retainer = make_retainer(scope, number=f"{word}-R", description=f"{word} season")
    make_retainer_payment(scope, retainer, 2_500, number=f"{word}-RP")
    project = make_project(scope, name=f"{word} courtyard", code=word)
    task = make_task(scope, project, name=f"{word} digging")
    person = make_person(scope, project, name="Petra")
    entries = [
        make_entry(scope, project, person, minutes, task_id=task, notes=f"{word} {minutes}",
                   day=TODAY - DAY * place)
        for place, minutes in enumerate((90, 10))
    ]  # fmt: skip
    timesheet = make_approval(
        scope, {entries[0]: "approved", entries[1]: None}, name=f"{word} November",
        project_id=project,
    )  # fmt: skip
    insert(
        "activity", customer_id=scope.customer_id, happened_at=NOW, event="invoice.viewed",
        subject_kind="invoice", subject_number=f"{word}-I", actor_kind="contact",
        actor_id=scope.contact_id, actor_name="Petra", visible=True, address="192.0.2.1",
    )  # fmt: skip
    return Books(word, project, timesheet)


def address(name: str, own: Books, extension: str, query: str = "") -> str:
    """Return the address of a list as a file; of one project's or timesheet's where it has one."""
    one = {"project": f"id={own.project}", "timesheet": f"id={own.timesheet}"}.get(name, "")
    if name == "statement":
        one = f"first=2020-01-01&last={TODAY}"
    return f"/exports/{name}.{extension}?{one}&{query}"


def rows(content: bytes, format: Format) -> list[dict[str, Any]]:
    """Return a file's rows by the columns' names for programs, all values as text."""
    if format is Format.JSON:
        found = json.loads(content)["rows"]
    elif format is Format.PARQUET:
        found = parquet.read_table(io.BytesIO(content)).to_pylist()
    elif format is Format.CSV:
        found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    else:
        head, *lines = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
        found = [dict(zip(head, line, strict=True)) for line in lines]
    return [{key.lower().replace(" ", "_"): _plain(value) for key, value in row.items()}
            for row in found]  # fmt: skip


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "hour"):
        value = value.date()
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():f}"
    try:
        return f"{Decimal(value).normalize():f}"
    except (ArithmeticError, ValueError, TypeError):
        return str(value)


EVERY = [*FILES, "statement"]


@pytest.mark.parametrize("name", EVERY)
def test_the_cookie_decides_whose_rows_these_are(client: TestClient, cast: Cast, name: str) -> None:
    show_projects()
    alder, birch = books(cast.alice, "ALDERWORD"), books(cast.charlie, "BIRCHWORD")
    unknown = Books("", new_id(), new_id())
    of_one = name in ("project", "timesheet")
    people = {"alice": cast.alice, "bob": cast.bob, "charlie": cast.charlie, "staff": cast.owner,
              "nobody": None}  # fmt: skip
    printed = ["zip"] if name in FILES and FILES[name].kind else []
    for who, scope in people.items():
        as_person(client, scope)
        own, other = (birch, alder) if who == "charlie" else (alder, birch)
        for extension in [*Format, *printed]:
            answer = client.get(address(name, alder, extension))
            refused = {
                "staff": 404,
                "nobody": 401,
                "charlie": 404 if of_one else 200,
                "bob": 403 if name == "activity" else 200,
            }  # fmt: skip - for administrators
            status = refused.get(who, 200)
            assert answer.status_code == status, (who, extension)
            if status != 200:
                assert answer.content == client.get(address(name, unknown, extension)).content
            elif extension == "zip":
                names = repr(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())
                assert own.word in names
                assert other.word not in names
            else:
                shown = repr(rows(answer.content, Format(extension)))
                assert own.word in shown, (who, extension)
                assert other.word not in shown, (who, extension)


@pytest.mark.parametrize("name", EVERY)
def test_every_format_holds_the_same(client: TestClient, alice: Scope, name: str) -> None:
    show_projects()
    own = books(alice, "ALDERWORD")
    as_person(client, alice)
    answers = {format: client.get(address(name, own, format.value)) for format in Format}
    told = {format: rows(answer.content, format) for format, answer in answers.items()}
    assert told[Format.JSON]
    for format in Format:
        assert told[format] == told[Format.JSON], format
        assert answers[format].headers["content-type"] == format.media_type
        assert answers[format].headers["cache-control"] == "private, no-store"
        assert int(answers[format].headers["content-length"]) == len(answers[format].content)


def test_the_values_of_a_list_of_invoices(client: TestClient, alice: Scope) -> None:
    day = utc_now().date()
    make_invoice(alice, number="A-1", subject="=1+1", reference="株式会社", total_minor=123_456,
                 balance_minor=100, day=day - 9 * DAY, due=day - 4 * DAY)  # fmt: skip
    make_invoice(alice, number="A-2", currency_code="JPY", total_minor=5_000, day=day - 8 * DAY)
    make_invoice(alice, number="A-3", currency_code="KWD", total_minor=5, day=day, status="void")
    as_person(client, alice)
    assert client.get("/exports/invoices.csv").content.decode() == (
        "\ufeffInvoice,Subject,Reference,Date,Due date,Status,Days overdue,Currency,Amount,Balance"
        "\r\n"
        f"A-3,,,{day},{day + 30 * DAY},Void,0,KWD,0.005,0.000\r\n"
        f"A-2,,,{day - 8 * DAY},{day + 22 * DAY},Unpaid,0,JPY,5000,5000\r\n"
        f"A-1,'=1+1,株式会社,{day - 9 * DAY},{day - 4 * DAY},Overdue,4,GBP,1234.56,1.00\r\n"
    )


def test_totals_of_estimates_are_of_those_that_stand(client: TestClient, alice: Scope) -> None:
    today = utc_now().date()
    for place, (status, expiry) in enumerate((
        ("sent", today), ("accepted", today - DAY), ("invoiced", today - DAY),
        ("declined", today + DAY), ("sent", today - DAY),
    )):  # fmt: skip
        make_estimate(alice, status=status, day=today - 9 * DAY, expiry=expiry,
                      total_minor=10**place * 100)  # fmt: skip
    as_person(client, alice)
    told = client.get("/exports/estimates.json").json()
    assert [each["amount"] for each in told["totals"]] == ["111.00"]
    assert sorted(told["not_in_totals"]) == ["Declined", "Expired"]
    assert len(told["rows"]) == 5


def test_a_file_follows_filter_search_and_order(client: TestClient, alice: Scope) -> None:
    today = utc_now().date()
    for place in range(13):
        total = 1_000 + place * 7 % 11
        make_invoice(
            alice, number=f"A-{place:02}", subject="lawn" if place % 4 else "hedge",
            total_minor=total, balance_minor=(0, 500, total)[place % 3], day=today - place * DAY,
            due=today + (place % 5 - 2) * DAY, status="void" if place == 7 else "sent",
        )  # fmt: skip
    claimed = Claim(None, Reason.PRICE, 500, "Too dear")
    dispute_claims.open_dispute(alice, "A-01", claimed, seen=1, key=new_id(), now=utc_now())
    as_person(client, alice)
    for by, sort in product(Filter, Sort):
        listed = lists.page(
            alice, invoices.LIST, today=today, filter=by, search="lawn", sort=sort, size=1_000
        ).rows
        answer = client.get(f"/exports/invoices.json?status={by}&q=lawn&sort={sort}")
        told = json.loads(answer.content)
        assert [row["invoice"] for row in told["rows"]] == [row.number for row in listed]
        assert listed, by
        counted = [row for row in listed if row.status is not Status.VOID]
        total = sum(row.total_minor for row in counted)
        balance = sum(row.balance_minor for row in counted)
        sums = {
            "currency": "GBP",
            "amount": f"{total / 100:.2f}",
            "balance": f"{balance / 100:.2f}",
        }
        assert told["totals"] == ([sums] if counted else [])
        assert told["not_in_totals"] == (["Void"] if len(counted) < len(listed) else [])


def test_work_is_added_up_from_its_minutes(client: TestClient, alice: Scope) -> None:
    show_projects()
    project = make_project(alice, name="Pond", budget_kind="hours", budget_minutes=600)
    person = make_person(alice, project, name="Petra")
    for minutes in (20, 20, 20):
        make_entry(alice, project, person, minutes, billed=True)
    make_entry(alice, project, person, 65)
    as_person(client, alice)
    log = json.loads(client.get(f"/exports/project.json?id={project}").content)
    assert log["totals"] == [{"minutes": "125", "hours": "2.08"}]
    listed = json.loads(client.get("/exports/projects.json").content)
    assert listed["totals"] == [
        {"minutes": "125", "hours": "2.08", "billed_minutes": "60", "billed_hours": "1.00"}
    ]
    row = listed["rows"][0]
    assert (row["billed_hours"], row["budget_hours"], row["budget_amount"]) == (
        "1.00",
        "10.00",
        None,
    )
    book = load_workbook(io.BytesIO(client.get("/exports/projects.xlsx").content))
    assert [cell.value for cell in book["Totals"][2]] == [125, 2.08, 60, 1]


def test_what_the_address_has_wrongly_is_refused_with_what_is_possible(
    client: TestClient, alice: Scope
) -> None:
    show_projects()
    own = books(alice, "ALDERWORD")
    as_person(client, alice)
    for name in FILES:
        for wrong in ("status=x", "sort=%00"):
            answer = client.get(address(name, own, "json", wrong))
            assert answer.status_code == 400, (name, wrong)
            assert "choose one of" in answer.text
    for wrong in ("period=x", "period=custom", "task=y", f"person={new_id()}"):
        assert client.get(address("project", own, "json", wrong)).status_code == 400, wrong
    for wrong in ("currency=XXX", "first=yesterday", "last=2026-02-30"):
        assert client.get(f"/exports/statement.json?{wrong}").status_code == 400, wrong


def test_a_time_log_follows_its_choices(client: TestClient, alice: Scope) -> None:
    show_projects()
    own = books(alice, "ALDERWORD")
    person = make_person(alice, own.project, name="Quinn")
    task = make_task(alice, own.project, name="Felling")
    make_entry(alice, own.project, person, 45, task_id=task, day=utc_now().date())
    as_person(client, alice)

    def minutes(query: str) -> list[int]:
        answer = client.get(address("project", own, "json", query))
        return [row["minutes"] for row in json.loads(answer.content)["rows"]]

    assert sorted(minutes("")) == [10, 45, 90]
    assert minutes(f"person={person}") == minutes(f"task={task}") == [45]
    assert minutes("q=10") == [10]
    assert minutes("sort=longest") == [90, 45, 10]
    assert minutes("status=billed") == []
    assert 45 in minutes("period=this_month")
    told = json.loads(client.get(address("project", own, "json", "q=10")).content)
    assert told["subject"] == "ALDERWORD courtyard"
    assert told["rows"][0]["hours"] == "0.17"


@pytest.mark.parametrize("name", ["projects", "project", "timesheets", "timesheet"])
def test_projects_are_unknown_while_they_are_off(
    client: TestClient, alice: Scope, name: str
) -> None:
    show_projects()
    own = books(alice, "ALDERWORD")
    show_projects(False)
    as_person(client, alice)
    for format in Format:
        answer = client.get(address(name, own, format.value))
        assert answer.status_code == 404
        assert "ALDERWORD" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "invoices.pdf", "invoices.exe", "invoices", "nothing.csv", "statement.zip", "projects.zip",
        "timesheet.csv", "project.csv?id=x", "invoices.zip",
    ],
)  # fmt: skip
def test_unknown_lists_and_formats_are_not_found(
    client: TestClient, alice: Scope, path: str
) -> None:
    show_projects()
    assert as_person(client, alice).get(f"/exports/{path}").status_code == 404


def test_a_statement_is_the_one_on_screen(client: TestClient, alice: Scope) -> None:
    first = make_invoice(alice, number="A-1", day=TODAY - 40 * DAY, total_minor=10_000)
    make_payment(alice, {first: 4_000}, number="P-1", day=TODAY - 3 * DAY, reference="BACS")
    make_invoice(alice, number="A-2", day=TODAY - DAY, total_minor=250)
    make_invoice(alice, number="A-3", day=TODAY, currency_code="EUR")
    as_person(client, alice)
    begins = TODAY - 10 * DAY
    answer = client.get(f"/exports/statement.csv?currency=GBP&first={begins}&last={TODAY}")
    assert answer.content.decode("utf-8-sig") == (
        "Date,Transaction,Number,Details,Currency,Amount,Payment or credit,Balance\r\n"
        f"{begins},Opening balance,,,GBP,,,100.00\r\n"
        f"{TODAY - 3 * DAY},Payment received,P-1,Bank transfer · BACS,GBP,,40.00,60.00\r\n"
        f"{TODAY - DAY},Invoice,A-2,,GBP,2.50,,62.50\r\n"
        f"{TODAY},Closing balance,,,GBP,,,62.50\r\n"
    )
    name = unquote(answer.headers["content-disposition"].partition("''")[2])
    assert name == f"Statement Alder Ltd {begins} {TODAY} GBP.csv"
    told = statements.statement(alice, "GBP", periods.EARLIEST, TODAY)
    whole = json.loads(client.get(f"/exports/statement.json?first=1000-01-01&last={TODAY}").content)
    amount = Decimal(whole["totals"][0]["amount"]) - Decimal(
        whole["totals"][0]["payment_or_credit"]
    )
    assert amount == money.to_decimal(told.closing_minor - told.opening_minor, "GBP")
    assert whole["from"] == str(TODAY - 40 * DAY)


def test_a_bare_statement_is_this_months_in_the_own_currency(
    client: TestClient, alice: Scope
) -> None:
    make_invoice(alice, number="A-1", day=utc_now().date())
    as_person(client, alice)
    plain = client.get("/exports/statement.json")
    assert json.loads(plain.content)["from"] == str(utc_now().date().replace(day=1))
    backwards = client.get("/exports/statement.json?first=2026-02-02&last=2026-02-01")
    assert (backwards.status_code, backwards.text) == (400, "The period ends before it begins.")


@pytest.mark.parametrize(
    ("customer", "shown"),
    [
        ("株式会社さくら", "株式会社さくら"),
        ("شركة النخيل", "شركة النخيل"),
        ('../A\\B: "C"\r\nX: 1', "A B C X 1"),
        ("Long " * 40, "Long Long Long Long Long Long Long Long"),
    ],
)
def test_files_are_named_after_customer_days_and_currencies(
    client: TestClient, alice: Scope, customer: str, shown: str
) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.customers set display_name = $name where id = $id",
            name=customer,
            id=alice.customer_id,
        )
    make_invoice(alice, day=date(2026, 1, 31))
    make_invoice(alice, day=date(2026, 3, 1), currency_code="EUR")
    header = as_person(client, alice).get("/exports/invoices.xlsx").headers["content-disposition"]
    kind, _, name = header.partition("; filename*=UTF-8''")
    assert kind == "attachment"
    assert unquote(name) == f"Invoices {shown} 2026-01-31 2026-03-01 EUR GBP.xlsx"


def test_what_people_wrote_never_calculates(client: TestClient, alice: Scope) -> None:
    evil = '=HYPERLINK("https://evil.example")'
    make_invoice(alice, number="@A-1", subject=evil, reference="+1", notes="-1")
    as_person(client, alice)
    lines = client.get("/exports/invoices.csv").content.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(lines.split("\r\n")[1])))[:3] == ["'@A-1", f"'{evil}", "'+1"]
    book = load_workbook(io.BytesIO(client.get("/exports/invoices.xlsx").content))
    cells = next(book["Invoices"].iter_rows(2, 2))
    assert [cell.value for cell in cells[:3]] == ["@A-1", evil, "+1"]
    assert {cell.data_type for cell in cells[:3]} == {"s"}
    assert cells[8].value == 100


def test_a_revoked_sign_in_gets_nothing_at_once(client: TestClient, alice: Scope) -> None:
    make_invoice(alice)
    as_person(client, alice)
    assert client.get("/exports/invoices.csv").status_code == 200
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set revoked_at = $now where id = $id",
            now=NOW,
            id=alice.sign_in_id,
        )
    assert client.get("/exports/invoices.csv").status_code == 401
    assert client.get("/exports/invoices.zip").status_code == 401


def test_what_a_contact_takes_is_in_the_activity(client: TestClient, alice: Scope) -> None:
    books(alice, "Fern")
    as_person(client, alice)
    for name in ("invoices.csv", "invoices.xlsx", "invoices.csv", "invoices.zip", "statement.csv"):
        answer = client.get(f"/exports/{name}")
        assert answer.status_code == 200, name
        assert client.head(f"/exports/{name}").status_code == 200
    downloads.settled()
    with store.system_reading() as session:
        found = session.rows(
            "select subject_number from core.activity where event = 'document.downloaded'"
            " order by subject_number"
        )
    names = [row["subject_number"] for row in found]
    assert [name.rpartition(".")[2] for name in names] == ["csv", "xlsx", "zip", "csv"]
