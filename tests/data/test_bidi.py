"""Names of another direction stand apart in sentences and subjects."""

from portal_data.messaging import activity, templates
from portal_data.text import bidi
from portal_data.text.bidi import isolated

NAME = "ليلى الخطيب"


def test_only_names_from_right_to_left_are_set_apart() -> None:
    assert isolated("Alice Test") == "Alice Test"
    assert isolated(NAME) == f"\u2068{NAME}\u2069"
    assert isolated(f"{NAME}\u2069\u202e") == f"\u2068{NAME}\u2069"


def test_sentences_and_subjects_keep_their_order() -> None:
    told = activity.sentence(NAME, "payment.received", "INV-001206")
    assert told == f"\u2068{NAME}\u2069 paid INV-001206"
    mail = templates.activity("rowan@larkspur.example", told, "شركة", "invoice?number=INV-001206")
    assert mail["subject"] == f"\u2068{NAME}\u2069 paid INV-001206 (\u2068شركة\u2069)"
    assert mail["link"].endswith("/invoice?number=INV-001206")


def test_what_is_listed_keeps_its_order_and_leaves_out_what_is_empty() -> None:
    assert bidi.listed("PAY-1", None, "", NAME, "Cash") == f"PAY-1 · \u2068{NAME}\u2069 · Cash"
    assert bidi.listed(None) == ""
