"""Behind a real nginx: each visitor counts alone, https stays https, and nobody can say who she is."""

import http.client
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.server.nginx import INNER, free_port, nginx, self_signed, server
from tests.server.running import Running, migrated, served

HOST = "events.example.org"
# The second wrong password of a visitor is refused.
SETTINGS = {"BASE_URL": f"https://{HOST}", "SIGN_IN_TRIES": "1"}


class Visitor:
    """A browser at an address of this machine: 127.0.0.2 and 127.0.0.3 are two visitors."""

    def __init__(self, address: str, port: int, *, tls: bool = False, **headers: str) -> None:
        self.address, self.port, self.tls = address, port, tls
        self.headers = {"Host": HOST} | {name.replace("_", "-"): told for name, told in headers.items()}
        self.cookie = ""

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        kind: Any = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        options = {"context": _anything_goes()} if self.tls else {}
        source = (self.address, 0)
        connection = kind("127.0.0.1", self.port, timeout=20, source_address=source, **options)
        headers = self.headers | ({"Cookie": self.cookie} if self.cookie else {})
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http{'s' if self.tls else ''}://{HOST}",
            }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.page = answer.read().decode()
        connection.close()
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").partition(";")[0]
        return answer

    def guess(self) -> Any:
        """Sign in with a wrong password; return the answer."""
        page = self.ask("GET", "/login").page
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        form = {"csrf_token": token[1], "email": "ada@example.org", "password": "a wrong password"}
        return self.ask("POST", "/login", form)


def _anything_goes() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture
def one_proxy(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Running, int]]:
    """A server that trusts one proxy, behind an nginx that speaks TLS at the port."""
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", TRUSTED_PROXIES="1", **SETTINGS) as running:
        port = free_port()
        with nginx(tmp_path / "nginx", server(port, running.port, certificate=self_signed(tmp_path))):
            yield running, port


def test_the_sign_in_counts_visitors_and_not_the_proxy(one_proxy):
    _running, port = one_proxy
    statuses = [Visitor(f"127.0.0.{number}", port, tls=True).guess().status for number in (2, 3, 4, 2, 3)]
    assert statuses == [400, 400, 400, 429, 429]


def test_what_a_visitor_says_of_herself_is_not_believed(one_proxy):
    _running, port = one_proxy
    for number in range(2):
        liar = Visitor(
            "127.0.0.5", port, tls=True, X_Forwarded_For=f"10.0.0.{number}", Forwarded=f"for=10.0.0.{number}",
            X_Real_IP=f"10.0.0.{number}",
        )  # fmt: skip
        assert liar.guess().status == (429 if number else 400)
    for forged in ({"X_Forwarded_Host": "evil.example"}, {"X_Forwarded_Prefix": "/evil"}):
        answer = Visitor("127.0.0.6", port, tls=True, **forged).ask("GET", "/organiser/")
        assert "evil" not in str(answer.getheaders()) + answer.page or answer.status == 400
    plain = Visitor("127.0.0.6", port, tls=True, X_Forwarded_Proto="http").ask("GET", "/login")
    assert "Secure" in plain.getheader("Set-Cookie")


def test_links_redirects_and_cookies_are_https(one_proxy):
    running, port = one_proxy
    visitor = Visitor("127.0.0.7", port, tls=True)
    login = visitor.ask("GET", "/login")
    assert {"Secure", "HttpOnly"} <= set(login.getheader("Set-Cookie").split("; "))
    front = visitor.ask("GET", "/")
    assert front.status == 200
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", front.page)
    gone = visitor.ask("GET", "/organiser/")
    assert gone.status == 303
    assert not gone.getheader("Location").startswith("http:")
    assert "Traceback" not in running.said()
    assert "WARNING" not in running.said()


def test_two_proxies_are_two(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", TRUSTED_PROXIES="2", **SETTINGS) as running:
        outer, inner = free_port(), free_port()
        blocks = (
            server(outer, inner, certificate=self_signed(tmp_path)),
            server(inner, running.port, INNER),
        )
        with nginx(tmp_path / "nginx", *blocks):
            guesses = [
                Visitor(f"127.0.0.{number}", outer, tls=True, X_Forwarded_For="10.1.1.1").guess().status
                for number in (2, 3, 2)
            ]
            assert guesses == [400, 400, 429]
            cookie = Visitor("127.0.0.4", outer, tls=True).ask("GET", "/login").getheader("Set-Cookie")
            assert "Secure" in cookie


def test_without_a_proxy_a_forged_address_is_nothing(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", SIGN_IN_TRIES="1", BASE_URL=f"http://{HOST}") as running:
        for number, status in enumerate([400, 429]):
            liar = Visitor("127.0.0.2", running.port, X_Forwarded_For=f"10.0.0.{number}")
            assert liar.guess().status == status
        # Somebody forgot the setting: it is said once.
        assert running.says("TRUSTED_PROXIES is 0").count("TRUSTED_PROXIES is 0") == 1


def test_https_without_a_trusted_proxy_is_said_at_the_start(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", BASE_URL=f"https://{HOST}") as running:
        warned = [line for line in running.says("TRUSTED_PROXIES").split("\n") if "WARNING" in line]
        assert len(warned) == 1
        assert re.match(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} WARNING registration\.cli\.serve: ", warned[0]
        )


def test_https_in_front_of_an_address_that_begins_with_http_keeps_cookies_to_https(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", TRUSTED_PROXIES="1", BASE_URL=f"http://{HOST}") as running:
        told = Visitor("127.0.0.2", running.port, X_Forwarded_Proto="https").ask("GET", "/login")
        assert "Secure" in told.getheader("Set-Cookie")
        running.says("BASE_URL begins with http: set it to the https address")
