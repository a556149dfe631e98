"""Every error is a page with a sentence that says what to do next."""

import logging
from collections.abc import Sequence
from http import HTTPStatus

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import is_passing
from registration.core.urls import public_url
from registration.web.body_limits import largest_file
from registration.web.page_address import page_address
from registration.web.refill import is_typed
from registration.web.retyped import page_again, typed_texts

log = logging.getLogger(__name__)
_KEPT = ("Allow", "Retry-After", "Content-Range", "WWW-Authenticate")


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _unexpected)


def error_page(
    status: int, heading: str, sentence: str, form: str = "", texts: Sequence[str] = ()
) -> ResponseReturnValue:
    """Return the error page, or plain text where a machine asked.

    Where the records cannot be reached, the page keeps what was typed and can send it once more. *form*
    is where the form stands that was sent, *texts* what was typed into one that cannot be shown now.
    """
    if request.path.endswith(".ics") or request.path in ("/healthz", "/readyz"):
        response = make_response(f"{sentence}\n", status)
        response.mimetype = "text/plain"
    else:
        response = make_response(
            render_template(
                "errors/error.html",
                status=status,
                heading=heading,
                sentence=sentence,
                typed=_typed(status),
                back="" if form else _back(status),
                form=form,
                texts=texts,
            ),
            status,
        )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "10"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def refused_form(status: int, heading: str, sentence: str, *, is_own: bool = True) -> ResponseReturnValue:
    """Return the page whose form was refused, as it was typed, with *sentence* above it; else the error page.

    A form that is not our *own* is not shown: another site wrote what is in it.
    """
    keeps = request.method == "POST" and request.blueprint != "security" and is_own
    texts = typed_texts() if keeps else []
    # The back office says on its own page why a button did nothing; others lead to the page.
    if keeps and status < 500 and (texts or request.blueprint == "organiser"):
        again = page_again(status, heading, sentence, must_place=bool(texts))
        if again.response is not None:
            return again.response
        if again.needs_sign_in and texts:
            return _signed_out(texts)
        return error_page(status, heading, sentence, texts=texts)
    return error_page(status, heading, sentence)


def _signed_out(texts: list[str]) -> ResponseReturnValue:
    fields = [(name, value) for name, value in request.form.items(multi=True) if is_typed(name)]
    page = render_template("errors/signed_out.html", typed=fields, texts=texts, page=page_address())
    return make_response(page, HTTPStatus.UNAUTHORIZED)


def _typed(status: int) -> list[tuple[str, str]]:
    """Return what was typed into a form that could not be taken; never of a sign-in."""
    is_kept = status == HTTPStatus.SERVICE_UNAVAILABLE and request.method == "POST"
    return list(request.form.items(multi=True)) if is_kept and request.blueprint != "security" else []


def _back(status: int) -> str:
    """Return the page of the link whose button was refused: it says what is so now."""
    token = (request.view_args or {}).get("token")
    head, found, _rest = request.path.partition(f"/{token}/")
    is_there = status != HTTPStatus.NOT_FOUND and request.method == "POST"
    return f"{head}{found}" if token and found and is_there else ""


def _refused(error: Refusal) -> ResponseReturnValue:
    headings = {404: _("Page not found"), 503: _("Please try again in a moment")}
    heading = headings.get(error.status, _("This did not work"))
    return refused_form(error.status, heading, error.sentence, is_own=error.code != "foreign-form")


def _http(error: HTTPException) -> ResponseReturnValue:
    response = error.get_response()
    if error.code is None or error.code < 400:
        return response
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _too_large()
    sentences = {
        400: _("The request could not be read. Go back, check what you typed and try again."),
        404: _("There is nothing at this address. Check the link, or start from the front page."),
        405: _("This address does not take that kind of request. Start from the front page."),
        429: _("Too many tries. Wait a while and try again."),
    }
    headings = {404: _("Page not found"), 429: _("Too many tries")}
    is_elsewhere = isinstance(error, SecurityError)
    if is_elsewhere:
        sentences[400] = _(
            "This is not the address of these pages. Open %(address)s.", address=public_url("/")
        )
    # What a program goes on by: which methods there are (RFC 9110 §15.5.6), when to come again.
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    own = error.description if error.code == 400 and error.description else None
    is_stock = is_elsewhere or own is None or own == type(error).description
    sentence = sentences.get(error.code, _("Go back and try again, or start from the front page."))
    page = make_response(
        error_page(
            error.code,
            headings.get(error.code, _("This did not work")),
            sentence if is_stock else str(own),
        )
    )
    page.headers.update(kept)
    return page


def _too_large() -> ResponseReturnValue:
    """Say how large files may be: the body was not read, so nothing that was typed is known."""
    told = [_("This is more than we can take at once, so nothing was saved.")]
    most = largest_file()
    if most:
        told.append(_("A file may have at most %(size)s MB: choose a smaller one.", size=most // 1_000_000))
    else:
        told.append(_("Shorten it and send it again."))
    told.append(_("We could not keep what you typed; the Back button of your browser may still show it."))
    return error_page(413, _("Too much at once"), " ".join(told), _form())


def _form() -> str:
    """Return the address of the page whose form was sent, where it has the same one."""
    adapter = current_app.create_url_adapter(request)
    is_page = adapter is not None and adapter.test(request.path, "GET")
    return request.full_path.rstrip("?") if is_page else ""


def _database(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    if is_passing(error):
        return _busy(error)
    return _unexpected(error)


def _busy(error: Exception) -> ResponseReturnValue:
    log.warning("database unavailable kind=%s", type(error).__name__)
    return error_page(
        503,
        _("Please try again in a moment"),
        _("We cannot reach our records just now. Nothing was changed. Try again in a minute."),
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The message of a database error carries the values of the statement: names and addresses.
    if isinstance(error, DBAPIError):
        log.error("unexpected %s on %s", type(error.orig).__name__, request.endpoint)
    else:
        log.error("unexpected %s on %s", type(error).__name__, request.endpoint, exc_info=error)
    return error_page(
        500,
        _("Something went wrong here"),
        _("This is our fault, and it was logged. Nothing was half done. Please try again later."),
    )
