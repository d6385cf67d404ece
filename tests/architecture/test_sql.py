"""What SQL keeps to: it is made of constants, and every table and view belongs to a customer."""

import ast
import re
from pathlib import Path

import pytest

from portal_data import store
from tests.architecture.source import ROOT, dotted, last_name, modules, name_of, tree

# Tables of one business, not of one customer.
NOT_TENANT: dict[str, str] = {
    "bank_lines": "what a bank says came to the business, before and after anybody knows from whom",
    "counters": "next document numbers",
    "demo_gateway": "what a company elsewhere keeps, played by the portal",
    "exchange_rates": "public figures",
    "known_devices": "belongs to a login",
    "import_blocks": "what an import read in a part of a file, whosever rows are in it",
    "imports": "what staff imported",
    "items": "the business's price list",
    "document_templates": "how the business's documents look",
    "login_identities": "belongs to a login",
    "login_links": "belongs to a login",
    "logos": "the picture on sign-in page and documents",
    "logins": "a person's password, whichever customers they act for",
    "mail_templates": "the business's words",
    "migrations": "the schema's own history",
    "organisation": "the business itself",
    "password_resets": "belongs to a login",
    "people": "the business's own workers",
    "preferences": "the business's choices",
    "provider_events": "raw messages of payment providers, before anybody is found in them",
    "recovery_codes": "belongs to a login",
    "reminder_steps": "when the business reminds",
    "sign_in_failures": "counted by account and address, also of unknown ones",
    "sign_in_tickets": "belongs to a sign-in",
    "sign_ins": "belongs to a login",
    "staff": "the business's own people",
    "tax_members": "the business's groups of taxes",
    "taxes": "the business's tax rates",
    "unit_codes": "what e-invoices call a unit",
    "view_texts": "which text the views were made from",
}


# Tenant tables that customers never read.
NO_VIEW: dict[str, str] = {
    "activity_chains": "only who verifies the activity reads where its chains end",
    "document_links": "hashed tokens",
    "document_views": "found by their document, in SQL that names the customer: see viewings",
    "import_refs": "only the import asks where a row came from",
    "invitations": "hashed tokens",
    "ledger_sources": "what the ledger is posted from; customers read the ledger",
    "mail_bounces": "what mail servers answered, for staff",
    "outbox": "mails on their way, with tokens in them",
    "provider_customers": "the payment provider's own name of the customer",
    "timers": "whose clock runs; customers see the time entry",
}


# Views that show every customer the same rows.
SAME_FOR_ALL: dict[str, str] = {
    "organisation": "whom the customers deal with",
    "preferences": "which parts of the portal are switched on",
}


# Constants and functions whose SQL is put together from more than constants in capitals, with
# where the rest comes from.
_KINDS = "what each kind of document declares"


_LISTS = "what each list declares"


_SUBJECTS = "what can be talked about: kinds of documents, projects and timesheets"


_SCHEMA = "tables and columns of the schema"


_HEADER = "columns that an export's header was recognised as"


COMPOSED_SQL: dict[str, str] = {
    "billing.document:_NUMBERS": _KINDS,
    "billing.lines:selecting": "names of the schema, of the constants that call it",
    **{
        f"billing.public_links:{name}": _KINDS for name in ("_HELD", "_LINKS", "_OF_LINK", "_OPEN")
    },
    "billing.views:_FIRST": _KINDS,
    "customers.conversations:_FOUND": _SUBJECTS,
    "customers.conversations:_NAMES": _SUBJECTS,
    "customers.documents:_CLEAR": _KINDS,
    "customers.documents:_DECIDED": _KINDS,
    "customers.documents:_SELECTS": _KINDS,
    "customers.documents:_WHOSE": _KINDS,
    "customers.inbox:_NAMES": _SUBJECTS,
    "lists.model:List.__post_init__": _LISTS,
    "lists.model:List._listed": _LISTS,
    "lists.model:List._page": _LISTS,
    "messaging.notifications:_NUMBERED": _KINDS,
    "messaging.notifications:_NUMBERED_OF_STAFF": _KINDS,
    "store.answers:ask": "a file's path, quoted",
    "store.duckdb_engine:DuckDBEngine._copy_into": f"{_SCHEMA}, quoted",
    "store.duckdb_engine:DuckDBTransaction._insert_few": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction._kinds": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction.digest": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction.load_batches": _SCHEMA,
    "store.postgres_engine:PostgresTransaction._insert_few": _SCHEMA,
    "store.postgres_engine:PostgresTransaction.digest": _SCHEMA,
    "store.routing:_narrowed": "the text of the views",
    "store.scratch:Scratch.keep": "tables of its own",
    "store.scratch:Scratch.read_csv": "tables of its own and a file's path, quoted",
    "store.snapshot:Snapshot.export": "a file's path, quoted",
    "store.snapshot_books:_Streamed._many": _SCHEMA,
    "store.snapshot_books:_Streamed._stream": _SCHEMA,
    "store.snapshot_books:_copied": "a file's path, quoted",
    "store.snapshot_books:_show": _SCHEMA,
    "store.snapshot:making": "a file's path, quoted",
    "zoho.line_columns:LineColumns._met": _HEADER,
    **{
        f"zoho.line_sets:LineSet.{name}": _HEADER
        for name in (
            "_keep", "cells", "containing", "documents", "identifiers", "keep_lines", "kept",
            "named_by", "names", "projects", "rows_of", "sums", "watched",
        )
    },
    "zoho.staging:stage": "tables of the scratch store",
    "zoho.staging:taken": "tables of the scratch store",
}  # fmt: skip


_STATEMENT = re.compile(
    r"\b(select\b.*\bfrom|from core\.|insert into|update core|delete from|set variable|copy\b.*\bto"
    r"|create (table|view)|describe|attach|order by|where [\w.]+ ?(=|<|>|in|is))(?!\w)",
    re.DOTALL,
)


def composed_statements(path: Path) -> dict[str, list[str]]:
    """SQL that is put together from more than literals and constants in capitals.

    By the constant or function that it stands in, as `_PAGES` or `List._page`: the odd parts.
    """
    found: dict[str, list[str]] = {}

    def look(node: ast.AST, place: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            place = f"{place}.{node.name}".lstrip(".")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not place:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            place = last_name(targets[0])
        if odd := odd_parts(node):
            found.setdefault(place, []).extend(odd)
        for child in ast.iter_child_nodes(node):
            look(child, place)

    look(tree(path), "")
    return found


def odd_parts(node: ast.AST) -> list[str]:
    """What an expression puts into SQL that is neither a literal nor a constant in capitals."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        pieces = [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        parts = [each for each in (node.left, node.right) if not isinstance(each, ast.Constant)]
        parts = [each for each in parts if not isinstance(each, ast.BinOp | ast.JoinedStr)]
        pieces = [each.value for each in (node.left, node.right) if isinstance(each, ast.Constant)]
    elif isinstance(node, ast.Call) and last_name(node) == "format":
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        pieces = [each.value for each in ast.walk(node.func) if isinstance(each, ast.Constant)]
    else:
        return []
    if not _STATEMENT.search(" ".join(str(piece) for piece in pieces)):
        return []
    return [
        ast.unparse(part)
        for part in parts
        if not re.fullmatch(r"(\w+\.)*_?[A-Z][A-Z0-9_]*(\.\w+)*", ast.unparse(part))
    ]


@pytest.mark.parametrize("path", modules("portal_data"), ids=name_of)
def test_sql_is_made_of_constants(path: Path) -> None:
    """What somebody typed never becomes part of a statement; it is a parameter."""
    composed = {f"{dotted(path)}:{place}" for place in composed_statements(path)}
    assert composed == {name for name in COMPOSED_SQL if name.partition(":")[0] == dotted(path)}


_COLUMNS = """
    select table_schema, table_name, column_name, is_nullable
      from information_schema.columns
     where table_schema in ('core', 'mine')
     order by table_schema, table_name, ordinal_position
"""


@pytest.mark.usefixtures("db")
def test_every_tenant_table_names_its_customer_and_has_its_view() -> None:
    with store.system_reading() as session:
        columns = session.rows(_COLUMNS)
    tables = {row["table_name"] for row in columns if row["table_schema"] == "core"}
    views = {row["table_name"] for row in columns if row["table_schema"] == "mine"}
    tenant = {
        row["table_name"]: row["is_nullable"] == "YES"
        for row in columns
        if row["table_schema"] == "core" and row["column_name"] == "customer_id"
    }
    # The customer itself is its own tenant: there the key is `id`.
    assert tables - set(tenant) - {"customers"} == set(NOT_TENANT)
    # every row has a customer, or the business's own id; of a view's columns nobody knows
    assert {name for name, optional in tenant.items() if optional} == {"ledger_sources"}
    assert set(tenant) - views == set(NO_VIEW)


def test_every_view_is_filtered_and_lists_its_columns() -> None:
    text = (ROOT / "portal_data/store/views/mine.sql").read_text(encoding="utf-8").lower()
    text = re.sub(r"--[^\n]*", "", text)
    views = re.findall(r"create view mine\.(\w+)(.*?);", text, re.DOTALL)
    filtered = {name for name, body in views if "getvariable('customer_id')" in body}
    # lines are found by a parent that is filtered itself, and agree with it on the customer
    lines = {
        name: found[1]
        for name, body in views
        if (found := re.search(r"join mine\.(\w+) p on p\.id = l\.\w+", body))
        and "p.customer_id = l.customer_id" in body
    }
    assert set(lines.values()) <= filtered
    assert {name for name, _ in views} - filtered - set(lines) == set(SAME_FOR_ALL)
    # what its head says is not in it
    hidden = {"provider_reference", "redirect_url", "storage_key", "internal_notes", "cost_minor"}
    assert {
        name for name, body in views for word in hidden if re.search(rf"\b{word}\b", body)
    } == set()
    # the outermost columns are listed; the fenced table inside may name them all
    assert [name for name, body in views if re.match(r"\s*as\s+select\s+(\w+\.)?\*", body)] == []
