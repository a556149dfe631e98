"""Probes ask by address and are answered; other hosts are refused, and the log says once what to set."""

import re
import socket

import pytest

from tests.server.nginx import free_port, nginx, server
from tests.server.running import migrated, production, served

HOST = "events.example.org"


def asked(port: int, head: str) -> str:
    """Send *head* as it is and return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


@pytest.fixture
def running(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", BASE_URL=f"https://{HOST}") as found:
        yield found


def test_probes_may_ask_by_any_host_and_nobody_else(running, tmp_path):
    for host in ("10.1.2.3:8000", "127.0.0.1", "[::1]:8000", "evil.example", "a b", HOST):
        for path, said in (("/healthz", "ok"), ("/readyz", "ready")):
            answer = asked(running.port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close")
            assert (answer[9:12], answer.split("\r\n\r\n")[1]) == ("200", f"{said}\n")
    for host in ("10.1.2.3:8000", "evil.example", f"{HOST}.evil.example", "evil.example\u2028x"):
        for path in ("/", "/healthz/", "/healthz/../", "/events/healthz"):
            answer = asked(running.port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close")
            assert answer[9:12] == "400", (host, path)
            assert f"https://{HOST}/" in answer
            assert "evil" not in answer


def test_without_a_host_an_old_program_is_answered_and_a_new_one_is_not(running):
    for path in ("/", "/healthz"):
        assert asked(running.port, f"GET {path} HTTP/1.0")[9:12] == "200"
    assert asked(running.port, "GET / HTTP/1.0\r\nHost: evil.example")[9:12] == "400"
    assert asked(running.port, "GET / HTTP/1.1\r\nConnection: close")[9:12] == "400"
    assert asked(running.port, "GET /healthz HTTP/1.1\r\nConnection: close")[9:12] == "200"


def test_a_bare_proxy_pass_is_refused_and_the_log_says_what_to_set(sqlite_template, tmp_path):
    migrated(sqlite_template, tmp_path)
    port = free_port()
    with (
        served(tmp_path, "--web-only", **production(tmp_path)) as running,
        nginx(tmp_path / "nginx", server(port, running.port, headers="")),
    ):
        for _twice in range(2):
            answer = asked(port, f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close")
            assert answer[9:12] == "400"
        assert asked(port, "GET /readyz HTTP/1.1\r\nHost: 10.0.0.1\r\nConnection: close")[9:12] == "200"
        said = running.says("refused a request")
    lines = [line for line in said.split("\n") if "refused a request" in line]
    assert len(lines) == 1
    assert f"127.0.0.1:{running.port}" in lines[0]
    for said in ("REGISTRATION_BASE_URL", "proxy_set_header Host $host", f"https://{HOST}"):
        assert said in lines[0]


def test_a_flood_of_hosts_does_not_fill_the_log(running):
    for number in range(60):
        asked(running.port, f"GET / HTTP/1.1\r\nHost: h{number}.example\r\nConnection: close")
    assert len(re.findall("refused a request", running.says("refused a request"))) <= 20
