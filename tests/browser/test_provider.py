"""Signing in through a real OpenID provider, in a real browser."""

from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import Portal, demo_portal, settle
from tools.provider import OpenIdProvider, serve

ALICE = "imogen@brackenridge.example"
BOTH = "noor@ledgerline.example"
OWNER = "rowan@larkspur.example"
Open = Callable[..., Window]


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    """A provider whose people have the e-mails of the demo's."""
    with serve() as serving:
        for name, email in (("alice", ALICE), ("both", BOTH), ("owner", OWNER)):
            serving.person(name, email=email, email_verified=True)
        serving.person("unverified", email=ALICE, email_verified=False)
        serving.person("unknown", email="nobody@nowhere.example", email_verified=True)
        yield serving


@pytest.fixture(scope="module")
def portal(provider: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's portal under a path, with the provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_OIDC_ISSUER", provider.issuer)
        patch.setenv("PORTAL_OIDC_CLIENT_ID", "portal")
        patch.setenv("PORTAL_OIDC_CLIENT_SECRET", "secret")
        patch.setenv("PORTAL_OIDC_NAME", "Example")
        with demo_portal(tmp_path_factory.mktemp("portal"), path="/billing") as serving:
            yield serving


def _through(page: Page, subject: str) -> None:
    """Go to the provider from the sign-in form, and come back as somebody there."""
    page.get_by_role("button", name="Continue with Example").click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.wait_for_selector('[data-testid="stMain"]')
    settle(page)


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_text("Sign out", exact=True).click()
    page.wait_for_selector('[data-testid="stMain"]')
    expect(page.get_by_role("button", name="Continue with Example")).to_be_visible()
    settle(page)


def test_a_deep_link_survives_the_way_there_and_back(window: Open) -> None:
    opened = window(fresh=True)
    page = opened.open("/invoices?status=overdue")
    _through(page, "alice")
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    assert page.url == f"{opened.portal.url}/invoices?status=overdue"
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()


def test_signing_out_ends_it_and_no_cookie_brings_it_back(window: Open) -> None:
    opened = window(fresh=True)
    page = opened.open("/")
    _through(page, "alice")
    expect(page.get_by_role("heading", name="Hello, Imogen")).to_be_visible()
    held = opened.context.cookies()
    assert not [each["name"] for each in held if "_streamlit_user" in each["name"]]
    _sign_out(page)
    thief = window(fresh=True)
    thief.context.add_cookies(held)
    page = thief.open("/")
    expect(page.get_by_role("button", name="Continue with Example")).to_be_visible()
    expect(page.get_by_role("heading", name="Hello")).to_have_count(0)


@pytest.mark.parametrize("subject", ["unverified", "unknown", "somebody else"])
def test_who_is_not_invited_reads_why_once(window: Open, subject: str) -> None:
    opened = window(fresh=True)
    page = opened.open("/invoices")
    _through(page, subject)
    expect(page.get_by_test_id("stAlert")).to_contain_text("opens nothing here")
    assert page.evaluate("location.href") == f"{opened.portal.url}/invoices"
    assert "INV-" not in page.locator("body").inner_text()
    page.reload()
    settle(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_who_acts_for_two_customers_switches_as_ever(window: Open) -> None:
    page = window(fresh=True).open("/")
    _through(page, "both")
    expect(page.get_by_role("heading", name="Hello, Noor")).to_be_visible()
    before = page.locator("body").inner_text()
    page.get_by_role("button", name="Your account").click()
    names = ("O’Malley", "Siân")
    other = next(name for name in names if page.get_by_role("menuitem", name=name).count())
    page.get_by_role("menuitem", name=other).click()
    settle(page)
    expect(page.get_by_role("heading", name="Hello, Noor")).to_be_visible()
    assert page.locator("body").inner_text() != before


def test_a_person_sees_and_unlinks_the_account_and_so_does_an_owner(window: Open) -> None:
    page = window(fresh=True).open("/security")
    _through(page, "alice")
    expect(page.get_by_text("Linked on")).to_be_visible()
    page.get_by_role("button", name="Unlink").click()
    settle(page)
    expect(page.get_by_text("None yet.")).to_be_visible()
    staff = window(fresh=True).open("/team")
    _through(staff, "owner")
    expect(staff.get_by_role("heading", name="Team")).to_be_visible()


def test_a_second_factor_is_asked_for_on_the_way_back(window: Open) -> None:
    page = window(fresh=True).open("/security")
    _through(page, "alice")
    page.get_by_role("button", name="Set up").click()
    key = page.locator(".pt-key").inner_text().replace(" ", "")
    page.get_by_role("dialog").get_by_role("textbox", name="Password").fill("Demo-portal-2026")
    page.get_by_role("dialog").get_by_label("Code").fill(pyotp.TOTP(key).now())
    page.get_by_role("dialog").get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("button", name="I have kept them")).to_be_visible()
    codes = page.locator("code").last.inner_text().split()
    again = window(fresh=True).open("/invoices")
    _through(again, "alice")
    expect(again.get_by_label("Code")).to_be_visible()
    assert "INV-" not in again.locator("body").inner_text()
    again.get_by_label("Code").fill("000000")
    again.get_by_role("button", name="Sign in", exact=True).click()
    expect(again.get_by_test_id("stAlert").first).to_be_visible()
    again.get_by_label("Code").fill(codes[0])
    again.get_by_role("button", name="Sign in", exact=True).click()
    expect(again.get_by_role("heading", name="Invoices")).to_be_visible()
    settle(again)
    _sign_out(again)
    _through(again, "alice")
    expect(again.get_by_label("Code")).to_be_visible()
    again.get_by_text("Sign in as somebody else").click()
    expect(again.get_by_role("button", name="Continue with Example")).to_be_visible()
