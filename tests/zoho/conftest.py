"""What the tests of the import share: an invented backup, imported or about to be."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.zoho.importing import import_backup
from portal_data.zoho.report import Report
from portal_data.zoho.totals import control_totals
from tests.conftest import NOW
from tests.zoho.backup import TODAY, Backup, invented

Import = Callable[..., Report]
Totals = Callable[[], dict[str, Any]]


@pytest.fixture
def backup() -> Backup:
    """A fresh copy of the invented backup, to be changed at will."""
    return invented()


@pytest.fixture
def run(db: store.Store, tmp_path: Path) -> Import:
    """Import a backup (or a path) into the store and return the report."""

    def run_import(source: Backup | Path, **options: Any) -> Report:
        path = source.zip(tmp_path / "backup.zip") if isinstance(source, Backup) else source
        return import_backup(path, now=NOW, **options)

    return run_import


@pytest.fixture
def totals() -> Callable[[], dict[str, Any]]:
    """Return the totals of everything as of the invented backup's day."""

    def all_totals() -> dict[str, Any]:
        figures: dict[str, Any] = control_totals(today=date.fromisoformat(TODAY))["all"]
        return figures

    return all_totals
