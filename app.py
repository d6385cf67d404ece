"""The server: HTTP routes and middleware around the Streamlit app. `streamlit run app.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from components import tuning
from portal_data import runtime, settings
from portal_data.web import documents, exports, health, sessions
from portal_data.web.middleware import Guard, log_as_json
from portal_data.web.static import Precompressed, content_security_policy

HERE = Path(__file__).resolve().parent
CLIENT = Path(st.__file__).parent / "static"


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, bool]]:
    """Open the store and start the worker before the first request; close both at the end."""
    log_as_json()
    runtime.start(settings.load())
    tuning.settle_heap()
    try:
        yield {"ready": True}
    finally:
        runtime.stop()


app = st.App(
    HERE / "components" / "shell.py",
    lifespan=lifespan,
    routes=[*health.ROUTES, *sessions.ROUTES, *documents.ROUTES, *exports.ROUTES],
    middleware=[
        Middleware(
            Guard,
            content_security_policy=content_security_policy((CLIENT / "index.html").read_text()),
            secure=settings.load().secure,
        ),
        Middleware(Precompressed, folder=CLIENT.parent),
    ],
    on_script_error=tuning.on_script_error,
)
