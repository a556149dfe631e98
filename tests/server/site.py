"""A real server in which every setting of config.py that one server can show has a value of its own."""

import http.client
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from registration.core.tokens import new_nonce
from registration.events.services import QuestionFacts
from tests.conftest import running as application_of
from tests.conftest import settings_for, sqlite_copy
from tests.factories import Made, make_account, make_event, token_in
from tests.server.running import Running, served

SECRET = "a-secret-of-its-own-for-the-real-server"
FALLBACK = "an-older-secret-that-still-is-to-verify"
HOST = "events.example.org"
BOUNCE, REPLY = "bounces@in.cocir.test", "answers@in.cocir.test"
ADA = "ada@example.org"


def settings(folder: Path) -> dict[str, str]:
    """Return a value for each setting, no default among them where that would show nothing."""
    return {
        "SECRET_KEY": SECRET,
        "SECRET_KEY_FALLBACKS": FALLBACK,
        "BASE_URL": f"http://{HOST}",
        "DATABASE_URL": "sqlite:///registration.sqlite3",
        "MAIL_URL": "file:letters",
        "MAIL_FROM": "hello@cocir.test",
        "BOUNCE_ADDRESS": BOUNCE,
        "REPLY_ADDRESS": REPLY,
        "MAILS_PER_SECOND": "2",
        "MAIL_STRUCTURED_DATA": "yes",
        "UID_HOST": "uids.cocir.test",
        "SITE_NAME": "Our own house",
        "ACCESSIBILITY_AUTHORITY": "The Authority, https://authority.example.org",
        "LOCALE": "fr",
        "TIME_ZONE": "America/New_York",
        "MAX_CONTENT_LENGTH": "20000",
        "MAX_FILE": "1000",
        "MAX_UPLOAD": "5000",
        "MAX_FORM_PARTS": "40",
        "MAX_PARTY": "2",
        "FORM_HOURS": "1",
        "FORM_SECONDS": "5",
        "MAX_PER_ADDRESS": "2",
        "FORMS_PER_CLIENT": "80",
        "FORMS_PER_NETWORK": "90",
        "THREADS": "3",
        "TRUSTED_PROXIES": "1",
        "WORKER_SECONDS": "0.2",
        "SIGN_IN_TRIES": "2",
    }


class _Earlier(TimestampSigner):
    """Signs as of some seconds ago."""

    ago = 0

    def get_timestamp(self) -> int:
        return int(time.time()) - self.ago


@dataclass
class Answer:
    status: int
    page: str
    headers: dict[str, str]


@dataclass
class Site:
    """The server, what is in it, and a visitor who keeps her cookie."""

    running: Running
    folder: Path
    event: Made
    with_file: Made
    password: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: str) -> Answer:
        """Ask as the proxy passes it on; *headers* with underscores for hyphens."""
        told = {"Host": HOST, "Accept-Language": "en", "X-Forwarded-For": "192.0.2.1"}
        told |= {name.replace("_", "-"): one for name, one in headers.items()}
        if self.cookies.get(told["X-Forwarded-For"]):
            told["Cookie"] = self.cookies[told["X-Forwarded-For"]]
        if kind:
            told["Content-Type"] = kind
        with closing(http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=30)) as connection:
            connection.request(method, path, body or None, told)
            answer = connection.getresponse()
            page = answer.read().decode()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookies[told["X-Forwarded-For"]] = cookie.partition(";")[0]
        return Answer(answer.status, page, dict(answer.getheaders()))

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form."""
        return self.ask(
            "POST", path, urlencode(form).encode(), "application/x-www-form-urlencoded", **headers
        )

    def key(self, ago: int = 60, secret: str = SECRET, event: Made | None = None) -> str:
        """Return the key of a registration form that was opened *ago* seconds ago, signed with *secret*."""
        signer = type("Earlier", (_Earlier,), {"ago": ago})
        serializer = URLSafeTimedSerializer(
            secret, salt=f"form:register:{(event or self.event).id}", signer=signer
        )
        return str(serializer.dumps(new_nonce()))

    def form(
        self, email: str = ADA, key: str = "", people: int = 1, event: Made | None = None
    ) -> dict[str, str]:
        """Return a form that registers, filled in a minute ago unless *key* says otherwise."""
        names = {f"attendees-{number}-name": f"Guest {number}" for number in range(1, people)}
        return {
            "submit_key": key or self.key(event=event),
            "seats_seen": "1",
            "name": "Ada",
            "email": email,
            "consent": "y",
            "attendees-0-name": "",
        } | names

    def register(self, **values: str) -> Answer:
        """Send such a form."""
        return self.post(f"/events/{self.event.slug}/register", self.form(**values))

    def guess(self, password: str, visitor: str) -> Answer:
        """Sign in as Ada from the address *visitor*."""
        page = self.ask("GET", "/login", X_Forwarded_For=visitor).page
        form = {"csrf_token": token_in(page), "email": ADA, "password": password}
        return self.post("/login", form, X_Forwarded_For=visitor)

    def letters(self, to: str, count: int = 1) -> list[EmailMessage]:
        """Wait for *count* mails to an address and return them."""
        for _one in range(200):
            files = sorted((self.folder / "letters").glob("[!.]*.eml"))
            every = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]
            found = [one for one in every if to in str(one["To"])]
            if len(found) >= count:
                return found  # type: ignore[return-value]
            time.sleep(0.1)
        raise AssertionError(f"{to} got no mail: {self.running.said()}")

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run *statement* beside the server."""
        with closing(sqlite3.connect(self.folder / "registration.sqlite3", timeout=10)) as connection:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
        return rows


@contextmanager
def site(template: Path, folder: Path) -> Iterator[Site]:
    """Run it, with two events and an owner in it."""
    told = settings_for(sqlite_copy(template, folder), folder) | {"SECRET_KEY": SECRET}
    for _app in application_of(told):
        # The rush that one setting is tried with (test_settings.py) must not put the others on a waitlist.
        event = make_event(capacity=500)
        with_file = make_event(title="With a file", questions=(QuestionFacts("Your paper", "file"),))
        password = make_account(ADA, "owner")
    with served(folder, **settings(folder)) as running:
        yield Site(running, folder, event, with_file, password)
