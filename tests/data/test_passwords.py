"""Which passwords and e-mail addresses can be used."""

import bcrypt
import pytest

from portal_data import emails, passwords
from portal_data.errors import Invalid

KNOWN = ("ada.lovelace@example.com", "Ada Lovelace")


@pytest.mark.parametrize(
    "good",
    ["three otters juggling", "correct horse battery", "zażółć gęślą jaźń", "R7#pl9!vQz2m", "数" * 5
     + "字母密码安全测试长词语"],
)  # fmt: skip
def test_long_unguessable_passwords_are_good(good: str) -> None:
    assert passwords.problem(good, *KNOWN) is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "at least 12"),
        ("short", "at least 12"),
        ("           x", "at least 12"),
        ("x" * 73, "shorter"),
        ("é" * 37, "shorter"),
        ("three\0otters!", "typed"),
        ("ada.lovelace@example.com", "e-mail"),
        ("ADA.LOVELACE@example.com", "e-mail"),
        ("Ada Lovelace", "e-mail or name"),
        ("passwordpassword", "easy to guess"),
        ("password1234", "easy to guess"),
        ("qwertyuiop123", "easy to guess"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("abcdefghijklm", "easy to guess"),
        ("adalovelace1", "easy to guess"),
        ("letmeinletmein", "easy to guess"),
    ],
)
def test_short_long_own_and_common_passwords_are_not(bad: str, reason: str) -> None:
    assert reason in (passwords.problem(bad, *KNOWN) or "")
    with pytest.raises(Invalid, match=reason):
        passwords.require_good(bad, *KNOWN)


def test_a_hash_matches_its_password_alone() -> None:
    hashed = passwords.make_hash("three otters juggling", 4)
    assert hashed.startswith("$2b$04$")
    assert hashed != passwords.make_hash("three otters juggling", 4)
    assert passwords.matches("three otters juggling", hashed, 4)
    assert not passwords.matches("three otters jugglinG", hashed, 4)
    assert not passwords.matches("", hashed, 4)
    assert not passwords.matches("nobody", None, 4)  # the decoy opens nothing
    assert not passwords.matches("", None, 4)


def test_without_a_hash_the_same_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda _, hashed: compared.append(hashed[:7]) or False)
    for cost in (4, 6):
        passwords.matches("three otters juggling", None, cost)
    assert compared == [b"$2b$04$", b"$2b$06$"]


def test_the_same_word_typed_elsewhere_is_the_same_password() -> None:
    hashed = passwords.make_hash("cafe\u0301 cafe\u0301 cafe\u0301", 4)
    assert passwords.matches(" caf\u00e9 caf\u00e9 caf\u00e9 ", hashed, 4)


def test_what_bcrypt_would_cut_off_never_matches() -> None:
    hashed = passwords.make_hash("a" * 72, 4)
    assert not passwords.matches("a" * 73, hashed, 4)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("o'neill+x@mail.example.co.uk", "o'neill+x@mail.example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_spelling(typed: str, stored: str) -> None:
    assert emails.normalise(typed) == stored


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "ada@", "@example.com", "ada@example", "a da@example.com", "ada@exa mple.com",
        "ada@@example.com", "ada@example.com, b@example.com", "ada@example.com\nBcc: b@example.com",
        "<ada@example.com>", "ada.@example.com", ".ada@example.com", "a..b@example.com",
        "ada@-example.com", "ada@example..com", f"{'a' * 65}@example.com", f"a@{'b' * 64}.com",
        f"a@{'b.' * 130}com", "ada@[127.0.0.1]", '"ada"@example.com', "ada@example.com\0",
    ],
)  # fmt: skip
def test_other_text_is_no_address(text: str) -> None:
    with pytest.raises(Invalid):
        emails.normalise(text)
