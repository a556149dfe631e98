"""Addresses that stand outside a page: in mails and calendars."""

from flask import current_app


def public_url(path: str) -> str:
    """Return the full address of *path*, which begins with a slash."""
    return f"{current_app.config['BASE_URL']}{path}"
