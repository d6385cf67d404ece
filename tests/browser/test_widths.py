"""Every screen at four widths in both themes: nothing is cut, every column has its place.

All cases share one portal, one browser and a tab for each person, which is only made wider and
narrower: a screen is loaded once.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from tests.browser import extremes
from tools.browser import Portal, demo_portal, settle, sign_in

WIDTHS = {1440: 900, 1280: 800, 1024: 768, 390: 844}
CLIPPED = (Path(__file__).parent / "clipped.js").read_text(encoding="utf-8")
CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
ARABIC = "layla@nakheel.example"
LISTS = ("invoices", "estimates", "payments", "retainers", "credit_notes", "projects", "timesheets")
RECORDS = ("invoice?number=INV-X", "estimate?number=EST-X", "payment?number=PAY-X",
           "credit_note?number=CN-X", "retainer?number=RET-X")  # fmt: skip
SCREENS = [
    *((CUSTOMER, f"/{path}") for path in ("", *LISTS, "statement?period=all", "account")),
    *((CUSTOMER, f"/{path}-{place}") for path in RECORDS for place in range(3)),
    *((CUSTOMER, f"/{path} >") for path in LISTS),
    *((CUSTOMER, f"/{path}?q=%D8%AA >") for path in ("projects", "timesheets")),
    *((ARABIC, f"/{path}") for path in ("", "invoices", "payments", "statement?period=all")),
    *((STAFF, f"/{path}") for path in ("", "?status=owing", "security", "organisation",
                                       "preferences")),
    *((STAFF, f"/{path}-0") for path in RECORDS),
    (STAFF, "/?q=Brackenridge >"),
]  # fmt: skip


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's portal, with what is long and large among its books."""
    with demo_portal(tmp_path_factory.mktemp("portal"), extremes.add) as serving:
        yield serving


@pytest.fixture(scope="module")
def tabs(browser: Browser, portal: Portal) -> Iterator[dict[str, Page]]:
    """A tab of each person, signed in."""
    opened: list[BrowserContext] = []
    pages = {}
    for email in (CUSTOMER, ARABIC, STAFF):
        context = browser.new_context(locale="en-GB")
        opened.append(context)
        page = pages[email] = context.new_page()
        page.goto(portal.url)
        settle(page)
        sign_in(page, portal, email)
    yield pages
    for context in opened:
        context.close()


def show(page: Page, portal: Portal, path: str) -> None:
    """Load a screen, or with `>` the first record of a list."""
    path, _, opens = path.partition(" ")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(portal.url + path)
    settle(page)
    if opens:
        page.locator(".shown a.row").first.click()
        page.wait_for_selector(".pt-back")
        settle(page)


@pytest.mark.parametrize(("email", "path"), SCREENS)
def test_nothing_is_cut(tabs: dict[str, Page], portal: Portal, email: str, path: str) -> None:
    page = tabs[email]
    show(page, portal, path)
    assert page.get_by_text("not found").count() == 0
    found = {}
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            # two frames: one lays out, in the next one what watches sizes has answered
            page.evaluate("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))")
            cut = page.evaluate(CLIPPED)
            if cut:
                found[width, scheme] = cut[:12]
    assert found == {}, "\n".join(map(str, found.items()))


def test_a_printed_list_holds_its_columns_and_not_its_tools(
    tabs: dict[str, Page], portal: Portal
) -> None:
    page = tabs[CUSTOMER]
    show(page, portal, "/invoices?status=unpaid")
    balances = page.locator(".shown td.top-end").all_inner_texts()
    assert len(balances) > 5
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    printed = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    assert [each for each in balances if each not in printed] == []
    for tool in ("Download", "Partially paid 3", "Newest"):
        assert tool not in printed
