"""Random tokens: what a link or cookie carries, and the digest the store keeps of it."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token of 256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what the store keeps of a token: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
