"""Every setting is driven through the real server, and seen to do what config.py says of it."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from registration import create_app
from registration.booking.inbound.bounces import BOUNCES
from registration.mail.addresses import numbered
from tests.cli.test_commands import run
from tests.factories import token_in
from tests.forking import commanded
from tests.mail.test_reports import report
from tests.materials.test_papers import PDF, multipart
from tests.server.running import environ, migrated, production, served
from tests.server.site import BOUNCE, FALLBACK, HOST, REPLY, SECRET, Site, settings, site
from tests.server.test_hosts import asked

LINE = "multipart/form-data; boundary=line"


@pytest.fixture(scope="module")
def real(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(sqlite_template, tmp_path_factory.mktemp("site")) as running:
        yield running


def secret_key(real: Site) -> None:
    assert real.register(email="secret@example.org").status == 303
    assert real.register(key=real.key(secret="another-secret-that-nobody-has-set-up")).status == 400


def fallbacks(real: Site) -> None:
    assert real.register(email="older@example.org", key=real.key(secret=FALLBACK)).status == 303


def base_url(real: Site) -> None:
    real.register(email="base@example.org")
    text = real.letters("base@example.org")[0].get_body(("plain",)).get_content()
    assert re.search(rf"http://{HOST}/bookings/\S+", text)
    assert real.ask("GET", "/", Host="evil.example").status == 400


def database_url(real: Site) -> None:
    real.register(email="database@example.org")
    assert real.sql("SELECT count(*) FROM booking WHERE email = 'database@example.org'") == [(1,)]


def mail_url(real: Site) -> None:
    real.register(email="folder@example.org")
    assert real.letters("folder@example.org")


def mail_from(real: Site) -> None:
    real.register(email="from@example.org")
    assert "<hello@cocir.test>" in str(real.letters("from@example.org")[0]["From"])


def bounce_address(real: Site) -> None:
    """A report to the numbered address is noted, by the real command."""
    real.register(email="bounce@example.org")
    real.letters("bounce@example.org")
    [(number,)] = real.sql("SELECT max(id) FROM outgoing_message WHERE to_email = 'bounce@example.org'")
    with create_app({"SECRET_KEY": SECRET, "DATA": str(real.folder)}).app_context():
        address = numbered(BOUNCE, BOUNCES, number)
    raw = report().replace(b"bounces+1.aaaaaaaaaaaaaaaa@events.example.org", address.encode())
    words = ("bounce", "--recipient", address)
    done = commanded(real.folder, words, environ(settings(real.folder)), given=raw)
    assert done.returncode == 0, done.stderr


def reply_address(real: Site) -> None:
    real.register(email="reply@example.org")
    parts = [part.get_content() for part in real.letters("reply@example.org")[0].walk()
             if part.get_content_type() == "text/calendar"]  # fmt: skip
    calendar = parts[0] if isinstance(parts[0], str) else parts[0].decode()
    organiser = calendar.replace("\r\n ", "").replace("\n ", "")
    assert re.search(rf"mailto:{REPLY.partition('@')[0]}\+\S+@{REPLY.partition('@')[2]}", organiser)


def mails_per_second(real: Site) -> None:
    began = time.monotonic()
    for number in range(6):
        real.register(email=f"many{number}@example.org")
    for number in range(6):
        real.letters(f"many{number}@example.org")
    assert time.monotonic() - began > 2.0


def structured_data(real: Site) -> None:
    real.register(email="structured@example.org")
    html = real.letters("structured@example.org")[0].get_body(("html",)).get_content()
    assert "schema.org" in html


def uid_host(real: Site) -> None:
    real.register(email="uid@example.org")
    assert str(real.letters("uid@example.org")[0]["Message-ID"]).endswith("@uids.cocir.test>")


def site_name(real: Site) -> None:
    assert re.search("<title>.*Our own house.*</title>", real.ask("GET", "/").page, re.DOTALL)


def authority(real: Site) -> None:
    assert 'href="https://authority.example.org"' in real.ask("GET", "/accessibility").page


def locale(real: Site) -> None:
    assert '<html lang="fr"' in real.ask("GET", "/", Accept_Language="tlh").page


def time_zone(real: Site) -> None:
    assert "America/New_York" in real.ask("GET", "/calendar.ics").page


def max_content_length(real: Site) -> None:
    # The sign-in promises nothing larger than the usual (web/body_limits.py).
    assert real.post("/login", {"email": "x" * 19_000}).status == 400
    assert real.post("/login", {"email": "x" * 20_001}).status == 413


def max_file(real: Site) -> None:
    page = f"/events/{real.with_file.slug}/register"
    name = f"attendees-0-question-{real.with_file.questions[0]}-file"
    form = real.form(email="file@example.org", event=real.with_file)
    large = real.ask("POST", page, multipart(**form, **{name: PDF + b"x" * 1000}), LINE)
    assert large.status == 422
    assert "too large" in large.page
    assert real.ask("POST", page, multipart(**form, **{name: PDF}), LINE).status == 303


def max_upload(real: Site) -> None:
    assert real.guess(real.password, "192.0.2.9").status in (302, 303)
    page = f"/organiser/events/{real.event.slug}/edit/materials"
    token = token_in(real.ask("GET", page, X_Forwarded_For="192.0.2.9").page)
    for size, status in ((6_000, 422), (4_000, 303)):
        body = multipart(
            csrf_token=token, title="Slides", locale="fr", audience="attendees", file=PDF + b"x" * size
        )
        assert real.ask("POST", page, body, LINE, X_Forwarded_For="192.0.2.9").status == status


def max_form_parts(real: Site) -> None:
    answer = real.post(f"/events/{real.event.slug}/register", {f"x{number}": "" for number in range(41)})
    assert (answer.status, "too many fields" in answer.page) == (400, True)


def max_party(real: Site) -> None:
    path = f"/events/{real.event.slug}/register"
    assert real.post(path, real.form(email="three@example.org", people=3)).status == 422
    assert real.post(path, real.form(email="two@example.org", people=2)).status == 303


def form_hours(real: Site) -> None:
    assert real.register(email="hours@example.org", key=real.key(ago=3700)).status == 400
    assert real.register(email="hours@example.org", key=real.key(ago=3400)).status == 303


def form_seconds(real: Site) -> None:
    assert real.register(email="quick@example.org", key=real.key(ago=0)).status == 422
    assert real.register(email="quick@example.org", key=real.key(ago=6)).status == 303


def max_per_address(real: Site) -> None:
    places = [real.register(email="often@example.org").headers["Location"] for _one in range(3)]
    assert [place.startswith("/bookings/") for place in places] == [True, True, False]


def hushed(real: Site) -> None:
    """Drop the mails of a rush: those of the other settings would wait behind them for a minute."""
    real.sql("UPDATE outgoing_message SET state = 'superseded' WHERE state = 'pending'")


def pressed(real: Site, visitor: str, number: int) -> int:
    """Register somebody else from *visitor*; full or not, the form was taken."""
    form = real.form(email=f"{visitor}-{number}@example.org")
    return real.post(f"/events/{real.event.slug}/register", form, X_Forwarded_For=visitor).status


def forms_per_client(real: Site) -> None:
    # Half of them in one minute.
    statuses = [pressed(real, "203.0.113.7", number) for number in range(41)]
    assert [one == 429 for one in statuses] == [False] * 40 + [True]
    hushed(real)


def forms_per_network(real: Site) -> None:
    statuses = [pressed(real, f"198.51.100.{number}", number) for number in range(91)]
    assert [one == 429 for one in statuses] == [False] * 90 + [True]
    hushed(real)


def threads(real: Site) -> None:
    # Beside those that answer: the first one, that of the mails and that of the chores.
    tasks = Path(f"/proc/{real.running.process.pid}/task")
    assert len(list(tasks.iterdir())) == int(settings(real.folder)["THREADS"]) + 3


def trusted_proxies(real: Site) -> None:
    by_https = real.ask("GET", "/login", X_Forwarded_Proto="https", X_Forwarded_For="192.0.2.20")
    assert "Secure" in by_https.headers["Set-Cookie"]


def worker_seconds(real: Site) -> None:
    """A mail that another process put there is seen at the next look, and nobody wakes this one."""
    real.register(email="woken@example.org")
    real.letters("woken@example.org")
    time.sleep(1.0)
    began = time.monotonic()
    real.sql("UPDATE outgoing_message SET state = 'pending' WHERE to_email = 'woken@example.org'")
    while real.sql("SELECT 1 FROM outgoing_message WHERE state <> 'sent' AND to_email = 'woken@example.org'"):
        assert time.monotonic() - began < 4.0
        time.sleep(0.1)


def sign_in_tries(real: Site) -> None:
    assert [real.guess("a wrong password", "192.0.2.30").status for _one in range(3)] == [400, 400, 429]


ON_ONE_SERVER: dict[str, Callable[[Site], None]] = {
    "SECRET_KEY": secret_key,
    "SECRET_KEY_FALLBACKS": fallbacks,
    "BASE_URL": base_url,
    "DATABASE_URL": database_url,
    "MAIL_URL": mail_url,
    "MAIL_FROM": mail_from,
    "BOUNCE_ADDRESS": bounce_address,
    "REPLY_ADDRESS": reply_address,
    "MAILS_PER_SECOND": mails_per_second,
    "MAIL_STRUCTURED_DATA": structured_data,
    "UID_HOST": uid_host,
    "SITE_NAME": site_name,
    "ACCESSIBILITY_AUTHORITY": authority,
    "LOCALE": locale,
    "TIME_ZONE": time_zone,
    "MAX_CONTENT_LENGTH": max_content_length,
    "MAX_FILE": max_file,
    "MAX_UPLOAD": max_upload,
    "MAX_FORM_PARTS": max_form_parts,
    "MAX_PARTY": max_party,
    "FORM_HOURS": form_hours,
    "FORM_SECONDS": form_seconds,
    "MAX_PER_ADDRESS": max_per_address,
    "FORMS_PER_CLIENT": forms_per_client,
    "FORMS_PER_NETWORK": forms_per_network,
    "THREADS": threads,
    "TRUSTED_PROXIES": trusted_proxies,
    "WORKER_SECONDS": worker_seconds,
    "SIGN_IN_TRIES": sign_in_tries,
}
# These need a server of their own; the tests below are named after them.
OF_ITS_OWN = ("ENV", "DATA", "DATABASE_POOL_SIZE")


@pytest.mark.parametrize("name", sorted(ON_ONE_SERVER))
def test_a_setting_does_what_it_says(real, name):
    ON_ONE_SERVER[name](real)
    assert "Traceback" not in real.running.said()


def test_env(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    page = f"GET /dev/mailbox/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close"
    with served(tmp_path, "--web-only", BASE_URL=f"https://{HOST}") as development:
        assert asked(development.port, page)[9:12] == "200"
    with served(tmp_path, "--web-only", **production(tmp_path)) as strict:
        assert asked(strict.port, page)[9:12] == "404"


def test_data(tmp_path):
    assert run(tmp_path, "migrate", DATA="elsewhere").returncode == 0
    with served(tmp_path, "--web-only", DATA=str(tmp_path / "elsewhere")) as running:
        assert asked(running.port, "GET /readyz HTTP/1.0")[9:12] == "200"
    assert {"registration.sqlite3", "secret"} <= {one.name for one in (tmp_path / "elsewhere").iterdir()}


def test_database_pool_size(postgres_databases, tmp_path):
    with postgres_databases.lent() as url:
        with served(tmp_path, "--web-only", DATABASE_URL=url, DATABASE_POOL_SIZE="2", THREADS="7") as running:
            page = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close"
            crowd = [Thread(target=asked, args=(running.port, page)) for _one in range(40)]
            for one in crowd:
                one.start()
            for one in crowd:
                one.join()
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                query = (
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                count = connection.execute(query).fetchone()[0]
        assert 1 <= count <= 2
