"""Larger bodies, for the few pages that take files."""

from flask import Flask, current_app, request

_EXTENSION = "registration_upload_endpoints"


def init_app(app: Flask) -> None:
    """Let the endpoints that say so take MAX_UPLOAD; before anything reads the body."""
    app.extensions[_EXTENSION] = set()

    @app.before_request
    def allow_files() -> None:
        if request.endpoint in current_app.extensions[_EXTENSION]:
            request.max_content_length = current_app.config["MAX_UPLOAD"]


def take_files(app: Flask, *endpoints: str) -> None:
    """Let *endpoints* take files."""
    app.extensions[_EXTENSION].update(endpoints)
