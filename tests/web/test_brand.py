"""The logo's address: for everybody, and for the current logo only."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import store
from portal_data.business import brand as brands
from portal_data.business import organisation
from portal_data.scope import Scope, Staff
from portal_data.web import brand
from tests.conftest import NOW, Cast
from tests.data.test_organisation import picture
from tests.web.conftest import as_person


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The logo's route alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=brand.ROUTES), base_url="https://portal.example") as made:
        yield made


def _address() -> str:
    logo = brands.current().logo
    assert logo is not None
    return f"/app/static/brand/{logo.sha256}.png"


def test_everybody_sees_the_logo_and_keeps_it(client: TestClient, cast: Cast, sam: Staff) -> None:
    organisation.set_logo(cast.owner, picture(), before=organisation.get(cast.owner), now=NOW)
    people: list[Scope | Staff | None] = [None, cast.alice, cast.charlie, sam, cast.owner]
    for who in people:
        answer = as_person(client, who).get(_address())
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "immutable" in answer.headers["cache-control"]


def test_a_logo_of_before_and_an_unknown_one_are_not_there(
    client: TestClient, owner: Staff
) -> None:
    organisation.set_logo(owner, picture(), before=organisation.get(owner), now=NOW)
    before = _address()
    organisation.set_logo(owner, picture(colour="teal"), before=organisation.get(owner), now=NOW)
    for path in (before, "/app/static/brand/0.png", "/app/static/brand/..%2f..%2fx.png"):
        assert client.get(path).status_code == 404, path
    assert client.get(_address()).status_code == 200
