"""The business's own details: who may change them, what they may hold, and two editors at once."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from portal_data import store
from portal_data.business import brand, logos, organisation
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.people import at_once, mails, rows

IBAN = "GB33 BUKB 2020 1555 5555 55"


def picture(size: tuple[int, int] = (300, 100), colour: str = "navy", kind: str = "PNG") -> bytes:
    """Return an image file."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format=kind)
    return file.getvalue()


def test_an_owner_changes_it_and_customers_see_it_at_once(cast: Cast) -> None:
    before = organisation.get(cast.owner)
    assert organisation.get(cast.alice).phone is None
    after = organisation.change(
        cast.owner,
        {"phone": " +44  1632 960200 ", "iban": "gb33bukb20201555555555", "bic": "bukbgb22",
         "email": "Post@Fern.example", "website": "fern.example", "accent": "#00aa55"},
        before=before,
        now=NOW,
    )  # fmt: skip
    assert (after.phone, after.email) == ("+44 1632 960200", "post@fern.example")
    assert (after.iban, after.bic, after.accent) == (IBAN, "BUKBGB22", "#00AA55")
    assert after.website == "https://fern.example"
    assert organisation.get(cast.alice) == organisation.get(cast.owner) == after
    assert after.how_to_pay == (
        f"Fern & Bloom Ltd\nIBAN {IBAN} · BIC BUKBGB22\nIBAN GB00 TEST 0000"
    )
    (entry,) = rows("select event, details, visible, actor_name from core.activity order by event")
    assert (entry["event"], entry["visible"]) == ("organisation.changed", False)
    assert entry["actor_name"] == "Olive"
    assert f"IBAN: empty → {IBAN}" in entry["details"]


def test_what_is_emptied_is_gone_and_what_is_the_same_leaves_no_trace(owner: Staff) -> None:
    before = organisation.get(owner)
    assert organisation.change(owner, {"name": before.name}, before=before, now=NOW) == before
    assert rows("select event from core.activity order by event") == []
    assert organisation.change(owner, {"bank_details": ""}, before=before, now=NOW).how_to_pay == ""


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("name", "  ", "cannot be empty"),
        ("name", "x" * 121, "under 120 characters; this has 121"),
        ("name", "Fern\x07", "control character"),
        ("email", "nobody", "e-mail address such as"),
        ("website", "javascript:alert(1)", "web address"),
        ("website", "https://", "web address"),
        ("website", "http://[", "web address"),
        ("iban", "GB33 BUKB 2020 1555 5555 56", "check digits"),
        ("iban", "hello", "check digits|not an IBAN"),
        ("bic", "BUKB", "8 or 11"),
        ("sort_code", "12-34-5", "six digits"),
        ("account_number", "12 34", "eight digits"),
        ("timezone", "Europe/Nowhere", "not a timezone"),
        ("locale", "xx_YY", "not a locale"),
        ("locale", "en", "not a locale"),
        ("accent", "blue", "hexadecimal"),
    ],
)
def test_what_cannot_be_used_is_named_at_its_field(
    owner: Staff, field: str, text: str, says: str
) -> None:
    before = organisation.get(owner)
    with pytest.raises(InvalidFields, match=says) as refused:
        organisation.change(owner, {"phone": "1", field: text}, before=before, now=NOW)
    assert set(refused.value.fields) == {field}
    assert organisation.get(owner) == before


def test_every_wrong_field_is_named_at_once(owner: Staff) -> None:
    before = organisation.get(owner)
    with pytest.raises(InvalidFields) as refused:
        organisation.change(owner, {"iban": "1", "bic": "1", "email": "1"}, before=before, now=NOW)
    assert set(refused.value.fields) == {"iban", "bic", "email"}
    with pytest.raises(Invalid, match="no field slug"):
        organisation.change(owner, {"slug": "x"}, before=before, now=NOW)


def test_sort_code_and_account_number_stand_together(owner: Staff) -> None:
    before = organisation.get(owner)
    with pytest.raises(InvalidFields, match="Account number") as refused:
        organisation.change(owner, {"sort_code": "123456"}, before=before, now=NOW)
    assert set(refused.value.fields) == {"account_number"}
    both = {"sort_code": "12 34 56", "account_number": "123 4567", "bank_details": ""}
    after = organisation.change(owner, both, before=before, now=NOW)
    assert after.how_to_pay.splitlines()[1:] == ["Sort code 12-34-56 · Account number 01234567"]


def test_every_owner_hears_of_new_bank_details(owner: Staff, sam: Staff) -> None:
    before = organisation.get(owner)
    organisation.change(owner, {"phone": "1"}, before=before, now=NOW)
    assert mails("mail.bank_details_changed") == []
    organisation.change(owner, {"iban": IBAN}, before=before, now=NOW)
    (mail,) = mails("mail.bank_details_changed")  # not ordinary staff
    assert mail["to"] == owner.email
    assert f"IBAN {IBAN}" in mail["quote"]
    assert mail["body"].startswith("Olive changed")


def test_two_owners_do_not_overwrite_each_other(owner: Staff) -> None:
    seen = organisation.get(owner)
    organisation.change(owner, {"phone": "1"}, before=seen, now=NOW)
    with pytest.raises(Conflict, match="Phone"):
        organisation.change(owner, {"phone": "2", "city": "Ely"}, before=seen, now=NOW)
    assert organisation.get(owner).city is None
    organisation.change(owner, {"city": "Ely"}, before=seen, now=NOW)  # another field is no quarrel
    assert (organisation.get(owner).phone, organisation.get(owner).city) == ("1", "Ely")


def test_of_many_at_once_one_wins(owner: Staff) -> None:
    seen = organisation.get(owner)
    done, refused = at_once(
        lambda n: organisation.change(owner, {"phone": str(n)}, before=seen, now=NOW), 8
    )
    assert (len(done), len(refused)) == (1, 7)
    assert organisation.get(owner).phone == done[0].phone


def test_only_owners_change_it(sam: Staff, alice: Scope, owner: Staff) -> None:
    before = organisation.get(sam)
    for who in (sam, replace_role(owner)):
        with pytest.raises(NotAllowed):
            organisation.change(who, {"phone": "1"}, before=before, now=NOW)
        with pytest.raises(NotAllowed):
            organisation.set_logo(who, picture(), before=before, now=NOW)
    with pytest.raises(AttributeError):
        organisation.change(alice, {"phone": "1"}, before=before, now=NOW)  # type: ignore[arg-type]
    assert organisation.get(sam) == before


def replace_role(owner: Staff) -> Staff:
    """Return an owner who has become ordinary staff."""
    from portal_data.scope import Role

    return replace(owner, role=Role.STAFF)


def test_a_logo_is_drawn_again_and_replaced(owner: Staff, db: store.Store) -> None:
    organisation.set_logo(owner, picture((3000, 1000)), before=organisation.get(owner), now=NOW)
    first = brand.current().logo
    assert first is not None
    assert (first.width, first.height) == (660, 220)
    organisation.set_logo(owner, picture(kind="JPEG"), before=organisation.get(owner), now=NOW)
    second = brand.current().logo
    assert second is not None
    assert second.png.startswith(b"\x89PNG")
    assert second.sha256 != first.sha256
    assert rows("select sha256 from core.logos order by sha256") == [{"sha256": second.sha256}]
    assert db.check_integrity() == []
    organisation.set_logo(owner, None, before=organisation.get(owner), now=NOW)
    assert brand.current().logo is None
    assert rows("select sha256 from core.logos order by sha256") == []
    details = rows("select details from core.activity order by happened_at, id")
    assert [row["details"] for row in details] == ["Logo", "Logo", "Logo: removed"]


def test_two_logos_do_not_overwrite_each_other(owner: Staff) -> None:
    seen = organisation.get(owner)
    organisation.set_logo(owner, picture(colour="navy"), before=seen, now=NOW)
    with pytest.raises(Conflict, match="logo meanwhile"):
        organisation.set_logo(owner, picture(colour="teal"), before=seen, now=NOW)


def test_nothing_but_the_picture_survives() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    file = BytesIO()
    Image.new("RGB", (300, 100), "navy").save(file, format="PNG", pnginfo=notes)
    kept = logos.prepare(file.getvalue() + b"<script>alert(2)</script>")
    assert b"script" not in kept.png


def test_transparent_margins_are_cut_off() -> None:
    wide = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    wide.paste((0, 0, 128, 255), (100, 150, 300, 200))
    file = BytesIO()
    wide.save(file, format="PNG")
    kept = logos.prepare(file.getvalue())
    assert (kept.width, kept.height, kept.wide) == (200, 50, True)


def bomb() -> bytes:
    """Return a small PNG of 25 million pixels."""
    file = BytesIO()
    Image.new("1", (5_000, 5_000)).save(file, format="PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (lambda: b"", "no picture"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no picture"),
        (lambda: picture()[:200], "no picture"),
        (lambda: picture(kind="GIF"), "no picture"),
        (lambda: picture(kind="BMP"), "no picture"),
        (bomb, "million pixels"),
        (lambda: b"\0" * (logos.UPLOAD_LIMIT + 1), "under 2 MB"),
        (lambda: picture((300, 8)), "at least 16 pixels"),
        (lambda: picture(colour="white"), "nearly white"),
    ],
)
def test_a_logo_that_cannot_be_used_is_refused(upload: object, says: str) -> None:
    assert callable(upload)
    with pytest.raises(Invalid, match=says):
        logos.prepare(upload())
