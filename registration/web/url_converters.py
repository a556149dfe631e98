"""Numbers in addresses: those that a database can hold."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

# The largest whole number that every database holds.
LAST = 2**63 - 1


class Number(IntegerConverter):
    """A whole number; a longer one than any id names nothing, so its page is not found."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:
        super().__init__(url_map, *args, **({"max": LAST} | options))


def init_app(app: Flask) -> None:
    """Let `<int:…>` in the addresses of *app* mean such a number."""
    app.url_map.converters["int"] = Number
