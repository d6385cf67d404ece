"""The business's logo, for everybody: also the sign-in page bears it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_data.business import brand


def logo(request: Request) -> Response:
    """GET /app/static/brand/<digest>.png: the logo while it is the current one, else 404."""
    current = brand.current().logo
    if current is None or current.sha256 != request.path_params["digest"]:
        return PlainTextResponse("Not found.", 404)
    # the address names the very bytes, so a browser never has to ask again
    headers = {"Cache-Control": "public, immutable, max-age=31536000"}
    return Response(current.png, media_type="image/png", headers=headers)


# below Streamlit's own address for static files, because its elements take no other address of ours
ROUTES = [Route("/app/static/brand/{digest}.png", logo)]
