"""Network addresses: who a request comes from, behind proxies too, and which network that is."""

import ipaddress
from collections.abc import Iterable


def client(peer: str | None, forwarded: Iterable[str], proxies: int) -> str | None:
    """Return the address of the client behind `proxies` trusted proxies, or the peer's own.

    `forwarded` are the X-Forwarded-For lines of a request, in order: together they are one list, to
    which every proxy appends whom it was asked by. Anything but plain addresses where our own
    proxies write, or fewer of them, is not believed, and the peer is the client.
    """
    if not proxies:
        return _plain(peer)
    entries = [entry.strip() for line in forwarded for entry in line.split(",")]
    trusted = [_plain(entry) for entry in entries[-proxies:]]
    if len(trusted) < proxies or None in trusted:
        return _plain(peer)
    return trusted[0]


def network(address: str | None) -> str:
    """Return the network that one party may be taken to own, or `unknown`.

    That is an IPv4 address, or the /64 of an IPv6 one.
    """
    plain = _plain(address)
    if plain is None:
        return "unknown"
    parsed = ipaddress.ip_address(plain)
    if parsed.version == 4:
        return plain
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def site(address: str | None) -> str | None:
    """Return the /48 of an IPv6 address, which one party may own too; None for any other."""
    plain = _plain(address)
    if plain is None or ":" not in plain:
        return None
    return str(ipaddress.ip_network((plain, 48), strict=False).network_address)


def _plain(text: str | None) -> str | None:
    """Return an address as it is written canonically, or None for anything else.

    A socket bound to both versions names IPv4 peers `::ffff:a.b.c.d`: these are IPv4 addresses.
    """
    try:
        parsed = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id:
            return None
        parsed = parsed.ipv4_mapped or parsed
    return str(parsed)
