"""Everything that a contact may see of their company, as one zip that is written to disk.

Each part is read in a transaction of its own and written before the next one is read, so that a zip
of any size needs the memory of its largest list. What is not in it, it says itself.
"""

import json
import logging
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TypeAlias
from uuid import UUID

import pyarrow as pa

from portal_data import lists, store
from portal_data.auth import sessions
from portal_data.billing import periods, statements
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.customers import details, files
from portal_data.customers.data_archives import Whose
from portal_data.errors import NotFound, PortalError
from portal_data.kinds import KINDS, Kind
from portal_data.lists import List
from portal_data.messaging import activity_log
from portal_data.output import document_pdfs, tables
from portal_data.output.document_views import VIEWS
from portal_data.output.exports import Column, ColumnarRows, Format, Table
from portal_data.output.exports import write as write_table
from portal_data.output.zip_entries import entry, unique
from portal_data.projects import projects, time_entries, timesheets
from portal_data.scope import Role, Scope
from portal_data.text.file_names import file_name
from portal_data.text.language import N_, _, grouped

MOST_DOCUMENTS = 1_000
"""PDFs in one file, the newest of each kind first; lists and statements name all documents."""
MOST_LINES = 5_000
"""Lines of a statement beyond which it is no PDF, but data alone."""
MOST_LOGS = 500
"""Projects, and timesheets, whose entries are in it."""
MOST_BYTES = 500_000_000
"""Bytes of files that people uploaded."""

DOCUMENTS, LISTS, STATEMENTS = N_("Documents"), N_("Lists"), N_("Statements")
SHARED, OF_COMMENTS = N_("Shared documents"), N_("Files of comments")

_AnyList: TypeAlias = List[Scope, Any, Any, Any]

log = logging.getLogger("portal.archives")

_COMMENTS = """
    select c.created_at, c.subject_kind, s.number, c.author_name, c.author_kind, c.body
    from comments c
    left join (
        select 'invoice' as kind, id, number from invoices
        union all select 'estimate', id, number from estimates
        union all select 'credit_note', id, number from credit_notes
        union all select 'retainer_invoice', id, number from retainer_invoices
        union all select 'payment', id, number from payments
        union all select 'project', id, name from projects
        union all select 'approval', id, name from approvals
    ) s on s.kind = c.subject_kind and s.id = c.subject_id
    where $projects or c.subject_kind not in ('project', 'approval')
    order by c.created_at, c.id
"""
_OWN_ACTIVITY = """
    select id, happened_at, event, subject_kind, subject_id, subject_number, actor_name, address
    from activity_log where actor_id = $contact_id
    order by happened_at, id
"""
_FILES = """
    select id, name, size_bytes, subject_kind from files
    where removed_at is null
    order by created_at desc, id
"""
_PERSON = """
    select salutation, first_name, last_name, email, phone, mobile, designation, department, role,
        payment_limit_minor, payment_limit_currency, created_at
    from contacts where id = $contact_id
    order by id
"""
_REVIEWS = """
    select rating, body, period, may_publish, published_at, reply, replied_at, created_at
    from reviews where contact_id = $contact_id
    order by created_at
"""
_COMMENT_COLUMNS = (
    Column("Moment (UTC)"), Column("About"), Column("Number or name"), Column("Written by"),
    Column("Side"), Column("Comment"),
)  # fmt: skip


class _Zip:
    """The zip while it is written, with what is not in it."""

    def __init__(self, file: IO[bytes], now: datetime, between: Callable[[], None]) -> None:
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.left_out: list[str] = []
        self._names: set[str] = set()
        self._now, self._between = now, between

    def add(self, folder: str, name: str, content: bytes) -> None:
        """Write one file, and let others have their turn."""
        self.archive.writestr(self._entry(folder, name), content)
        self._between()

    def table(self, folder: str, name: str, table: Table) -> None:
        """Write a table as CSV, set of rows by set of rows."""
        with self.archive.open(self._entry(folder, name), "w", force_zip64=True) as member:
            write_table(table, Format.CSV, member)
        self._between()

    def made(self, folder: str, called: str, make: Callable[[], tuple[str, bytes]]) -> None:
        """Write what is made of a name and bytes; what cannot be made is named, and spoils none."""
        try:
            name, content = make()
        except PortalError as refused:
            self.left_out.append(f"{called}: {refused}")
        except Exception:
            log.exception("A document of an archive could not be made.")
            self.left_out.append(_("{document}: this document could not be made.", document=called))
        else:
            self.add(folder, name, content)

    def _entry(self, folder: str, name: str) -> zipfile.ZipInfo:
        path = f"{folder}/{name}" if folder else name
        return entry(unique(path, self._names), self._now)


def write(
    scope: Scope,
    whose: Whose,
    file: IO[bytes],
    *,
    folder: Path,
    now: datetime,
    between: Callable[[], None],
) -> int:
    """Write all that a contact may see into `file`; return how much of it is not in there.

    `scope` reads the customer's books, `folder` has the uploaded files, and `between` is called
    between parts: what it raises ends the writing.
    """
    business = organisation.get(scope)
    out = _Zip(file, now, between)
    with out.archive:
        out.add("", f"{_('About this file')}.txt", _about(whose, business, now))
        out.add("", f"{_('Personal details')}.json", _personal(scope, whose, now))
        _documents(scope, out, business, now)
        _statements(scope, out, business, now)
        shows_projects = preferences.of(scope).projects_and_timesheets
        if shows_projects:
            _projects(scope, out, business, now)
        _said(scope, whose, out, business, shows_projects=shows_projects)
        _uploaded(scope, out, folder)
        if out.left_out:
            lines = "\r\n".join([*out.left_out, ""])
            out.add("", f"{_('Not included')}.txt", lines.encode())
    return len(out.left_out)


def _about(whose: Whose, business: Organisation, now: datetime) -> bytes:
    lines = [
        _("Data of {customer} with {business}", customer=whose.customer, business=business.name),
        _("Made for {name} on {day} (UTC).", name=whose.name, day=f"{now:%Y-%m-%d %H:%M}"),
        "",
        _("Documents and statements are PDFs, lists CSV files in UTF-8 with amounts as decimals."),
        _("One file holds {count} documents as PDF.", count=grouped(MOST_DOCUMENTS)),
        _("What is missing is named in the file {name}.", name=f"{_('Not included')}.txt"),
        "",
    ]
    return "\r\n".join(lines).encode()


def _personal(scope: Scope, whose: Whose, now: datetime) -> bytes:
    """Return the contact's own details, sign-ins and reviews, and the company's, as JSON."""
    with store.reading(scope) as session:
        person = session.one(_PERSON, contact_id=whose.contact_id)
        reviews = session.rows(_REVIEWS, contact_id=whose.contact_id)
    with store.system_reading() as session:
        signed_in = sessions.of_contact(session, whose.contact_id)
    found = {
        "made_at": now,
        "person": person,
        "sign_ins": signed_in,
        "reviews": reviews,
        "company": asdict(details.my_details(scope)),
    }
    return json.dumps(found, default=_said_plainly, ensure_ascii=False, indent=2).encode()


def _said_plainly(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _documents(scope: Scope, out: _Zip, business: Organisation, now: datetime) -> None:
    """Write the list of each kind of document, and the documents as far as there is room."""
    room, beyond = MOST_DOCUMENTS, 0
    for kind in KINDS.values():
        rows = lists.table(scope, VIEWS[kind.key].list, today=business.today(now))
        _listed(out, scope, _(kind.plural), VIEWS[kind.key].list, rows, business)
        numbers = rows["number"].to_pylist()
        for number in numbers[:room]:
            out.made(f"{_(DOCUMENTS)}/{_(kind.plural)}", number, _drawn(scope, kind, number, now))
        beyond += len(numbers[room:])
        room -= min(room, len(numbers))
    if beyond:
        out.left_out.append(
            _("{count} older documents: they are in the lists, and can be downloaded one by one.",
              count=grouped(beyond))
        )  # fmt: skip


def _drawn(scope: Scope, kind: Kind, number: str, now: datetime) -> Callable[[], tuple[str, bytes]]:
    return lambda: document_pdfs.document_pdf(scope, kind, number, now=now)


def _statements(scope: Scope, out: _Zip, business: Organisation, now: datetime) -> None:
    """Write all transactions of each currency as data, and as a PDF where that is readable."""
    today = business.today(now)
    for currency in statements.currencies(scope):
        extract = statements.extract(scope, currency, periods.EARLIEST, today)
        table = tables.of_statement(extract, scope.customer_name, business)
        name = file_name(_("Statement"), currency, extension="csv")
        out.table(_(STATEMENTS), name, table)
        if len(extract.lines) > MOST_LINES:
            out.left_out.append(_("{name} as PDF: it is too long.", name=name))
        else:
            out.made(_(STATEMENTS), name, _statement(scope, currency, today, now))


def _statement(
    scope: Scope, currency: str, today: date, now: datetime
) -> Callable[[], tuple[str, bytes]]:
    def drawn() -> tuple[str, bytes]:
        _name, content = document_pdfs.statement_pdf(
            scope, currency, periods.EARLIEST, today, now=now
        )
        return file_name(_("Statement"), currency), content

    return drawn


def _projects(scope: Scope, out: _Zip, business: Organisation, now: datetime) -> None:
    """Write projects and timesheets, with the entries of each."""
    today = business.today(now)
    every_list: tuple[tuple[str, _AnyList, _AnyList, str, str], ...] = (
        (_("Projects"), projects.LIST, time_entries.LIST, "project", _("Time log")),
        (_("Timesheets"), timesheets.LIST, timesheets.ENTRIES, "timesheet", _("Timesheet")),
    )
    for title, of, entries, owner, named in every_list:
        rows = lists.table(scope, of, today=today)
        _listed(out, scope, title, of, rows, business)
        every = _named(rows)
        for key, name in every[:MOST_LOGS]:
            given: dict[str, Any] = {"today": today, owner: key}
            own = lists.table(scope, entries, **given)
            _listed(out, scope, named, entries, own, business, name)
        if len(every) > MOST_LOGS:
            out.left_out.append(f"{title}: {grouped(len(every) - MOST_LOGS)} ({named})")


def _named(rows: pa.Table) -> list[tuple[UUID, str]]:
    """Return id and name of each row."""
    pairs = zip(rows["id"].to_pylist(), rows["name"].to_pylist(), strict=True)
    return [(UUID(key), name) for key, name in pairs]


def _listed(
    out: _Zip, scope: Scope, title: str, of: _AnyList, rows: pa.Table,
    business: Organisation, subject: str = "",
) -> None:  # fmt: skip
    table = tables.of_list(title, of, rows, scope.customer_name, business, subject)
    out.table(_(LISTS), file_name(title, subject[:60], extension="csv"), table)


def _said(
    scope: Scope, whose: Whose, out: _Zip, business: Organisation, *, shows_projects: bool
) -> None:
    """Write what was said, and what the contact did; for administrators, all that people did."""
    with store.reading(scope) as session:
        said = session.arrow(_COMMENTS, projects=shows_projects)
        own = session.arrow(_OWN_ACTIVITY, contact_id=whose.contact_id)
    columns = [said[name] for name in said.column_names]
    columns[0] = columns[0].cast("string")
    rows = ColumnarRows(_COMMENT_COLUMNS, columns)
    table = Table(_("Comments"), business.name, scope.customer_name, _COMMENT_COLUMNS, rows)
    out.table(_(LISTS), file_name(_("Comments"), extension="csv"), table)
    _listed(out, scope, _("Your activity"), activity_log.LIST, own, business)
    if whose.role is Role.ADMIN:
        everybody = lists.table(scope, activity_log.LIST)
        _listed(out, scope, _("Activity of your company"), activity_log.LIST, everybody, business)


def _uploaded(scope: Scope, out: _Zip, folder: Path) -> None:
    """Write the files that people uploaded, the newest first, as far as there is room."""
    with store.reading(scope) as session:
        found = session.rows(_FILES)
    room = MOST_BYTES
    for row in found:
        room -= row["size_bytes"]
        if room < 0:
            out.left_out.append(_("{document}: there was no room for it.", document=row["name"]))
            continue
        where = SHARED if row["subject_kind"] == "customer" else OF_COMMENTS
        try:
            name, content = files.content(scope, row["id"], folder)
        except NotFound:
            continue  # it belongs to what the business does not show
        except PortalError as refused:
            out.left_out.append(f"{row['name']}: {refused}")
            continue
        path = Path(name)
        out.add(_(where), file_name(path.stem, extension=path.suffix.lstrip(".") or "bin"), content)
