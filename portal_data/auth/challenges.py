"""What a right password, or a provider's proof, still needs to sign anybody in: a second factor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_data.auth.linked_accounts import Proof
from portal_data.auth.logins import Login
from portal_data.auth.sessions import Method
from portal_data.business import preferences
from portal_data.business.preferences import SecondFactor
from portal_data.errors import Conflict, NotAllowed
from portal_data.store import OpenSession
from portal_data.text.language import _

LIFETIME = timedelta(minutes=10)
"""How long a right password waits for its second factor."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A password or proof that was right: what its sign-in still needs is a second factor."""

    login: Login
    enrols: bool
    """The person has no second factor yet, and has to set one up."""
    issued_at: datetime
    proof: Proof | None = None
    """What a provider proved, when it was no password."""
    method: Method = "password"
    """What came before it where no provider did: a password, or a link from a mail."""

    def need(self, now: datetime) -> None:
        """Raise Conflict when it has waited too long."""
        if now > self.issued_at + LIFETIME:
            raise Conflict(_("That took too long. Sign in again."))


class CodeNeeded(NotAllowed):
    """The password is right, and signing in needs a second factor besides."""

    def __init__(self, challenge: Challenge) -> None:
        super().__init__(_("Signing in needs a code from your app."))
        self.challenge = challenge


def of(
    session: OpenSession, login: Login, now: datetime, proof: Proof | None = None
) -> Challenge | None:
    """Return what a login has to add to a right password, or to a `proof`; None for nothing."""
    required = wanted_of(session, login) is SecondFactor.REQUIRED
    if login.has_second_factor or required:
        return Challenge(login, not login.has_second_factor, now, proof)
    return None


def wanted_of(session: OpenSession, login: Login) -> SecondFactor:
    """Return whether the business wants a second factor of this person, of staff or a contact."""
    wanted = preferences.get(session)
    return wanted.staff_second_factor if login.staff_id else wanted.second_factor
