"""Addresses that stand outside a page: in mails and calendars; and those that people typed."""

from urllib.parse import urlsplit

from flask import current_app


def public_url(path: str) -> str:
    """Return the full address of *path*, which begins with a slash."""
    return f"{current_app.config['BASE_URL']}{path}"


def web_url(typed: str) -> str:
    """Return *typed* if a browser may be sent there, else nothing: `javascript:` is an address too."""
    try:
        parts = urlsplit(typed)
    except ValueError:
        return ""
    return typed if parts.scheme in ("http", "https") and parts.netloc else ""
