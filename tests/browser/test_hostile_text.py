"""Words that would act if they were not text, in every field at once, on every screen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from portal_data import store
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.ids import new_id
from portal_data.scope import Role, Scope, Staff
from tests.browser.screens import CUSTOMER, SCREENS, STAFF
from tests.hostile_text import ACTING, ENTRIES, SHORT, Books
from tools.browser import SIZES, Portal, demo_portal, settle, sign_in

_ACTED = """() => [
  window.acted && "a script ran",
  ...[...document.querySelectorAll('img[src="x"], a[href^="javascript" i], [onerror]')]
    .map(found => found.outerHTML.slice(0, 200)),
  ...[...document.querySelectorAll("strong, b, em, s, del")]
    .filter(found => ["bold", "b"].includes(found.textContent.trim()))
    .map(found => "formatted: " + found.outerHTML),
  document.body.innerText.includes("<class") && "a format string was filled in",
].filter(Boolean)"""
_RECORDS = """
    select '/invoice?number=' || number as address from core.invoices where number like 'INV-H-%'
    union all
    select '/estimate?number=' || number from core.estimates where number like 'EST-H-%'
    union all
    select '/customer?id=' || id::text from core.customers where id = $customer_id
    order by address
"""


def _add() -> None:
    """Type into every field as Imogen and as a member of staff."""
    with store.system_reading() as session:
        who = session.one(
            "select customer_id, id from core.contacts where email = $email order by id",
            email=CUSTOMER,
        )
        staff_id = session.value("select id from core.staff where email = $e order by id", e=STAFF)
    assert who is not None
    scope = Scope(
        who["customer_id"], who["id"], new_id(), Role.ADMIN, "Imogen", CUSTOMER, "B", "en"
    )
    staff = Staff(staff_id, new_id(), Role.OWNER, "Rowan", STAFF)
    books = Books(scope, staff, _folder(), utc_now())
    for name, typed in ENTRIES.items():
        for text in (ACTING, SHORT):
            try:
                typed(books, text)
            except PortalError:  # a telephone number is no such text, for one
                continue
            else:
                _typed.add(name)
                break
    with store.system_reading() as session:
        found = session.rows(_RECORDS, customer_id=who["customer_id"])
    _records.extend(row["address"] for row in found)


_typed: set[str] = set()
_records: list[str] = []
_place: list[Path] = []


def _folder() -> Path:
    return _place[-1] / "files"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with such words wherever they are taken."""
    _place.append(tmp_path_factory.mktemp("hostile"))
    with demo_portal(_place[-1], _add) as serving:
        yield serving


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, portal: Portal) -> Iterator[Page]:
    """A tab of somebody, which notes what acts and every error."""
    width, height = SIZES["desktop"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = context.new_page()
    page.goto(portal.url)
    settle(page)
    sign_in(page, portal, request.param)
    yield page
    context.close()


@pytest.mark.parametrize("page", [CUSTOMER, STAFF], indirect=True)
def test_nothing_acts_on_any_screen(page: Page, portal: Portal, request: Any) -> None:
    email = request.node.callspec.params["page"]
    happened: list[str] = []
    page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("popup", lambda other: happened.append(other.url))
    addresses = [
        path for who, path in SCREENS if who == email and ">" not in path and "X" not in path
    ]
    seen = ""
    for path in [*addresses, *_records]:
        if email == CUSTOMER and path.startswith("/customer"):
            continue
        page.goto(portal.url + path)
        settle(page)
        assert page.evaluate(_ACTED) == [], path
        seen += page.locator("body").inner_text()
    assert happened == []
    assert seen.count("<img src=x onerror=window.acted=1>") > 15  # it was there to act
    assert len(_typed) > 25
