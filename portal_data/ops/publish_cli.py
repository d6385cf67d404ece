"""The command `publish` of `python -m portal_data`."""

import typer

from portal_data.clock import utc_now
from portal_data.commands import opened_store
from portal_data.errors import Unavailable
from portal_data.ops import publish as publishing
from portal_data.ops import publish_requests
from portal_data.settings import load


def publish() -> None:
    """Write analytics.duckdb and Parquet files for analysts; a running portal is asked to do it."""
    data = load().data_path
    try:
        with opened_store():
            done = publishing.publish(data, now=utc_now())
    except Unavailable:
        # a DuckDB file has one owner: if that is the running portal, it publishes for us
        asked = publish_requests.ask(data) if load().database.startswith("duckdb") else None
        if asked is None:
            raise
        done = asked
    typer.echo(
        f"Published {sum(done.rows.values()):,} rows in {len(done.rows)} views as of "
        f"{done.published_at[:19]} UTC in {done.seconds:.1f} s:"
    )
    typer.echo(f"  {data / publishing.FILE} ({done.database_bytes / 1e6:.1f} MB)")
    folder = data / publishing.FOLDER / publishing.CURRENT
    typer.echo(f"  {folder} ({done.parquet_bytes / 1e6:.1f} MB of Parquet)")
