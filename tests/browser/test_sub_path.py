"""A portal that lives under a path of a larger site, as its own address says."""

from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Response, expect

from tests.browser.conftest import Window
from tools.browser import Portal, demo_portal, settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's portal under /billing/portal, with a logo, whose address all screens bear."""
    folder = tmp_path_factory.mktemp("portal")
    logo = folder / "logo.png"
    Image.new("RGB", (64, 64), "#123456").save(logo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_LOGO", str(logo))
        with demo_portal(folder, path="/billing/portal") as serving:
            yield serving


def test_it_works_as_at_the_root(window: Open) -> None:
    opened = window()
    asked: list[Response] = []
    opened.context.on("response", lambda response: asked.append(response))
    page = opened.sign_in(ALICE, "/invoices?status=overdue")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    assert page.url == f"{opened.portal.url}/invoices?status=overdue"
    page.get_by_role("link", name="INV-").first.click()
    expect(page.get_by_role("heading", name="INV-")).to_be_visible()
    settle(page)
    pdf = page.get_by_role("link", name="PDF").evaluate("link => link.href")
    assert pdf.startswith(f"{opened.portal.url}/documents/invoice/")
    assert opened.context.request.get(pdf).body().startswith(b"%PDF")
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name="INV-")).to_be_visible()
    page.locator('[data-testid="stSidebarNavLink"]').first.click()
    expect(page.get_by_role("heading", name="Hello, Imogen")).to_be_visible()
    settle(page)
    assert page.url.rstrip("/") == opened.portal.url
    missed = [each.url for each in asked if each.status >= 400]
    outside = [each.url for each in asked if not each.url.startswith(opened.portal.url)]
    assert (missed, [url for url in outside if url.startswith("http")]) == ([], [])
    assert [each.url for each in asked if "/app/static/brand/" in each.url]
    assert opened.errors == []


def test_its_address_needs_no_slash_and_an_unknown_one_leads_home(window: Open) -> None:
    opened = window()
    page = opened.open("")
    assert page.url == f"{opened.portal.url}/"
    expect(page.get_by_label("E-mail")).to_be_visible()
    page.goto(f"{opened.portal.url}/invoices/?status=paid")
    assert page.url == f"{opened.portal.url}/invoices?status=paid"
    answer = page.goto(f"{opened.portal.url}/no/such")
    assert answer is not None
    assert answer.status == 404
    assert page.locator(".pt-logo").evaluate("picture => picture.naturalWidth") == 64
    page.get_by_role("link", name="Home").click()
    settle(page)
    expect(page.get_by_label("E-mail")).to_be_visible()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_is_hidden_at_the_root_is_hidden_there(window: Open, path: str) -> None:
    opened = window()
    answer = opened.context.request.get(opened.portal.url + path)
    assert (answer.status, answer.text()) == (404, "Not found.")
