"""Which passwords and e-mail addresses can be used."""

import re
import unicodedata
from typing import Any

import bcrypt
import pytest

from portal_data.auth import passwords
from portal_data.errors import Invalid
from portal_data.text import emails
from portal_data.text.normal_form import nfc

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
        ("x" * 1025, "shorter"),
        ("é" * 513, "shorter"),
        ("ichliebedich", "stolen"),
        ("Telechargement", "stolen"),
        ("three\0otters!", "typed"),
        ("ada.lovelace@example.com", "e-mail"),
        ("ADA.LOVELACE@example.com", "e-mail"),
        ("Ada Lovelace", "e-mail or name"),
        ("lovelace, ada example", "e-mail or name"),
        ("passwordpassword", "easy to guess"),
        ("password1234", "stolen"),
        ("qwertyuiop12!", "easy to guess"),
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
    assert hashed.startswith("$bcrypt-sha256$$2b$04$")
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


def test_every_byte_of_a_long_password_counts() -> None:
    hashed = passwords.make_hash("a" * 100, 4)
    assert passwords.matches("a" * 100, hashed, 4)
    assert not passwords.matches("a" * 99 + "b", hashed, 4)
    assert not passwords.matches("a" * 99, hashed, 4)


def test_64_characters_of_any_script_are_a_password() -> None:
    cjk = "".join(chr(0x4E00 + 37 * number) for number in range(64))
    for password in (cjk, "".join(chr(0x1F600 + number * 29 % 64) for number in range(64))):
        assert passwords.problem(password, *KNOWN) is None
        hashed = passwords.make_hash(password, 4)
        assert passwords.matches(password, hashed, 4)
        assert not passwords.matches(password[:-1] + "一", hashed, 4)


def test_hashes_of_before_still_match_and_are_outdated() -> None:
    hashed = bcrypt.hashpw(b"three otters juggling", bcrypt.gensalt(4)).decode()
    assert passwords.matches("three otters juggling", hashed, 4)
    assert not passwords.matches("three otters jugglinG", hashed, 4)
    # bcrypt read no further than 72 bytes, so such a password was never taken
    cut = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()
    assert not passwords.matches("a" * 73, cut, 4)
    assert passwords.outdated(hashed, 4)
    renewed = passwords.make_hash("three otters juggling", 4)
    assert not passwords.outdated(renewed, 4)
    assert passwords.outdated(renewed, 5)


def test_what_is_too_long_is_never_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 kB of unsorted combining marks took half a minute to normalise, without letting go."""
    marks = "a" + "\u0301" * 150_000 + "\u0323" * 150_000
    hashed = passwords.make_hash("three otters juggling", 4)
    longest = 0
    normalize = unicodedata.normalize

    def measured(form: Any, text: str) -> str:
        nonlocal longest
        longest = max(longest, len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", measured)
    assert "shorter" in (passwords.problem(marks, *KNOWN) or "")
    assert not passwords.matches(marks, hashed, 4)
    assert passwords.normalised(marks) == marks
    with pytest.raises(Invalid, match="shorter"):
        passwords.make_hash(marks, 4)
    with pytest.raises(Invalid):
        emails.normalise(f"ada@{marks}.com")
    assert longest <= passwords.MAX_BYTES


def test_normal_form_has_no_long_run_of_marks() -> None:
    for text in ("a\u0323\u0301", "ế", "각", "né", "กำ", "数" * 40, "é" * 40, "\u0301" * 30):
        assert nfc(text) == unicodedata.normalize("NFC", text)
    for text in ("a" + "\u0301\u0323" * 5_000, "\u0344" * 5_000, "ế\u0301" + "\u0323" * 5_000):
        runs = re.findall(r"[\u0300-\u034e\u0350-\u036f]+", unicodedata.normalize("NFD", nfc(text)))
        assert max(map(len, runs)) <= 32
        assert len(nfc(text).replace("\u034f", "")) >= len(text) / 2


def test_substitutes_for_letters_are_judged_without_their_combinations() -> None:
    """The judge of passwords tries every combination of them: these kept it two seconds."""
    assert passwords.problem("4@8({[<369&#!1/|0$5+7%2zZ" * 3) is None
    for bad in (
        "p4$$w0rd1234",
        "P@$$w0rd!2345",
        "l3tm31nl3tm31n",
        "1l0v3y0u12345",
        "5up3rm4n!2345",
    ):
        assert passwords.problem(bad) is not None, bad


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
