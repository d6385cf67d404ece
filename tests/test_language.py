"""Languages: what is chosen for whom, and that nothing of one reader's reaches another."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from string import Formatter

import pytest

from portal_data import labels, store
from portal_data.auth import identity
from portal_data.billing import credit_notes, disputes, estimates, invoices, retainers
from portal_data.business import organisation
from portal_data.customers import own_details
from portal_data.errors import Invalid
from portal_data.projects import projects, time_entries, timesheets
from portal_data.scope import Scope
from portal_data.text import language
from portal_data.text.language import NP_, _, counted, grouped
from tests.conftest import NOW, Cast
from tools import catalogues


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("pt-BR,es;q=0.3,fr;q=0.8", "fr"),
        ("ja,zh;q=0.9", "en"),
        ("de;q=0,fr;q=0.1", "fr"),
        ("de;q=oops,es", "es"),
        ("", "en"),
        (None, "en"),
        (";;,,q=1" * 10_000, "en"),
    ],
)
def test_browsers_say_what_they_read(header: str | None, wanted: str) -> None:
    assert language.of_browser(header) == wanted


@pytest.mark.parametrize(
    ("wishes", "wanted"),
    [(("fr", "de"), "fr"), ((None, "DE_at"), "de"), (("ja", None), "en"), (("", "es"), "es")],
)
def test_first_language_that_there_is(wishes: tuple[str | None, ...], wanted: str) -> None:
    assert language.best(*wishes) == wanted


def test_whoever_reads_nothing_translated_has_the_business_locale() -> None:
    assert (language.current(), language.locale("de_AT")) == ("en", "de_AT")
    with language.reading("de"):
        assert (language.locale("de_AT"), language.locale("en_GB")) == ("de_AT", "de_DE")
    with language.reading("en"):
        assert (language.locale("de_AT"), language.locale("en_US")) == ("en_GB", "en_US")


def test_languages_of_readers_at_once_stay_apart() -> None:
    def read(name: str) -> set[str]:
        with language.reading(name):
            return {_("Sign out") for _each in range(200)} | {grouped(1_234)}

    names = list(language.LANGUAGES) * 8
    with ThreadPoolExecutor(8) as threads:
        found = dict(zip(names, threads.map(read, names), strict=True))
    assert found["de"] == {"Abmelden", "1.234"}
    assert found["en"] == {"Sign out", "1,234"}
    assert len({frozenset(each) for each in found.values()}) == len(found)


def test_what_people_wrote_is_no_template() -> None:
    with language.reading("de"):
        assert "{0.__class__}" in _("Switch to {customer}", customer="{0.__class__}")


def test_counted_takes_the_language_forms() -> None:
    assert counted(1, "{count} invoice", "{count} invoices") == "1 invoice"
    assert counted(1_200, "{count} invoice", "{count} invoices") == "1,200 invoices"


def test_a_constant_keeps_the_meaning_it_was_marked_with() -> None:
    paid = NP_("invoices", "Paid")
    assert paid == "Paid"
    with language.reading("fr"):
        for same in (paid, copy.deepcopy(paid), pickle.loads(pickle.dumps(paid))):  # noqa: S301
            assert _(same) == "Payées"
        assert _(labels.PAID) == "Payé"


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("invoice", invoices.Status),
        ("invoice", retainers.Status),
        ("estimate", estimates.Status),
        ("credit note", credit_notes.Status),
        ("dispute", disputes.State),
        ("project", projects.Status),
        ("timesheet", timesheets.Status),
        ("time entry", timesheets.Decision),
        ("time entry", time_entries.Status),
    ],
)
def test_states_have_words_for_their_kind(context: str, words: type[StrEnum]) -> None:
    """They agree with it in gender: screens ask for them in this context."""
    for name in language.LANGUAGES:
        known = catalogues.read(name)
        for word in words:
            found = known.get(word.value, context)
            assert name == language.SOURCE or (found and found.string), (name, word)


def test_contact_chooses_a_language(cast: Cast) -> None:
    before = _as_stored(cast.bob)
    own_details.choose_language(cast.bob, "fr")
    with pytest.raises(Invalid, match="Choose one of"):
        own_details.choose_language(cast.bob, "tlh")
    assert (before.language, _as_stored(cast.bob).language) == ("en", "fr")
    assert _as_stored(cast.alice).language == "en"


def test_without_a_choice_it_is_the_customers(alice: Scope) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.customers set language = 'es', version = version + 1 where id = $id",
            id=alice.customer_id,
        )
    assert _as_stored(alice).language == "es"


def test_days_and_amounts_follow_the_language(alice: Scope) -> None:
    with language.reading("de"):
        assert organisation.get(alice).locale == "de_DE"
    assert organisation.get(alice).locale == organisation.stored(alice).locale


def _as_stored(who: Scope) -> Scope:
    found = identity.scope_of(who.sign_in_id, NOW)
    assert isinstance(found, Scope)
    return found


def test_a_tax_that_names_its_rate_says_it_once() -> None:
    assert labels.named_tax("VAT 20%", "20\N{NO-BREAK SPACE}%") == "VAT 20%"
    assert labels.named_tax("TVA", "20\N{NO-BREAK SPACE}%") == "TVA 20\N{NO-BREAK SPACE}%"


def _places(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", [each for each in language.LANGUAGES if each != language.SOURCE])
def test_every_text_is_translated(name: str) -> None:
    """`python -m tools.catalogues` writes the catalogues anew; then what is new is translated."""
    wanted = {(each.context, each.id) for each in catalogues.extract() if each.id}
    stored = catalogues.read(name)
    assert {(each.context, each.id) for each in stored if each.id} == wanted
    assert catalogues.missing(stored) == []
    for each in stored:
        texts = each.string if isinstance(each.string, tuple) else (each.string,)
        whole = each.id if isinstance(each.id, str) else each.id[-1]
        for text in texts if each.id else ():
            assert _places(text) <= _places(whole), each.id
            if isinstance(each.id, str):
                assert _places(text) == _places(whole), each.id
