"""The server: HTTP routes and middleware around the Streamlit app. `streamlit run app.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from components import demo_gateway_page, index_page, not_found, provider, tuning, unsubscribe_page
from components.browser import protocol
from portal_data import runtime, screens, settings
from portal_data.auth import identity
from portal_data.web import (
    analytics,
    brand,
    deadlines,
    demo_gateway,
    documents,
    exports,
    health,
    openid,
    payments,
    sessions,
    sockets,
    unsubscribe,
)
from portal_data.web.index import Index
from portal_data.web.logs import bound_all, log_as_json
from portal_data.web.media import Media
from portal_data.web.middleware import FROM_OUTSIDE, Guard
from portal_data.web.prefix import Prefix
from portal_data.web.static import Precompressed, content_security_policy
from portal_data.web.uploads import Uploads

HERE = Path(__file__).resolve().parent
CLIENT = Path(st.__file__).parent / "static"
SIGNED_OUT, SIGNED_IN = (index_page.page(CLIENT, signed_in=each) for each in (False, True))
SETTINGS = settings.load()
tuning.take_base_path(SETTINGS.path)
tuning.bound_uploads()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, bool]]:
    """Open the store and start the worker before the first request; close both at the end."""
    log_as_json()
    tuning.forbid_outgoing_calls()
    tuning.stop_watching_files()
    tuning.cache_theme()
    tuning.take_turns()
    tuning.batch_messages()
    deadlines.install(proxies=SETTINGS.trusted_proxies, message_limit=sockets.MESSAGE_LIMIT)
    runtime.start(SETTINGS)
    tuning.settle_heap()
    bound_all()
    try:
        yield {"ready": True}
    finally:
        runtime.stop()


app = st.App(
    HERE / "components" / "shell.py",
    lifespan=lifespan,
    secrets=provider.secrets(SETTINGS),
    routes=[
        *health.ROUTES,
        *sessions.ROUTES,
        *documents.ROUTES,
        *exports.ROUTES,
        *analytics.ROUTES,
        *brand.ROUTES,
        *payments.ROUTES,
        *unsubscribe.routes(unsubscribe_page.page, f"{SETTINGS.path}/"),
        *demo_gateway.routes(demo_gateway_page.page, f"{SETTINGS.path}/"),
    ],
    middleware=[
        Middleware(Prefix, path=SETTINGS.path),
        Middleware(
            Guard,
            content_security_policy=content_security_policy(SIGNED_IN),
            origin=SETTINGS.origin,
            proxies=SETTINGS.trusted_proxies,
            provider=SETTINGS.provider is not None,
        ),
        Middleware(
            openid.OpenId,
            path=SETTINGS.path,
            origin=SETTINGS.origin,
            proxies=SETTINGS.trusted_proxies,
            claims_in=provider.claims_in,
        ),
        Middleware(
            sockets.SocketGuard,
            policy=sockets.Policy(
                origin=SETTINGS.origin,
                secure=SETTINGS.secure,
                proxies=SETTINGS.trusted_proxies,
                kind_of=protocol.kind_of,
            ),
        ),
        Middleware(Uploads),
        Middleware(Media),
        Middleware(
            Precompressed,
            folders={"/static": CLIENT / "static", "/app/static": index_page.STATIC},
            hashed=("/static/",),
        ),
        Middleware(
            Index,
            signed_out=SIGNED_OUT,
            signed_in=SIGNED_IN,
            cookie=identity.cookie_name(SETTINGS.secure),
            known=screens.ADDRESSES,
            moved=screens.MOVED,
            missing=not_found.page,
            root=f"{SETTINGS.path}/",
            own_pages=(*FROM_OUTSIDE, demo_gateway.PREFIX),
            secret=screens.BY_LINK,
        ),
    ],
    on_script_error=tuning.on_script_error,
)
