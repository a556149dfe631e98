"""A form that was refused comes back on its own page, with all that was typed and what to do."""

import re
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from flask import Flask, Response, current_app, render_template, request
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.core.database import db
from registration.core.refusal import Refusal
from registration.web.locale import asks_language
from registration.web.page_address import page_address
from registration.web.refill import is_typed, refill

_ATTENDEE = re.compile(r"attendees-(\d{1,3})-")
_MAIN = '<main id="main" tabindex="-1">'
_NATIVE = "registration_forms_that_keep"
# What would make the inner request another one than a plain look at the page.
_LEFT_OUT = (
    "werkzeug.request",
    "werkzeug.debug.preserve_context",
    "flask._preserve_context",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_ORIGIN",
)


@dataclass(frozen=True)
class Again:
    """The form's page as it was typed, or None where there is none now; *needs_sign_in* says why."""

    response: Response | None
    needs_sign_in: bool = False


def init_app(app: Flask) -> None:
    """Answer a form that asks only for another language, before its own view would take it for sent."""

    @app.before_request
    def change_language() -> ResponseReturnValue | None:
        if request.method != "POST" or request.endpoint in app.extensions.get(_NATIVE, ()):
            return None
        if not asks_language():
            return None
        again = page_again(status=422, must_place=False)
        if again.response is None:
            raise Refusal(_("This page cannot be shown again now. Nothing was saved."))
        return again.response


def keeps_itself(app: App, *endpoints: str) -> None:
    """Note that the forms of *endpoints* answer a change of language themselves."""
    app.extensions.setdefault(_NATIVE, set()).update(endpoints)


def typed_texts() -> list[str]:
    """Return what was typed in words: for a page that has nowhere else to show it."""
    values = request.form.items(multi=True)
    return [value for name, value in values if is_typed(name) and len(value.strip()) > 1]


def page_again(status: int, heading: str = "", sentence: str = "", *, must_place: bool = True) -> Again:
    """Return the page with the form that was sent, filled in again, and *sentence* above it.

    A form that asks for another language is the main one of its page. Where it *must place* what was typed,
    a page that has no such form now is none.
    """
    page = page_address()
    if not page:
        return Again(None)
    answer = _looked_at(page)
    if answer.status_code in (302, 303) and answer.location.partition("?")[0].endswith("/login"):
        return Again(None, needs_sign_in=True)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return Again(None)
    action = request.path if sentence else ""
    filled = refill(answer.get_data(as_text=True), page, action, request.form)
    if must_place and not filled.placed:
        return Again(None)
    html = filled.html.replace(_MAIN, _MAIN + _above(heading, sentence)) if sentence else filled.html
    response = Response(html, status, content_type="text/html; charset=utf-8")
    for cookie in answer.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return Again(response)


def _above(heading: str, sentence: str) -> str:
    lost = any(file.filename for file in request.files.values())
    return render_template("errors/above.html", heading=heading, sentence=sentence, is_file_lost=lost)


def _looked_at(page: str) -> Response:
    """Return what a GET of *page* answers, in a context of its own: it may end our reading session."""
    environ = {name: value for name, value in request.environ.items() if name not in _LEFT_OUT}
    asked = request.args.to_dict(flat=False)
    blocks = [int(found[1]) for name in request.form if (found := _ATTENDEE.match(name))]
    if blocks:
        asked["attendees"] = [str(max(blocks) + 1)]
    environ |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": page.encode().decode("latin-1"),
        "QUERY_STRING": urlencode(asked, doseq=True),
        "CONTENT_LENGTH": "0",
        "CONTENT_TYPE": "",
        "wsgi.input": BytesIO(),
    }
    # Its connection may be the last of the pool.
    db.session.rollback()
    with current_app.app_context(), current_app.request_context(environ):
        return current_app.full_dispatch_request()
