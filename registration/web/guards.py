"""What a request must be before any view sees it: from our own pages, readable, and small."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

from registration.core import text
from registration.core.refusal import Refusal
from registration.core.tokens import new_nonce, signing_keys
from registration.web.body_limits import allow_promised, are_files_dropped


class ForeignForm(Refusal):
    """The form did not come from our own page."""

    status = 400
    code = "foreign-form"


class StaleForm(Refusal):
    """The form's key is missing, broken or too old."""

    status = 400
    code = "stale-form"


class HastyForm(Refusal):
    """The form came back sooner than a person can fill it in."""

    status = 422
    code = "hasty-form"


def init_app(app: Flask) -> None:
    """Answer only to the host in BASE_URL and, in development, to this machine."""
    host = urlsplit(app.config["BASE_URL"]).hostname or "localhost"
    own = f"[{host}]" if ":" in host else host
    local = [] if app.config["ENV"] == "production" else ["localhost", "127.0.0.1", "[::1]"]
    app.config["TRUSTED_HOSTS"] = sorted({own, *local})

    @app.before_request
    def refuse_foreign_and_unreadable() -> None:
        if request.method == "POST":
            _refuse_foreign()
            allow_promised(app)
            _refuse_unreadable()


def _refuse_foreign() -> None:
    """Refuse a POST that another site made the browser send (Fetch Metadata, RFC 6454 Origin).

    The public forms carry no cookie, so this and the form's own key are their whole defence.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_foreign = site == "cross-site"
    if origin and origin != "null" and origin != current_app.config["BASE_URL"]:
        # A proxy may pass the host on without its port, so the address that people use counts as well.
        is_foreign = is_foreign or urlsplit(origin).netloc != request.host
    if is_foreign:
        raise ForeignForm(_("This form was sent from another site. Open the page here and send it again."))


def _refuse_unreadable() -> None:
    """Read the form now, so that a broken body is a sentence here and never an empty form later."""
    is_read = are_files_dropped()
    if request.mimetype == "multipart/form-data" and not is_read and not _is_multipart_whole():
        raise BadRequest(_("The form arrived damaged. Go back and send it again."))
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise BadRequest(_("The form must be sent as UTF-8."))
    if len(request.form) > (request.max_form_parts or 0):
        raise BadRequest(_("The form has too many fields."))
    if any(not text.is_readable(name) for name in request.form):
        raise BadRequest(_("The form arrived damaged. Go back and send it again."))


def _is_multipart_whole() -> bool:
    """Say whether the body ends with its closing boundary; Werkzeug takes a torn one for an empty form."""
    boundary = request.mimetype_params.get("boundary", "")
    body = request.get_data(cache=True, parse_form_data=False)
    return bool(boundary) and f"--{boundary}--".encode("latin-1", "replace") in body


def form_key(purpose: str) -> str:
    """Return a fresh signed key for a form; with it the same form sent twice is known as one."""
    return _serializer(purpose).dumps(new_nonce())


def check_form_key(purpose: str, key: str, *, may_be_quick: bool = False) -> str:
    """Return the nonce inside *key*. Raises StaleForm or HastyForm with what to do next."""
    hours = current_app.config["FORM_HOURS"]
    try:
        nonce: str
        made_at: datetime
        nonce, made_at = _serializer(purpose).loads(key, max_age=hours * 3600, return_timestamp=True)
    except BadSignature:
        raise StaleForm(
            _(
                "This form was open for too long. Your answers are still here: check them and send "
                "the form again."
            )
        ) from None
    if not may_be_quick and datetime.now(UTC) - made_at < timedelta(
        seconds=current_app.config["FORM_SECONDS"]
    ):
        raise HastyForm(_("That was quick. Check your answers and press the button once more."))
    return nonce


def action_key(subject: str) -> str:
    """Return the key that forms on the page of *subject* carry; it needs no cookie and no time limit."""
    return _mac(signing_keys()[0], subject)


def check_action_key(subject: str, key: str) -> None:
    """Raise StaleForm unless *key* is that of *subject*."""
    if not any(hmac.compare_digest(_mac(secret, subject), key) for secret in signing_keys()):
        raise StaleForm(_("Please press the button once more: this page was out of date."))


def _mac(secret: str, subject: str) -> str:
    return hmac.new(secret.encode(), f"action:{subject}".encode(), hashlib.sha256).hexdigest()


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_keys()[::-1], salt=f"form:{purpose}")
