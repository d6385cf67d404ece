"""What an import loads: a library that takes longer than a small backup is left alone."""

import subprocess
import sys
from pathlib import Path

from portal_data.settings import ROOT
from tests.zoho.backup import invented

_IMPORTS = """
import sys
from pathlib import Path
from portal_data import store
from portal_data.clock import utc_now
from portal_data.zoho.importing import import_backup

store.install(store.open_store(f"duckdb:///{sys.argv[2]}"))
report = import_backup(Path(sys.argv[1]), now=utc_now())
print(report.verdict, "pandas" in sys.modules)
"""


def test_an_import_loads_no_pandas(duckdb_template: Path, tmp_path: Path) -> None:
    database = tmp_path / "portal.duckdb"
    database.write_bytes(duckdb_template.read_bytes())
    backup = invented().zip(tmp_path / "backup.zip")
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS, str(backup), str(database)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["imported", "False"]
