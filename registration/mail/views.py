"""The mailbox of development: what was sent, rendered, with its calendar part."""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from registration.web import headers

bp = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox")
MOST = 200
# Mails carry their styles inline, which the pages' own policy forbids; nothing else is let in.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups"


@dataclass(frozen=True)
class Mail:
    """One mail of the folder."""

    name: str
    message: EmailMessage

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    def part(self, kind: str) -> str:
        """Return the first part of that kind as text, or nothing."""
        for part in self.message.walk():
            if part.get_content_type() == kind:
                content = part.get_content()
                return content if isinstance(content, str) else content.decode("utf-8", "replace")
        return ""


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the newest mails."""
    folder = _folder()
    paths = (
        sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True) if folder else []
    )
    mails = [_mail(path) for path in paths[:MOST]]
    return render_template("mailbox/index.html", mails=mails, folder=folder, total=len(paths))


@bp.get("/<name>/")
def mail(name: str) -> ResponseReturnValue:
    """Show one mail."""
    response = make_response(render_template("mailbox/mail.html", mail=_found(name)))
    response.headers["Content-Security-Policy"] = f"{headers.POLICY}; frame-src 'self'"
    return response


@bp.get("/<name>/html")
def html(name: str) -> Response:
    """Return the HTML of one mail, for the frame of its page."""
    response = make_response(_found(name).part("text/html"))
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.get("/<name>/calendar.ics")
def calendar(name: str) -> Response:
    """Return the calendar part of one mail."""
    raw = _found(name).part("text/calendar")
    if not raw:
        abort(404)
    return Response(raw.encode(), mimetype="text/calendar")


def _found(name: str) -> Mail:
    folder = _folder()
    path = folder / name if folder and Path(name).name == name and name.endswith(".eml") else None
    if path is None or not path.is_file():
        abort(404)
    return _mail(path)


def _mail(path: Path) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    return Mail(path.name, message)


def _folder() -> Path | None:
    url = urlsplit(current_app.config["MAIL_URL"])
    return Path(unquote(url.path)) if url.scheme == "file" else None
