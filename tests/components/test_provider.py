"""What Streamlit is given to lead people to a provider, and the private names that are read."""

from collections.abc import Iterator
from secrets import token_hex

import pytest
from streamlit import auth_util, config, user_info
from streamlit.runtime.secrets import AttrDict, secrets_singleton
from streamlit.web.server.starlette import starlette_auth_routes as routes

from components import provider
from portal_data import settings
from portal_data.errors import Invalid

GIVEN = {
    "OIDC_ISSUER": "https://id.example/",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret of the client",
    "BASE_URL": "https://example.com/billing",
}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Offer a provider, and give Streamlit back as it was."""
    for name, given in GIVEN.items():
        monkeypatch.setenv(f"PORTAL_{name}", given)
    monkeypatch.setattr(user_info, "AUTH_LOGIN_ENDPOINT", user_info.AUTH_LOGIN_ENDPOINT)
    monkeypatch.setattr(secrets_singleton, "_secrets", None)
    before = config.get_option("server.cookieSecret")
    settings.load.cache_clear()
    yield monkeypatch
    config.set_option("server.cookieSecret", before)
    settings.load.cache_clear()


def test_streamlit_knows_the_provider_and_the_way_back(configured: pytest.MonkeyPatch) -> None:
    given = provider.secrets(settings.load())
    assert given is not None
    assert given["auth"]["redirect_uri"] == "https://example.com/billing/oauth2callback"
    assert given["auth"]["server_metadata_url"] == (
        "https://id.example/.well-known/openid-configuration"
    )
    configured.setattr(secrets_singleton, "_secrets", AttrDict(given))
    auth_util.validate_auth_credentials("default")  # raises when a key is missing
    there = user_info.generate_login_redirect_url("default")
    assert there.startswith("/billing/auth/login?provider=")


def test_what_streamlit_would_keep_is_read_as_it_wrote_it(configured: pytest.MonkeyPatch) -> None:
    provider.secrets(settings.load())
    claims = {"sub": "s-1", "note": token_hex(6000)}  # in several cookies
    set_by_streamlit: dict[str, str] = {}
    auth_util.set_cookie_with_chunks(
        lambda name, value: set_by_streamlit.update(
            {name: routes._create_signed_value_wrapper(name, value).decode()}
        ),
        routes._create_signed_value_wrapper,
        routes.USER_COOKIE_NAME,
        claims,
        cookie_attr_size=100,
    )
    assert len(set_by_streamlit) > 2
    assert provider.claims_in(set_by_streamlit) == claims
    assert provider.claims_in({}) is None
    first = next(iter(set_by_streamlit))
    assert provider.claims_in({first: "forged"}) is None


@pytest.mark.usefixtures("configured")
def test_a_portal_without_a_provider_gives_streamlit_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"PORTAL_OIDC_{name}")
    settings.load.cache_clear()
    assert provider.secrets(settings.load()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_ISSUER", ""),
        ("OIDC_ISSUER", "http://id.example"),
        ("OIDC_ISSUER", "id.example"),
        ("OIDC_ISSUER", "https://id.example?x=1"),
        ("OIDC_NAME", ""),
    ],
)
def test_half_a_provider_stops_the_start(
    configured: pytest.MonkeyPatch, name: str, value: str
) -> None:
    configured.setenv(f"PORTAL_{name}", value)
    settings.load.cache_clear()
    with pytest.raises(Invalid, match="PORTAL_"):
        settings.load()
