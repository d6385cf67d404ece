"""Settings: environment variables `PORTAL_*` over the `[portal]` table of secrets.toml, strict."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.abc import Traversable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from portal_data.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ROOT / ".streamlit" / "secrets.toml"


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID provider through which people may sign in."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    name: str


class Settings(BaseSettings):
    """One installation's settings. An unknown or ill-typed one stops the start with its name."""

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database: str = "duckdb:///data/portal.duckdb"
    """Where the books are: `duckdb:///relative/path`, `duckdb:////absolute/path` or `postgresql://…`."""
    data_dir: Path = Path("data")
    """Folder for mail files, uploads and backups; relative to the project."""
    publish_minutes: int = Field(default=15, ge=0, le=1440)
    """After changes, publish for analysts at most this often; 0 publishes only when asked."""
    logo: Path | None = None
    """PNG or JPEG that is the logo until staff upload one; relative to the project."""
    base_url: str = "http://localhost:8501"
    """The address customers use; links in mails start with it. https switches on Secure cookies."""
    demo: bool | None = None
    """Fill an empty store with the demo organisation at the first start. Its sign-ins are public:
    unless this says so, only a portal at localhost is filled."""
    smtp_host: str | None = None
    """Mail server; without one, mails are written to `data_dir`/outbox as .eml files."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Port of the mail server."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the mail server is protected."""
    smtp_user: str | None = None
    """User name at the mail server."""
    smtp_password: SecretStr | None = None
    """Password at the mail server."""
    mail_from: str | None = None
    """Sender address of mails; the organisation's address when not set."""
    bcrypt_cost: int = Field(default=12, ge=4, le=15)
    """Work factor of password hashes: each step doubles the time of a sign-in."""
    secret_key: SecretStr | None = Field(default=None, min_length=32)
    """Seals the secrets of second factors; when not set, `data_dir`/secret.key is made and used."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front; their X-Forwarded-For entries are believed."""

    oidc_issuer: str | None = None
    """OpenID provider through which people may sign in: its issuer, as it writes it itself."""
    oidc_client_id: str | None = None
    """What the portal is called there; its redirect address is `base_url`/oauth2callback."""
    oidc_client_secret: SecretStr | None = None
    """The portal's secret there."""
    oidc_name: str = Field(default="your organisation", min_length=1, max_length=40)
    """What people call the provider: Continue with …"""

    stripe_secret_key: SecretStr | None = None
    """Key of the Stripe account that cards and bank accounts are charged by; sk_test_… of its
    test mode, where no money moves."""
    stripe_webhook_secret: SecretStr | None = None
    """Secret of the endpoint there that sends the portal its events; while it changes, the old and
    the new one with a comma between."""

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, text: str | None) -> str | None:
        """Refuse what could be read or changed on its way, except on this machine."""
        parts = urlsplit(text or "https://x")
        local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not (parts.scheme == "https" or local) or not parts.hostname or parts.query:
            raise ValueError("Write it as https://accounts.example.com.")
        return text

    @model_validator(mode="after")
    def _provider_is_whole(self) -> "Settings":
        """Refuse half a provider: people would find a button that leads nowhere."""
        given = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret]
        if any(given) and not all(given):
            raise ValueError(
                "PORTAL_OIDC_ISSUER, PORTAL_OIDC_CLIENT_ID and PORTAL_OIDC_CLIENT_SECRET are set "
                "together."
            )
        return self

    @field_validator("stripe_secret_key", "stripe_webhook_secret")
    @classmethod
    def _is_of_stripe(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Refuse one in the other's place, and the publishable key, which can do nothing."""
        text = secret.get_secret_value().strip() if secret is not None else ""
        if not text:
            return None
        key = info.field_name == "stripe_secret_key"
        begins = ("sk_", "rk_") if key else ("whsec_",)
        parts = [text] if key else text.split(",")
        if not all(part.strip().startswith(begins) for part in parts):
            raise ValueError(f"It begins with {' or '.join(begins)}.")
        return SecretStr(text)

    @model_validator(mode="after")
    def _stripe_is_whole(self) -> "Settings":
        """Refuse half of it: payments would be made, and nobody would hear what became of them."""
        if (self.stripe_secret_key is None) != (self.stripe_webhook_secret is None):
            raise ValueError(
                "PORTAL_STRIPE_SECRET_KEY and PORTAL_STRIPE_WEBHOOK_SECRET are set together."
            )
        return self

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, text: str) -> str:
        """Refuse what browsers would never name as an origin: pages there could not connect."""
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("Write it as https://portal.example.com or http://localhost:8501.")
        parts.port  # noqa: B018 - raises ValueError for a port that is no number
        return text.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of belief: arguments, environment, secrets.toml."""
        return init_settings, env_settings, _PortalTable(settings_cls, SECRETS)

    @property
    def provider(self) -> Provider | None:
        """The OpenID provider, when there is one."""
        if self.oidc_issuer is None or not self.oidc_client_id or self.oidc_client_secret is None:
            return None
        return Provider(
            self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_name
        )

    @property
    def stripe_webhook_secrets(self) -> list[str]:
        """The secrets of Stripe's endpoint: two while they change."""
        if self.stripe_webhook_secret is None:
            return []
        return [part.strip() for part in self.stripe_webhook_secret.get_secret_value().split(",")]

    @property
    def data_path(self) -> Path:
        """`data_dir` as an absolute path."""
        return self.data_dir if self.data_dir.is_absolute() else ROOT / self.data_dir

    @property
    def origin(self) -> str:
        """The origin of `base_url` as browsers write it: scheme, host and port if unusual."""
        parts = urlsplit(self.base_url.lower())
        host = (parts.hostname or "").encode("idna").decode()
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        host = f"[{host}]" if ":" in host else host
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}"

    @property
    def path(self) -> str:
        """The path of `base_url`, under which the portal lives: `/portal`; empty at the root."""
        return urlsplit(self.base_url).path.rstrip("/")

    @property
    def fills_with_demo(self) -> bool:
        """True when an empty store is to be filled with the demo organisation."""
        if self.demo is not None:
            return self.demo
        return urlsplit(self.base_url).hostname in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        """True when customers come over https, so cookies must never travel without it."""
        return self.base_url.startswith("https://")


class _PortalTable(TomlConfigSettingsSource):
    """The `[portal]` table; other tables of secrets.toml belong to Streamlit."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, object]:
        table = super()._read_file(file_path).get("portal", {})
        return dict(table)


@lru_cache(maxsize=1)
def load() -> Settings:
    """Read the settings once.

    Raises Invalid with the setting's name when a value cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"PORTAL_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise Invalid(f"The settings cannot be used. {faults}") from error
