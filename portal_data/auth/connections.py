"""The open websockets of this process, and who is signed in over each.

A browser's tab has one. Which sign-in it may act under is what its handshake's cookie proved, or
one that has begun over this very connection since: knowing the id of somebody's session in the
server is no proof of anything.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from portal_data.auth import networks
from portal_data.scope import Scope, Staff

HEADER = "x-portal-connection"
"""The header in which a connection's id reaches the script; what clients send in it is dropped."""


@dataclass(slots=True)
class Connection:
    """One open websocket: where it comes from, the sign-in it proved, and whose that is."""

    id: str
    address: str | None
    network: str
    sign_in_id: UUID | None
    person: str | None

    def acts_as(self, who: Scope | Staff) -> None:
        """Take down who is signed in over this connection from now on."""
        self.sign_in_id, self.person = who.sign_in_id, who.person


_open: dict[str, Connection] = {}


def opened(address: str | None, who: Scope | Staff | None) -> Connection:
    """Take down a new connection, with whom its cookie proves."""
    connection = Connection(
        secrets.token_urlsafe(16),
        address,
        networks.network(address),
        who.sign_in_id if who else None,
        who.person if who else None,
    )
    _open[connection.id] = connection
    return connection


def closed(connection: Connection) -> None:
    """Forget a connection that has ended."""
    _open.pop(connection.id, None)


def find(connection_id: str) -> Connection | None:
    """Return an open connection of this process, or None."""
    return _open.get(connection_id)


def count(person: str | None, network: str) -> int:
    """Return how many connections a person has open, or strangers of a network have."""
    return sum(
        1
        for each in _open.values()
        if each.person == person and (person is not None or each.network == network)
    )
