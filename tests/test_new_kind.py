"""A new kind of document touches five files: one is planted in a copy of the portal, and opened.

See docs/decisions/0020 for the files. Its table is a migration and a view, as every table's.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLANTED = Path(__file__).parent / "new_kind"
_PACKAGES = ("portal_data", "components", "pages", "tests", "tools", ".streamlit")
_LARGE = ("fonts", "__pycache__", "golden")

_DECLARED = '''
DELIVERY_NOTE = Kind(
    key="delivery_note",
    path="delivery_notes",
    record="delivery_note",
    table="delivery_notes",
    title="Delivery note",
    plural="Delivery notes",
    viewed="{actor} viewed delivery note {subject}",
    menu="invoices",
    status="""case
            when delivered_on is null then 'on_its_way' else 'delivered'
        end""",
)
'''
_PAPER = '''
def of_delivery_note(note: Any, business: Organisation, details: MyDetails) -> Paper:
    """Return a delivery note as a paper."""
    return Paper(
        kind=Kind("Delivery note", "Delivered to", labels.TOTAL),
        number=note.number,
        date=note.date,
        currency=note.currency_code,
        issuer=issuer(business),
        billed_to=customer(details),
        subject=note.subject or "",
        subtotal_minor=note.total_minor,
        total_minor=note.total_minor,
    )


'''
_VIEW = """
    kinds.DELIVERY_NOTE.key: View(
        delivery_notes.LIST,
        lambda scope, number, today: delivery_notes.get(scope, number),
        of_delivery_note,
        render_paper,
    ),
"""
_SCREENS = """
    kinds.DELIVERY_NOTE.key: Screens(delivery_note_screens.SCREEN, delivery_note_screens.draw),
"""
_MINE = """
create view mine.delivery_notes as
    select id, customer_id, number, date, delivered_on, subject, reference, status, currency_code,
        total_minor, first_viewed_at
    from (select * from core.delivery_notes
        where customer_id = getvariable('customer_id')::uuid offset 0) own;
"""


def _changed(path: Path, *changes: tuple[str, str]) -> None:
    """Put a text behind another one, which stands in the file once."""
    text = path.read_text(encoding="utf-8")
    for behind, added in changes:
        assert text.count(behind) == 1, (path, behind)
        text = text.replace(behind, behind + added)
    path.write_text(text, encoding="utf-8")


def _plant(copy: Path) -> None:
    data, screens = copy / "portal_data", copy / "components/documents"
    # five files
    shutil.copy(PLANTED / "delivery_notes.py", data / "billing")
    _changed(
        data / "kinds.py",
        ("    left=\"case when status = 'open' then balance_minor end\",\n)\n", _DECLARED),
        ("(ESTIMATE, INVOICE, PAYMENT, RETAINER, CREDIT_NOTE", ", DELIVERY_NOTE"),
    )
    _changed(
        data / "output/document_views.py",
        ("from portal_data.billing import credit_notes", ", delivery_notes"),
        ('Whole = TypeVar("Whole")\n', _PAPER),
        ("VIEWS: dict[str, View[Any, Any]] = {", _VIEW),
    )
    shutil.copy(PLANTED / "delivery_note_screens.py", screens)
    _changed(
        screens / "any_document.py",
        ("    credit_note_screens,\n", "    delivery_note_screens,\n"),
        ("SCREENS = {", _SCREENS),
    )
    # its table, as any new table's
    shutil.copy(PLANTED / "delivery_notes.sql", data / "store/migrations/9999_delivery_notes.sql")
    _changed(data / "store/views/mine.sql", ("select key, value from core.preferences;\n", _MINE))


def test_a_new_kind_touches_five_files(tmp_path: Path) -> None:
    copy = tmp_path / "portal"
    for name in _PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*_LARGE))
    for name in ("portal_data/output/documents/fonts", "components/static/fonts"):
        (copy / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "pyproject.toml", copy)
    _plant(copy)
    opens = copy / "tests/pages/test_new_kind_opens.py"
    shutil.copy(PLANTED / "opens_everywhere.py", opens)
    command = [sys.executable, "-m", "pytest", "-q", "--engine", "duckdb", "-p", "no:cacheprovider",
               "-p", "no:xdist", str(opens)]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTEST_ADDOPTS": ""}
    ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout
