"""Security headers on every answer, and what may be cached."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERSONAL = (
    "/bookings/",
    "/invitations/",
    "/feeds/",
    "/organiser/",
    "/tickets/",
    "/addresses/",
    "/attendees/",
    "/handovers/",
    "/firms/",
    "/unsubscribe/",
    "/login",
    "/reset",
    "/change",
    "/dev/",
)


def init_app(app: Flask) -> None:
    """Add the headers to every answer of *app*."""
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if app.config["BASE_URL"].startswith("https://"):
        always.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        # Nothing else sets these, so they need not be looked for first.
        for name, value in always:
            headers.add(name, value)
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Frame-Options", "DENY")
        is_personal = request.path.startswith(PERSONAL)
        headers.setdefault("Referrer-Policy", "no-referrer" if is_personal else "same-origin")
        if is_personal:
            headers.setdefault("X-Robots-Tag", "noindex")
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = _cache_rule(response, is_personal)
        return response


def _cache_rule(response: Response, is_personal: bool) -> str:
    # A page that answers a POST must stay in the browser's history: no-store would empty the form
    # for whoever presses Back (tried in three engines).
    if request.method == "POST" and response.status_code != 303:
        return "private, no-cache"
    return "no-store" if is_personal else "private, no-cache"
