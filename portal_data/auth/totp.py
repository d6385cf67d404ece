"""Codes of authenticator apps (RFC 6238): a secret that an app learns, the step a code is of."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp

STEP = 30
"""Seconds for which a code is shown."""
CODE_LIMIT = 40
"""Characters that are read of a code."""

_DRIFT = 1  # steps that a clock may be off, either way


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that somebody's app is to learn; nothing is stored until a code confirms it."""

    secret: str
    address: str
    """What the QR code holds: an `otpauth:` address."""

    def __repr__(self) -> str:
        return "Enrolment()"

    @property
    def shown(self) -> str:
        """The secret in groups, for whoever types it into the app."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def enrolment(email: str, business: str) -> Enrolment:
    """Return a new secret for somebody's app, which shows it under these names."""
    secret = pyotp.random_base32()
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=business))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step that a code belongs to, near the present one; None when it is of none."""
    typed = "".join(code[:CODE_LIMIT].split())
    present = int(now.replace(tzinfo=UTC).timestamp()) // STEP
    app = pyotp.TOTP(secret, interval=STEP)
    steps = [present + off for off in range(-_DRIFT, _DRIFT + 1)]
    # all are compared, so that the time tells nothing
    found = [
        step
        for step in steps
        if secrets.compare_digest(app.generate_otp(step).encode(), typed.encode())
    ]
    return found[-1] if found else None
