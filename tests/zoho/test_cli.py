"""The commands: what they print, and how they end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from portal_data import settings
from portal_data.cli import imports
from portal_data.errors import NotFound
from tests.zoho.backup import TODAY, TOTALS, Backup

commands = typer.Typer()
commands.command("import")(imports.import_backup)
commands.command("totals")(imports.totals)
runner = CliRunner()


@pytest.fixture(autouse=True)
def _own_store(duckdb_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "portal.duckdb"
    path.write_bytes(duckdb_template.read_bytes())
    monkeypatch.setenv("PORTAL_DATABASE", f"duckdb:///{path}")
    settings.load.cache_clear()


@pytest.fixture(autouse=True)
def _forget_settings() -> None:
    settings.load.cache_clear()


def test_import_then_totals_as_json(backup: Backup, tmp_path: Path) -> None:
    path = str(backup.zip(tmp_path / "backup.zip"))
    done = runner.invoke(commands, ["import", path, "--json", "--organisation", "Harbour Works"])
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert report["verdict"] == "imported"
    assert report["warnings"] == []
    assert {file["file"]: file["created"] for file in report["files"]}["Invoice00.csv"] == 3
    told = runner.invoke(
        commands,
        ["totals", "--json", "--as-of", TODAY, "--customer", "101", "--customer", "Kite Ltd"],
    )
    figures = json.loads(told.stdout)
    assert figures["today"] == TODAY
    assert figures["all"] == TOTALS
    assert figures["named"]["101"]["closing_balance"] == "-165.00"
    assert figures["named"]["Kite Ltd"]["invoices"] == 3
    assert figures["closing_balances"] == {"101": "-165.00", "102": "-4.00", "103": "52.00"}


def test_text_report_names_what_was_set_aside(backup: Backup, tmp_path: Path) -> None:
    backup.change("Invoice01.csv", "Currency Code", "ZZQ", Invoice_Number="INV-107")
    done = runner.invoke(commands, ["import", str(backup.zip(tmp_path / "backup.zip"))])
    assert done.exit_code == 2
    assert "invoice INV-107 (12.00): Invoice01.csv, row 5, column 'Currency Code'" in done.stdout
    assert "Not imported: Task.csv, Vendors.csv." in done.stdout


def test_refused_upload_ends_with_one(backup: Backup, tmp_path: Path) -> None:
    backup.raw["Invoice00.csv"] = b""
    path = str(backup.zip(tmp_path / "backup.zip"))
    for option in ([], ["--json"]):
        done = runner.invoke(commands, ["import", path, *option])
        assert done.exit_code == 1
        assert "Invoice00.csv is empty" in done.stdout
    assert json.loads(done.stdout)["verdict"] == "refused"


def test_dry_run_leaves_an_empty_store(backup: Backup, tmp_path: Path) -> None:
    done = runner.invoke(commands, ["import", str(backup.zip(tmp_path / "b.zip")), "--dry-run"])
    assert "nothing was written" in done.stdout
    figures = json.loads(runner.invoke(commands, ["totals", "--json"]).stdout)
    assert figures["all"]["customers"] == 0


def test_day_first_dates_import_with_the_order_given(backup: Backup, tmp_path: Path) -> None:
    for row in backup.files["Invoice00.csv"]:
        row["Invoice Date"] = "/".join(reversed(row["Invoice Date"].split("-")))
    path = str(backup.zip(tmp_path / "backup.zip"))
    refused = runner.invoke(commands, ["import", path])
    assert refused.exit_code == 1
    assert "--date-order dmy" in refused.stdout
    assert runner.invoke(commands, ["import", path, "--date-order", "dmy"]).exit_code == 0


def test_unknown_customer_is_told(backup: Backup, tmp_path: Path) -> None:
    runner.invoke(commands, ["import", str(backup.zip(tmp_path / "backup.zip"))])
    done = runner.invoke(commands, ["totals", "--customer", "Nobody"])
    assert isinstance(done.exception, NotFound)


def test_totals_read_as_text_too(backup: Backup, tmp_path: Path) -> None:
    runner.invoke(commands, ["import", str(backup.zip(tmp_path / "backup.zip"))])
    done = runner.invoke(commands, ["totals", "--as-of", TODAY])
    assert f"All customers on {TODAY}" in done.stdout
    assert "Overdue 1" in done.stdout


@pytest.mark.parametrize("options", [["import", "--nonsense"], ["import"], ["import", "a", "b"]])
def test_wrong_options_do_not_end_like_a_partial_import(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portal_data", *options], capture_output=True, check=False
    )
    assert done.returncode == os.EX_USAGE


def test_errors_of_the_portal_are_refusals_as_json_too(
    backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    settings.load.cache_clear()
    done = runner.invoke(commands, ["import", str(backup.zip(tmp_path / "b.zip")), "--json"])
    report = json.loads(done.stdout)
    assert (done.exit_code, report["verdict"], report["exit_code"]) == (1, "refused", 1)
    assert "No PostgreSQL server answers" in report["problems"][0]["reason"]


@pytest.mark.parametrize(
    ("numbers", "code"), [([], 0), (["INV-107"], 2), (["INV-104", "INV-105", "INV-107"], 1)]
)
def test_dry_run_ends_like_the_real_run(
    backup: Backup, tmp_path: Path, numbers: list[str], code: int
) -> None:
    for number in numbers:
        backup.change("Invoice01.csv", "Currency Code", "ZZQ", Invoice_Number=number)
    path = str(backup.zip(tmp_path / "backup.zip"))
    for option in (["--dry-run"], []):
        done = runner.invoke(commands, ["import", path, "--json", *option])
        assert done.exit_code == code
        assert json.loads(done.stdout)["exit_code"] == code
