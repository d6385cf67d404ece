"""The page of a public link that pays as nobody, and the staff's dialog of such links."""

import pytest

from portal_data import store
from portal_data.billing import pay_links
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import collecting
from portal_data.payments.collecting import Collector
from portal_data.payments.providers import Providers
from portal_data.scope import Scope, Staff
from tests.conftest import Cast
from tests.factories import make_invoice
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_signing_in import _shell
from tests.payments.scripted import Scripted
from tests.people import rows, token_of

DEAD = "This link is not valid"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What takes the payments."""
    made = Scripted()
    collector = Collector(Providers([made]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return made


@pytest.fixture
def token(cast: Cast, sam: Staff, provider: Scripted) -> str:
    """A link of Alice's open invoice."""
    preferences.change(cast.owner, now=utc_now(), public_pay_links=True, pay_online=True)
    make_invoice(cast.alice, number="INV-1", day=TODAY, subject="Hedges <b>")
    make_invoice(cast.alice, number="INV-2", day=TODAY)
    return token_of(pay_links.create(sam, "INV-1", TODAY, key=new_id(), now=utc_now()))


def _page(token: str, **more: str) -> Screen:
    return Screen(_shell("pay_link", token=token, **more))


def making() -> None:
    """Press Public link on an invoice."""
    from components.staff import pay_links

    pay_links.dialog("INV-1")


def test_nobody_reads_and_begins_to_pay_one_invoice(token: str, alice: Scope) -> None:
    shown = _page(token)
    for words in ("Invoice INV-1", "Hedges", "Alder Ltd", "£100.00", "Unpaid", "Fern & Bloom Ltd",
                  "This link works until", "Sign in to see everything"):  # fmt: skip
        assert words in shown.html, words
    assert f"documents/public/invoice.pdf?token={token}" in shown.html
    for words in ("INV-2", alice.name, alice.email, "History", "Sam"):
        assert words not in shown.html, words
    assert [each.label for each in shown.app.button] == [
        r"Pay £100\.00", "Pay by bank transfer",
    ]  # fmt: skip
    shown.app.button[0].click().run()
    assert not shown.app.exception
    (attempt,) = rows("select status, link_id, contact_id from core.payment_attempts")
    assert (attempt["status"], attempt["contact_id"]) == ("created", None)
    again = _page(token)
    assert "Not paid yet" in again.html
    assert [each.label for each in again.app.button] == ["Cancel payment"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("status = 'void'", "Nothing is to be paid."),
        ("balance_minor = 0", "Paid in full. Thank you!"),
        ("pending_minor = 10000", "£100.00 is on its way."),
    ],
)
def test_what_is_not_to_be_paid_says_why(token: str, change: str, words: str) -> None:
    with store.system_writing() as session:
        session.change(
            f"update core.invoices set version = version + 1, {change} where number = 'INV-1'"
        )
    shown = _page(token)
    assert words in shown.html
    assert not shown.app.button


def test_dead_links_get_one_page(token: str, cast: Cast, sam: Staff) -> None:
    told = {_page(each).html for each in ("made up", "", "x" * 5_000)}
    (link,) = pay_links.of_invoice(sam, "INV-1")
    pay_links.revoke(sam, link.id, now=utc_now())
    told.add(_page(token).html)
    assert len(told) == 1
    assert DEAD in told.pop()
    assert not _page(token).app.button


def test_who_comes_back_elsewhere_is_told_to_open_the_link(token: str) -> None:
    shown = _page("", back="1")
    assert "Open your link again" in shown.html
    assert "INV-1" not in shown.html


def test_staff_make_and_revoke_a_link(token: str, cast: Cast, sam: Staff, screen: Open) -> None:
    page = screen(sam, "invoice", number="INV-1")
    assert "Public link" in page.controls().values()
    shown = opened(making, sam)
    next(each for each in shown.app.button if each.label == "Make a link").click()
    made = [each.value for each in shown.rerun().app.code]
    assert len(made) == 1
    assert "/pay_link?token=" in made[0]
    assert len(pay_links.of_invoice(sam, "INV-1")) == 2
    preferences.change(cast.owner, now=utc_now(), public_pay_links=False)
    assert "Public link" not in screen(sam, "invoice", number="INV-1").controls().values()
