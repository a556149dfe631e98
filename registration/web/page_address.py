"""Where the page stands whose form was sent."""

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter


def page_address() -> str:
    """Return the path of the page whose form was sent: its own, or the nearest one above; or nothing."""
    adapter = current_app.create_url_adapter(request)
    path = request.path
    while adapter is not None and path.strip("/"):
        for one in (path, f"{path}/"):
            if _is_page(adapter, one):
                return one
        path = path.rstrip("/").rpartition("/")[0]
    return ""


def _is_page(adapter: MapAdapter, path: str) -> bool:
    try:
        adapter.match(path, method="GET")
    except HTTPException:
        return False
    return True
