"""Letters: the words of every mail, as the payload of an outbox row.

A payload has `to`, `subject` and `body` (plain text, paragraphs apart by an empty line), and may
have `quote` (what a person wrote), `link` with `link_label`, `reply_to`, `from_name`,
`attachment`, which says what document is attached (see `output.attachments`), and `unsubscribe`,
the address that stops mails of its kind. `link` is wiped once the mail is sent.
"""

from collections.abc import Sequence
from typing import Any

from portal_data.settings import load
from portal_data.store import Session
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
    if by:
        inviting = f"{isolated(by)} of {isolated(customer)} invites you"
        subject = f"{inviting} to the customer portal of {isolated(business)}"
        sentence = f"{subject}: see"
    else:
        subject = f"{isolated(business)} invites you to its customer portal"
        sentence = (
            f"{isolated(business)} invites you to the customer portal of {isolated(customer)}: see"
        )
    return {
        "to": to,
        "subject": " ".join(subject.split()),
        "body": f"Hello {isolated(name)},\n\n"
        f"{sentence} estimates, invoices and statements in one place.\n\n"
        f"Your user name is {to}. Choose a password to begin. This link works once, for 72 hours.",
        "link": link,
        "link_label": "Accept invitation",
    }


def staff_invitation(to: str, name: str, business: str, by: str, link: str) -> dict[str, Any]:
    """The mail that lets a new member of staff in; its link holds for 72 hours."""
    return {
        "to": to,
        "subject": f"{isolated(by)} added you to the staff of {isolated(business)}",
        "body": f"Hello {isolated(name)},\n\n"
        f"{isolated(by)} gave you access to the customer portal of {isolated(business)} "
        "as staff.\n\n"
        f"Your user name is {to}. Choose a password to begin. This link works once, for 72 hours.",
        "link": link,
        "link_label": "Choose a password",
    }


def bank_details_changed(to: str, business: str, by: str, how_to_pay: str) -> dict[str, Any]:
    """The mail that tells owners where customers are asked to pay to from now on."""
    return {
        "to": to,
        "subject": f"The bank details of {isolated(business)} were changed",
        "body": f"{isolated(by)} changed the bank details that customers see on documents and "
        "when they pay. If this was not agreed, change them back at once and look at who is on the "
        f"team.\n\nFrom now on they are{':' if how_to_pay else ' empty.'}",
        "quote": how_to_pay or None,
        "link": address("organisation"),
        "link_label": "Open the organisation",
    }


def password_reset(to: str, business: str, link: str) -> dict[str, Any]:
    """The mail that lets somebody choose a new password; its link holds for one hour."""
    return {
        "to": to,
        "subject": f"Choose a new password for {isolated(business)}",
        "body": "Somebody asked for a new password for this e-mail address.\n\n"
        "If it was you, choose one with the link below. It works once, for one hour. "
        "If it was not you, do nothing: your password stays as it is.",
        "link": link,
        "link_label": "Choose a new password",
    }


def login_link(to: str, business: str, link: str) -> dict[str, Any]:
    """The mail that lets a contact sign in without a password; its link holds for 15 minutes."""
    return {
        "to": to,
        "subject": f"Sign in to the portal of {isolated(business)}",
        "body": "Somebody asked to sign in with this e-mail address.\n\n"
        "If it was you, go on with the link below. It works once, for 15 minutes. "
        "If it was not you, do nothing, and pass the link on to nobody.",
        "link": link,
        "link_label": "Sign in",
    }


def password_changed(to: str, business: str) -> dict[str, Any]:
    """The mail that tells somebody of a new password, in case it was somebody else's doing."""
    return {
        "to": to,
        "subject": f"Your password for {isolated(business)} was changed",
        "body": "The password of your portal account was changed just now, and every other browser "
        "was signed out.\n\n"
        "If that was not you, choose a new one at once with “Forgotten password” on the sign-in "
        "page, and tell us.",
        "link": address("forgotten"),
        "link_label": "Forgotten password",
    }


def account_linked(to: str, business: str, provider: str) -> dict[str, Any]:
    """The mail that tells somebody that an account elsewhere opens the portal as theirs."""
    return {
        "to": to,
        "subject": f"Another way to sign in to {isolated(business)}",
        "body": f"An account of {isolated(provider)} was linked: it signs you in from now on.\n\n"
        "If that was not you, unlink it under Security, choose a new password, and tell us.",
        "link": address("security"),
        "link_label": "Open Security",
    }


def second_factor(to: str, business: str, sentence: str) -> dict[str, Any]:
    """The mail that tells somebody what happened to their second factor."""
    return {
        "to": to,
        "subject": f"Your second factor for {isolated(business)}",
        "body": f"{sentence}\n\n"
        "If that was not you, choose a new password at once with “Forgotten password” on the "
        "sign-in page, and tell us.",
        "link": address("security"),
        "link_label": "Open Security",
    }


def review_request(to: str, name: str, business: str) -> dict[str, Any]:
    """The mail that asks a contact for a review."""
    return {
        "to": to,
        "subject": f"How was working with {isolated(business)}?",
        "body": f"Hello {isolated(name)},\n\n"
        "we would like to know what you think of our work: one to five stars, and a few words if "
        "you like. Nothing is published unless you agree to it.",
        "link": address("review"),
        "link_label": "Write a review",
    }


def review_answered(to: str, name: str, business: str, answer: str) -> dict[str, Any]:
    """The mail that brings the business's answer to whoever wrote a review."""
    return {
        "to": to,
        "subject": f"{isolated(business)} answered your review",
        "body": f"Hello {isolated(name)},\n\nthank you for your review. Our answer:",
        "quote": answer,
        "link": address("review"),
        "link_label": "Open your review",
    }


def tax_number_answered(
    to: str, name: str, business: str, number: str | None, confirmed: bool, reason: str | None
) -> dict[str, Any]:
    """The mail that tells a contact whether the tax number they asked for holds now."""
    asked = isolated(number) if number else "no tax number"
    said = "stands on documents from now on" if confirmed else "was not taken"
    done = "confirmed" if confirmed else "refused"
    return {
        "to": to,
        "subject": f"{isolated(business)} {done} your tax number",
        "body": f"Hello {isolated(name)},\n\n"
        f"you asked for {asked} as the tax number of your company. It {said}."
        + (" The reason:" if reason else ""),
        "quote": reason,
        "link": address("account"),
        "link_label": "Open your account",
    }


def forwarded(
    to: str, by: str, customer: str, business: str, title: str, note: str | None
) -> dict[str, Any]:
    """The mail that brings a document to somebody of the customer's, with a note of who sent it.

    It leads nowhere: whoever gets it may have no access.
    """
    what = f"{title} from {isolated(business)}"
    return {
        "to": to,
        "subject": " ".join(what.split()),
        "body": f"{isolated(by)} of {isolated(customer)} sends you {title[0].lower()}{title[1:]} "
        f"from {isolated(business)}. It is attached as a PDF."
        + (f"\n\n{isolated(by)} writes:" if note else ""),
        "quote": note,
    }


def activity(
    to: str, sentence: str, customer: str | None, page: str = "", quote: str | None = None
) -> dict[str, Any]:
    """The mail that tells what the other side did; `page` is what it was done to.

    Staff are told whose it is, a customer knows. `quote` is what somebody wrote.
    """
    about = f"{sentence} ({isolated(customer)})" if customer else sentence
    return {
        "to": to,
        "subject": " ".join(about.split()),
        "body": f"{about}{':' if quote else '.'}",
        "quote": quote,
        "link": address(page),
        "link_label": "Open it in the portal" if page else "Open the portal",
    }


def answered_by_link(body: str, quote: str | None, link: str) -> dict[str, Any]:
    """What a mail of an estimate says in place of leading to the portal: its link answers it."""
    return {
        "body": "With the link below you can read the estimate and accept or decline it, without "
        f"signing in. Whoever has this mail can do so: please do not pass it on.\n\n{body}",
        "quote": quote,
        "link": link,
        "link_label": "Read and answer the estimate",
    }


def digest(
    to: str, business: str, told: Sequence[tuple[str, str | None]], more: int
) -> dict[str, Any]:
    """The mail of several things that happened: sentences, with whose each is for staff.

    `more` is how many others there are.
    """
    count = len(told) + more
    lines = [f"• {words} ({isolated(whose)})" if whose else f"• {words}" for words, whose in told]
    if more:
        lines.append(f"… and {more} more")
    return {
        "to": to,
        "subject": f"{count} news from {isolated(business)}",
        "body": "This happened, and you have not read it yet:\n\n" + "\n".join(lines),
        "link": address("notifications"),
        "link_label": "Open your notifications",
    }
