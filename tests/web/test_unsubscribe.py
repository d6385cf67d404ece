"""The link in mails that stops mails of one kind, over the wire: followed, pressed, by programs."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from components import unsubscribe_page
from portal_data import store
from portal_data.messaging import delivery, unsubscribing
from portal_data.messaging.delivery import Channel
from portal_data.messaging.topics import Topic
from portal_data.web import unsubscribe
from portal_data.web.middleware import Guard
from tests.catalogues import Translate
from tests.conftest import NOW, Cast
from tests.web import wire
from tools.browser import Portal

ORIGIN = "https://portal.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The route behind the guard, as the portal has it."""
    routes = unsubscribe.routes(unsubscribe_page.page, "/")
    guard = Middleware(Guard, content_security_policy="", origin=ORIGIN, proxies=0)
    with TestClient(Starlette(routes=routes, middleware=[guard]), base_url=ORIGIN) as opened:
        yield opened


@pytest.fixture
def path(cast: Cast) -> str:
    """The path of the link in a mail to Alice about a comment."""
    with store.system_writing() as session:
        address = unsubscribing.address(
            session, customer_id=cast.alice.customer_id, recipient_id=cast.alice.contact_id,
            kind="contact", of=Topic.COMMENTS, now=NOW,
        )  # fmt: skip
    return address.removeprefix(ORIGIN)


def stopped(cast: Cast) -> bool:
    """Whether Alice gets no more mails of comments."""
    return not delivery.get(cast.alice).wants(Topic.COMMENTS, Channel.MAIL)


def test_following_the_link_asks_and_changes_nothing(
    client: TestClient, cast: Cast, path: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = client.request(method, path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert not stopped(cast)
    page = client.get(path).text
    assert '<form method="post">' in page
    assert "Comments" in page
    for told in (cast.alice.name, cast.alice.email, "Alder"):
        assert told not in page


@pytest.mark.parametrize(
    "headers",
    [
        {},  # as mail programs send it: no origin, no cookie
        {"Origin": ORIGIN},
        {"Origin": "null"},
    ],
)
def test_a_post_stops_them_and_twice_is_as_once(
    client: TestClient, cast: Cast, path: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        answer = client.post(path, data=ONE_CLICK, headers=headers)
        assert answer.status_code == 200
        assert "Stopped" in answer.text
        assert "set-cookie" not in answer.headers
        assert stopped(cast)
    assert delivery.get(cast.bob) == delivery.Delivery()


def test_links_that_are_not_ours_are_all_the_same(
    client: TestClient, cast: Cast, path: str
) -> None:
    wrong = [f"{path[:-2]}AA", "/unsubscribe/x", f"/unsubscribe/comments.{'0' * 32}.{'A' * 43}"]
    answers = [client.request(method, each) for each in wrong for method in ("GET", "POST")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert not stopped(cast)
    assert client.post(f"{path}/more").status_code in (403, 404)
    assert client.put(path, headers={"Origin": ORIGIN}).status_code == 405


def test_nothing_else_is_posted_from_elsewhere(client: TestClient) -> None:
    for path in ("/unsubscribe", "/unsubscribing/x", "/auth/logout", "/x/unsubscribe/y"):
        assert client.post(path).status_code == 403, path


def test_the_portal_answers_with_its_own_page(portal: Portal) -> None:
    status, headers, body = wire.request(portal, "GET", "/unsubscribe/comments.x")
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    assert b"This link is not valid" in body
    assert b"<script" not in body
    assert wire.request(portal, "POST", "/unsubscribe/comments.x")[0] == 404


def test_the_page_is_in_the_language_of_whom_the_mail_went_to(
    client: TestClient, cast: Cast, path: str, translated: Translate
) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, language = 'de' where id = $id",
            id=cast.alice.contact_id,
        )
    french = {"Accept-Language": "fr-CH,fr;q=0.9,en;q=0.8"}
    for method, told in (("GET", "de‹Stop these mails?›"), ("POST", "de‹Stopped›")):
        page = client.request(method, path, headers=french).text
        assert page.startswith('<!doctype html><html lang="de">')
        assert told in page
        assert "de‹Comments›" in page


def test_a_link_of_nobody_is_refused_in_the_language_of_the_browser(
    client: TestClient, path: str, translated: Translate
) -> None:
    french = {"Accept-Language": "fr-CH,fr;q=0.9,en;q=0.8"}
    assert "fr‹This link is not valid›" in client.get(f"{path}x", headers=french).text
    assert client.get(f"{path}x").text.startswith('<!doctype html><html lang="en">')
