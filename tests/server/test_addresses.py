"""Where the server listens, what it says of that, and how it says what happens."""

import re
import socket
from contextlib import closing

import pytest

from registration.cli import listening
from registration.core.configuration import ConfigurationError
from tests.cli.test_commands import run
from tests.server.running import migrated, served
from tests.server.test_hosts import asked

BOTH = [
    (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
    (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
]


def has_ipv6() -> bool:
    try:
        with closing(socket.socket(socket.AF_INET6)) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_a_name_with_two_addresses_listens_at_both_with_one_port(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: BOTH)
    sockets = listening.listen("localhost", 0)
    try:
        places = [one.getsockname()[:2] for one in sockets]
    finally:
        for one in sockets:
            one.close()
    assert len({port for _place, port in places}) == 1
    # A machine without IPv6 may call ::1 localhost all the same.
    assert [place for place, _port in places] == (["::1"] if has_ipv6() else []) + ["127.0.0.1"]


def test_an_address_that_is_not_here_is_a_sentence(monkeypatch):
    with pytest.raises(ConfigurationError, match=r"Port 0 of 192\.0\.2\.1 cannot be had"):
        listening.listen("192.0.2.1", 0)
    for host in ("", "no-such-host.invalid", "x" * 300, "a..b"):
        with pytest.raises(ConfigurationError, match="is no address of this machine"):
            listening.listen(host, 0)


def test_this_machine_alone_is_known_by_every_address(monkeypatch):
    assert listening.is_this_machine_alone(listening.addresses_of("127.0.0.5"))
    assert listening.is_this_machine_alone(listening.addresses_of("[::1]"))
    assert not listening.is_this_machine_alone(listening.addresses_of("0.0.0.0"))
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_args, **_more: [*BOTH, (*BOTH[1][:4], ("192.0.2.1", 0))]
    )
    assert not listening.is_this_machine_alone(listening.addresses_of("some-name"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.5"])
def test_in_development_a_server_is_found_where_it_says(sqlite_template, tmp_path, host):
    migrated(sqlite_template, tmp_path)
    with served(tmp_path, "--web-only", "--host", host) as running:
        assert f"Open:    http://{host}:{running.port}/\n" in running.said()
        if host == "localhost":
            head = f"GET / HTTP/1.1\r\nHost: {host}:{running.port}\r\nConnection: close"
            assert asked(running.port, head)[9:12] == "200"


@pytest.mark.parametrize("command", ["serve", "start"])
def test_a_host_that_cannot_be_is_one_line(tmp_path, sqlite_template, command):
    migrated(sqlite_template, tmp_path)
    for host, said in (("no-such-host.invalid", "is no address"), ("0.0.0.0", "this machine only")):
        done = run(tmp_path, command, "--host", host, "--port", "0")
        assert (done.returncode, len(done.stderr.strip().split("\n"))) == (2, 1)
        assert said in done.stderr


def test_start_says_the_port_that_it_got(tmp_path):
    with served(tmp_path, command="start", installed=True) as running:
        said = running.said()
        assert set(re.findall(r"http://127\.0\.0\.1:(\d+)", said)) == {str(running.port)}
        assert f"Sign in: http://127.0.0.1:{running.port}/login" in said
        for line in said.split("\n"):
            if " registration." in line:
                assert re.match(
                    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (INFO|WARNING) registration\.", line
                )
