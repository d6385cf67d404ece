"""Every mail, as the payload of an outbox row; the words are the files of `messaging.letters`.

They are in the language that is written now: whoever writes to somebody does it within
`language.reading` of that person's. A payload has `to`, `language`, `subject` and `body` (plain
text, paragraphs apart by an empty line), and may have `quote` (what a person wrote), `link` with
`link_label`, `reply_to`, `from_name`, `attachment`, which says what document is attached (see
`output.attachments`), and `unsubscribe`, the address that stops mails of its kind. `link` is wiped
once the mail is sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal_data.messaging import letters
from portal_data.settings import load
from portal_data.store import Session
from portal_data.text import language
from portal_data.text.bidi import isolated

_NAME = "select name from organisation order by name"


def business_name(session: Session) -> str:
    """Return what the business calls itself in mails."""
    return str(session.value(_NAME) or "Customer portal")


def address(page: str, token: str | None = None) -> str:
    """Return the full address of a page, with the token that opens it."""
    query = f"?token={token}" if token else ""
    return f"{load().base_url.rstrip('/')}/{page}{query}"


def invitation(
    to: str, name: str, business: str, customer: str, link: str, by: str | None = None
) -> dict[str, Any]:
    """The mail that lets a contact in; its link holds for 72 hours.

    `by` is the colleague who invites; without one, the business does.
    """
    names = {"name": name, "business": business, "customer": customer, "by": by}
    return _letter("invitation", to, names, link=link)


def staff_invitation(to: str, name: str, business: str, by: str, link: str) -> dict[str, Any]:
    """The mail that lets a new member of staff in; its link holds for 72 hours."""
    return _letter(
        "staff_invitation", to, {"name": name, "business": business, "by": by}, link=link
    )


def bank_details_changed(to: str, business: str, by: str, how_to_pay: str) -> dict[str, Any]:
    """The mail that tells owners where customers are asked to pay to from now on."""
    link = address("organisation")
    names = {"business": business, "by": by}
    return _letter("bank_details_changed", to, names, link=link, quote=how_to_pay or None)


def password_reset(to: str, business: str, link: str) -> dict[str, Any]:
    """The mail that lets somebody choose a new password; its link holds for one hour."""
    return _letter("password_reset", to, {"business": business}, link=link)


def login_link(to: str, business: str, link: str) -> dict[str, Any]:
    """The mail that lets a contact sign in without a password; its link holds for 15 minutes."""
    return _letter("login_link", to, {"business": business}, link=link)


def data_ready(to: str, name: str, business: str, days: int) -> dict[str, Any]:
    """The mail that says that the file of all data can be downloaded, by whoever signs in."""
    names = {"name": name, "business": business}
    return _letter("data_ready", to, names, link=address("account"), days=days)


def password_changed(to: str, business: str) -> dict[str, Any]:
    """The mail that tells somebody of a new password, in case it was somebody else's doing."""
    return _letter("password_changed", to, {"business": business}, link=address("forgotten"))


def account_linked(to: str, business: str, provider: str) -> dict[str, Any]:
    """The mail that tells somebody that an account elsewhere opens the portal as theirs."""
    names = {"business": business, "provider": provider}
    return _letter("account_linked", to, names, link=address("security"))


def second_factor(to: str, business: str, sentence: str) -> dict[str, Any]:
    """The mail that tells somebody what happened to their second factor.

    The `sentence` is one of the catalogues.
    """
    link = address("security")
    return _letter("second_factor", to, {"business": business}, link=link, sentence=sentence)


def review_request(to: str, name: str, business: str) -> dict[str, Any]:
    """The mail that asks a contact for a review."""
    names = {"name": name, "business": business}
    return _letter("review_request", to, names, link=address("review"))


def review_answered(to: str, name: str, business: str, answer: str) -> dict[str, Any]:
    """The mail that brings the business's answer to whoever wrote a review."""
    names = {"name": name, "business": business}
    return _letter("review_answered", to, names, link=address("review"), quote=answer)


def tax_number_answered(
    to: str, name: str, business: str, number: str | None, confirmed: bool, reason: str | None
) -> dict[str, Any]:
    """The mail that tells a contact whether the tax number they asked for holds now."""
    return _letter(
        "tax_number_answered",
        to,
        {"name": name, "business": business, "number": number},
        link=address("account"),
        quote=reason,
        confirmed=confirmed,
    )


def forwarded(
    to: str, by: str, customer: str, business: str, title: str, note: str | None
) -> dict[str, Any]:
    """The mail that brings a document to somebody of the customer's, with a note of who sent it.

    It leads nowhere: whoever gets it may have no access.
    """
    names = {"by": by, "customer": customer, "business": business}
    return _letter("forwarded", to, names, quote=note, title=title)


def activity(
    to: str,
    sentence: str,
    customer: str | None,
    page: str = "",
    quote: str | None = None,
    answering: str | None = None,
) -> dict[str, Any]:
    """The mail that tells what the other side did; `page` is what it was done to.

    Staff are told whose it is, a customer knows. `quote` is what somebody wrote. `answering` is a
    link that answers an estimate without a sign-in, in place of the portal's.
    """
    about = {"about": _of(sentence, customer), "page": page, "answering": answering}
    return _letter("activity", to, {}, link=answering or address(page), quote=quote, **about)


def digest(
    to: str, business: str, told: Sequence[tuple[str, str | None]], more: int
) -> dict[str, Any]:
    """The mail of several things that happened: sentences, with whose each is for staff.

    `more` is how many others there are.
    """
    return _letter(
        "digest",
        to,
        {"business": business},
        link=address("notifications"),
        count=len(told) + more,
        sentences=[_of(sentence, customer) for sentence, customer in told],
        more=more,
    )


def reminder(
    to: str,
    name: str,
    business: str,
    number: str | None,
    count: int,
    told: Sequence[Sequence[str]],
    totals: Sequence[str],
    page: str,
) -> dict[str, Any]:
    """The mail that reminds of invoices: one by its `number`, or how many they are.

    `told` are the sentences about each of the first ones; `totals` are amounts, one a currency.
    """
    return _letter(
        "reminder",
        to,
        {"name": name, "business": business, "number": number},
        link=address(page),
        count=count,
        invoices=[[_of(sentence, None) for sentence in each] for each in told],
        totals=totals,
        more=count - len(told),
    )


def autopay(
    kind: str, to: str, names: Mapping[str, str | None], page: str, **values: Any
) -> dict[str, Any]:
    """A mail of auto-pay: `names` has name, business, number and method; `page` is the invoice."""
    return _letter(kind, to, names, link=address(page), account=address("account"), **values)


def _letter(
    name: str,
    to: str,
    names: Mapping[str, str | None],
    *,
    link: str | None = None,
    quote: str | None = None,
    **values: Any,
) -> dict[str, Any]:
    """Return a letter as a payload; `names` are lines that people wrote, kept apart in it."""
    apart = {key: isolated(" ".join(each.split())) if each else None for key, each in names.items()}
    written = letters.write(name, {"to": to, "quote": quote, **apart, **values})
    payload = {
        "to": to,
        "language": language.current(),
        "subject": written.subject,
        "body": written.body,
        "quote": quote,
    }
    return {**payload, "link": link, "link_label": written.label} if link else payload


def _of(sentence: str, customer: str | None) -> str:
    """Return what happened, and with whom where that needs to be told."""
    line = " ".join(sentence.split())
    return f"{line} ({isolated(customer)})" if customer else line
