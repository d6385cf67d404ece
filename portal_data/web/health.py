"""Health for load balancers and containers: is the process up, can it serve."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_data import runtime

log = logging.getLogger("portal.health")


def healthz(_request: Request) -> Response:
    """GET /healthz: the process answers."""
    return JSONResponse({"ok": True})


def readyz(_request: Request) -> Response:
    """GET /readyz: the store answers and the worker is alive; 503 otherwise.

    Anybody may ask, so what is wrong is only logged.
    """
    faults = runtime.faults()
    if faults:
        log.error("not ready: %s", "; ".join(faults))
    return JSONResponse({"ok": not faults}, 503 if faults else 200)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
