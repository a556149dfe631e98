"""One key for every form: the same one sent again leads where the first one led, and does nothing twice.

Registering has a key of its own of the same name (booking/views/filling.py), which its booking keeps.
Signing in and out change nothing but the session. A form without a key works as it always did.
"""

import base64
import hashlib
import time
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, render_template, request
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from registration.core import submissions, tokens
from registration.core.database import db
from registration.core.submissions import AlreadySent, SentForm, Submission
from registration.core.transaction import write_tx

FIELD = "submit_key"
_CREATING = "registration_creating"
_UNKEYED = "registration_unkeyed"
_LONGEST_KEY = 200
# Neither says what is asked for.
_NOT_ASKED = (FIELD, "csrf_token")
# So long a second press waits to hear where the first one led.
_WAIT = 2.0
_WITH_ACCOUNTS = ("organiser", "security")


def init_app(app: Flask) -> None:
    """Look at the key of every form that is sent to *app*."""
    app.jinja_env.globals["submit_key_field"] = submit_key_field
    app.jinja_env.globals["form_keys"] = form_keys
    app.before_request(_begin)
    app.after_request(_keep_location)
    app.teardown_request(_end)
    app.register_error_handler(AlreadySent, _sent_before)
    leave_unkeyed(app, "security.login", "security.logout")


def make_anew(app: App, *endpoints: str) -> None:
    """Let forms that are sent to *endpoints* make something: with other answers they ask before they do."""
    app.extensions.setdefault(_CREATING, set()).update(endpoints)


def leave_unkeyed(app: App, *endpoints: str) -> None:
    """Look at no key of forms that are sent to *endpoints*: they have one of their own, or need none."""
    app.extensions.setdefault(_UNKEYED, set()).update(endpoints)


def submit_key_field() -> Markup:
    """Return the hidden field with a key of its own for one form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, tokens.new_nonce())


def form_keys() -> Markup:
    """Return what every form of the back office carries: the token of its session and a key of its own."""
    token = Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
    return token + submit_key_field()


def _begin() -> ResponseReturnValue | None:
    """Take up the key of the form; where it was sent before, answer at once."""
    submissions.begin(None)
    if request.method != "POST" or request.endpoint in current_app.extensions.get(_UNKEYED, ()):
        return None
    key = request.form.get(FIELD, "")
    if request.endpoint is None or not key or len(key) > _LONGEST_KEY:
        return None
    submission = _submission(request.endpoint, key)
    submissions.begin(submission)
    there = submissions.find(db.session(), submission.key)
    if there is None:
        return None
    is_own = there.try_id == submission.try_id
    return _sent_before(AlreadySent(submission, there.body, is_own=is_own))


def _submission(endpoint: str, key: str) -> Submission:
    who, body = _who(), _body_hash()
    named = ["form", endpoint, request.path, who, key]
    # Another change of the same thing is another act; what would be made twice is asked about.
    if not _makes_anew():
        named.append(body)
    return Submission(_hashed(*named), endpoint[:80], who, body)


def _who() -> str:
    """Return who sends the form. Pages for everybody carry no cookie, and none is looked at there."""
    if request.blueprint in _WITH_ACCOUNTS and current_user.is_authenticated:
        return f"account:{current_user.id}"
    token = str((request.view_args or {}).get("token", ""))
    return f"link:{_hashed(token)[:32]}" if token else ""


def _body_hash() -> str:
    """Return what tells a repeat of the same form from the form with other answers."""
    told = [
        f"{name}={value}" for name, value in sorted(request.form.items(multi=True)) if name not in _NOT_ASKED
    ]
    told += [
        f"{name}:{_file_hash(file)}" for name, file in sorted(request.files.items(multi=True), key=_name)
    ]
    return _hashed(request.query_string.decode("latin-1"), *told)


def _name(item: tuple[str, FileStorage]) -> str:
    return item[0]


def _file_hash(file: FileStorage) -> str:
    told = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]  # it can be read
    file.stream.seek(0)
    return f"{file.filename}:{told}"


def _hashed(*parts: str) -> str:
    told = "\0".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _makes_anew() -> bool:
    # A file cannot be carried through a page that asks: another file is another act.
    has_files = any(file.filename for file in request.files.values())
    return request.endpoint in current_app.extensions.get(_CREATING, ()) and not has_files


def _sent_before(sent: AlreadySent) -> ResponseReturnValue:
    """Lead to where the first one led; where it had other answers, ask what is meant."""
    location = _location(sent.submission)
    submissions.begin(None)
    db.session.rollback()
    if sent.is_same:
        return redirect(location, 303)
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_ASKED]
    has_account = request.blueprint in _WITH_ACCOUNTS
    page = render_template("errors/sent_before.html", typed=typed, first=location, has_account=has_account)
    return page, 409, {"Cache-Control": "private, no-cache"}


def _location(submission: Submission) -> str:
    """Return where the first one led, waiting a little while that is not known yet."""
    until = time.monotonic() + _WAIT
    while True:
        db.session.rollback()
        there = submissions.find(db.session(), submission.key)
        if there is not None and there.location:
            return _opened(there.location)
        if there is None or time.monotonic() > until:
            return _nearby()
        time.sleep(0.05)


def _nearby() -> str:
    """Return the page that the form stood on, or the next one above the address it was sent to."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc == request.host and _is_page(referrer.path):
        return referrer.path + (f"?{referrer.query}" if referrer.query else "")
    parts = request.path.rstrip("/").split("/")
    above = ["/".join(parts[:count]) for count in range(len(parts), 1, -1)]
    return next((path + end for path in above for end in ("", "/") if _is_page(path + end)), "/")


def _is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, "GET")


def _keep_location(response: Response) -> Response:
    """Note where the form led, for whoever sends it again."""
    submission = submissions.taken()
    if submission is None or not response.location or response.status_code >= 400:
        return response
    sealed = _sealed(response.location)
    if len(sealed) > 4000:
        return response

    def work(session: Session) -> None:
        session.execute(update(SentForm).where(SentForm.key == submission.key).values(location=sealed))

    write_tx(work, durable=False, is_act=False, is_repeatable=True)
    return response


def _end(_error: BaseException | None) -> None:
    submissions.begin(None)


def _sealed(location: str) -> str:
    """Return *location*, which may hold the token of a link, readable with the form's own key alone.

    That key is known to the browser and not to the database, and seals one location.
    """
    told = location.encode()
    return base64.urlsafe_b64encode(_crossed(told, tokens.signing_keys()[0])).decode()


def _opened(sealed: str) -> str:
    told = base64.urlsafe_b64decode(sealed)
    for secret in tokens.signing_keys():
        opened = _crossed(told, secret).decode("utf-8", "replace")
        if opened.startswith(("/", request.host_url)):
            return opened
    return _nearby()


def _crossed(told: bytes, secret: str) -> bytes:
    submission = submissions.current()
    assert submission is not None
    key = request.form.get(FIELD, "")
    stream = hashlib.shake_256(f"{secret}\0{submission.key}\0{key}".encode()).digest(len(told))
    return bytes(one ^ other for one, other in zip(told, stream, strict=True))
