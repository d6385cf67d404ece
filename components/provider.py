"""The OpenID provider, as Streamlit's `st.login` needs it. Touches private names: see its test."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit import auth_util, config, user_info
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from portal_data.auth import sealing
from portal_data.settings import Provider, Settings

_METADATA = "/.well-known/openid-configuration"


def secrets(settings: Settings) -> dict[str, Any] | None:
    """Return what `st.App` is to have as secrets of the provider, and prepare Streamlit for it.

    None where there is no provider. Call it before the server is made: what Streamlit signs on the
    way there and back must be readable by every process of the portal, and lives under its path.
    """
    provider = settings.provider
    if provider is None:
        return None
    key = sealing.derived("sign-in through a provider")
    config.set_option("server.cookieSecret", key)
    user_info.AUTH_LOGIN_ENDPOINT = f"{settings.path}/auth/login"  # type: ignore[misc]
    return {"auth": _section(provider, f"{settings.base_url}/oauth2callback", key)}


def claims_in(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the claims of the person in the cookies that Streamlit would set; None without any."""

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        if value is None:
            return None
        decoded: bytes | None = decode_signed_value(
            get_cookie_secret(), name, value.encode("latin-1")
        )
        return decoded

    found = auth_util.get_cookie_with_chunks(one, USER_COOKIE_NAME)
    claims = json.loads(found) if found else None
    return claims if isinstance(claims, dict) else None


def lead_there() -> None:
    """Let the browser go to the provider; it comes back to where it was."""
    st.login()


def _section(provider: Provider, redirect_uri: str, key: str) -> dict[str, Any]:
    return {
        "redirect_uri": redirect_uri,
        "cookie_secret": key,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret.get_secret_value(),
        "server_metadata_url": provider.issuer.rstrip("/") + _METADATA,
    }
