"""The session's cookie: for https alone wherever https is spoken."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


class Sessions(SecureCookieSessionInterface):
    """Marks the cookie Secure by BASE_URL, and also when this very request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Say whether browsers shall send the cookie by https only."""
        return super().get_cookie_secure(app) or request.is_secure
