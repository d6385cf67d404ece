"""Who a request comes from, whatever it says of itself."""

import pytest

from portal_data.auth import networks

PEER = "::ffff:192.0.2.9"


@pytest.mark.parametrize(
    ("lines", "proxies", "client"),
    [
        ([], 0, "192.0.2.9"),
        (["203.0.113.5"], 0, "192.0.2.9"),  # nobody is trusted to say so
        (["203.0.113.5"], 1, "203.0.113.5"),
        (["1.1.1.1, 203.0.113.5"], 1, "203.0.113.5"),
        (["1.1.1.1", "203.0.113.5"], 1, "203.0.113.5"),  # two lines are one list
        (["203.0.113.5", "10.0.0.1"], 2, "203.0.113.5"),
        (["1.1.1.1, 203.0.113.5", "10.0.0.1"], 2, "203.0.113.5"),
        ([" 2001:db8::5 "], 1, "2001:db8::5"),
        (["::ffff:203.0.113.5"], 1, "203.0.113.5"),
        # what is no plain address where our own proxy writes is not believed at all
        ([], 1, "192.0.2.9"),
        ([""], 1, "192.0.2.9"),
        (["203.0.113.5"], 2, "192.0.2.9"),
        (["203.0.113.5:5678"], 1, "192.0.2.9"),
        (["[2001:db8::5]:443"], 1, "192.0.2.9"),
        (["fe80::1%eth0"], 1, "192.0.2.9"),
        (["unknown"], 1, "192.0.2.9"),
        (["203.0.113.5,"], 1, "192.0.2.9"),
        (["203.0.113.5", "garbage"], 2, "192.0.2.9"),
        (["garbage", "10.0.0.1"], 2, "192.0.2.9"),
        (["0x7f.1"], 1, "192.0.2.9"),
        (["203.0.113.005"], 1, "192.0.2.9"),
    ],
)
def test_a_client_is_who_our_proxies_name_or_the_peer(
    lines: list[str], proxies: int, client: str
) -> None:
    assert networks.client(PEER, lines, proxies) == client


def test_a_peer_without_an_address_has_none() -> None:
    assert networks.client(None, [], 0) is None
    assert networks.client("testclient", ["nobody"], 1) is None


def test_a_network_is_what_one_party_owns() -> None:
    assert networks.network("192.0.2.9") == networks.network("::ffff:192.0.2.9") == "192.0.2.9"
    assert networks.network("2001:db8::1") == networks.network("2001:db8::ffff:2")
    assert networks.network("2001:db8::1") != networks.network("2001:db8:0:1::1")
    assert networks.network(None) == networks.network("x") == "unknown"
