"""What every command line of the portal shares: the store it works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal_data import store
from portal_data.settings import load


@contextmanager
def opened_store() -> Iterator[store.Store]:
    """Open and install the configured store for the length of a command.

    Raises Unavailable while another process, such as the running portal, owns the file.
    """
    opened = store.install(store.open_store(load().database))
    try:
        yield opened
    finally:
        opened.close()
