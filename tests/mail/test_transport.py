"""The three ways out, SMTP against a real server on this machine."""

import asyncio
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import tests as aiosmtpd_tests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from registration.mail.transport import (
    ConsoleTransport,
    Deferred,
    FolderTransport,
    Refused,
    SmtpTransport,
    Transport,
    transport_from_url,
)

RAW = (
    b"Date: Fri, 11 Dec 2026 09:30:00 +0000\r\nMessage-ID: <m1.abc@example.org>\r\n"
    b"From: <events@example.org>\r\nTo: <ada@example.org>\r\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=B6=C3=9Fe\r\n.\r\n..\r\n=1B[2Jend\r\n"
)
SENDER, ADA = "events@example.org", "ada@example.org"
CERTIFICATES = Path(aiosmtpd_tests.__file__).parent / "certs"


class Server(Controller):
    """A mail server that answers what a test wants and remembers what it got."""

    def __init__(self, **options: Any) -> None:
        self.answers: dict[str, str] = {}
        self.hangs_up_after: int | None = None
        self.mails_per_connection: int | None = None
        self.drops_data = False
        self.taken: list[Envelope] = []
        self.connections = 0
        super().__init__(self, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's
        self.connections = 0

    def factory(self) -> SMTP:
        self.connections += 1
        return SMTP(self.handler, **self.SMTP_kwargs)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        envelope.mail_from = address
        limit = self.mails_per_connection
        if limit is not None and len(self.taken) >= limit * self.connections:
            return "421 4.7.0 enough for one connection"
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.drops_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 OK"
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            self.taken.append(envelope)
        if self.hangs_up_after == len(self.taken):
            assert server.transport is not None
            server.loop.call_soon(server.transport.close)
        return answer


StartServer = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[StartServer]:
    servers: list[Server] = []

    def start_one(**options: Any) -> Server:
        server = Server(**options)
        server.start()
        servers.append(server)
        return server

    yield start_one
    for server in servers:
        server.stop()


def to(server: Server, query: str = "", user: str = "") -> Transport:
    return transport_from_url(f"smtp://{user}127.0.0.1:{server.port}{query}")


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.crt", CERTIFICATES / "server.key")
    return context


def trusting_context() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=CERTIFICATES / "server.crt")
    context.check_hostname = False  # the certificate names no host
    return context


def test_a_mail_arrives_byte_by_byte_with_its_envelope(start: StartServer) -> None:
    server = start()
    to(server).send(RAW, SENDER, ADA)
    (got,) = server.taken
    assert (got.original_content, got.mail_from, got.rcpt_tos) == (RAW, SENDER, [ADA])


def test_many_mails_share_one_connection(start: StartServer) -> None:
    server = start()
    transport = to(server)
    with transport.connection():
        for _ in range(5):
            transport.send(RAW, SENDER, ADA)
    assert (len(server.taken), server.connections) == (5, 1)


def test_outside_a_connection_each_mail_has_its_own(start: StartServer) -> None:
    server = start()
    transport = to(server)
    transport.send(RAW, SENDER, ADA)
    transport.send(RAW, SENDER, ADA)
    assert (len(server.taken), server.connections) == (2, 2)


@pytest.mark.parametrize("answer", ["450 4.2.0 busy", "421 4.7.0 slow down", "451 later"])
@pytest.mark.parametrize("step", [ADA, "DATA"])
def test_a_4xx_to_a_mail_is_a_try_that_counts(start: StartServer, step: str, answer: str) -> None:
    server = start()
    server.answers[step] = answer
    with pytest.raises(Deferred, match=answer) as deferred:
        to(server).send(RAW, SENDER, ADA)
    assert deferred.value.counts
    assert not deferred.value.unreachable


def test_a_server_that_takes_no_mail_at_all_ends_the_batch(start: StartServer) -> None:
    server = start()
    server.answers["MAIL"] = "421 4.3.2 going down"
    with pytest.raises(Deferred, match=r"421 4[.]3[.]2 going down") as deferred:
        to(server).send(RAW, SENDER, ADA)
    assert deferred.value.unreachable
    assert not deferred.value.counts


@pytest.mark.parametrize("step", ["MAIL", ADA, "DATA"])
def test_a_5xx_is_final(start: StartServer, step: str) -> None:
    server = start()
    server.answers[step] = "550 5.1.1 no such mailbox"
    with pytest.raises(Refused, match=r"550 5\.1\.1 no such mailbox"):
        to(server).send(RAW, SENDER, ADA)


@pytest.mark.parametrize("answer", ["550 no", "450 later"])
def test_one_bad_recipient_does_not_harm_the_next(start: StartServer, answer: str) -> None:
    server = start()
    server.answers[ADA] = answer
    transport = to(server)
    with transport.connection():
        with pytest.raises((Refused, Deferred)):
            transport.send(RAW, SENDER, ADA)
        transport.send(RAW, SENDER, "ben@example.org")
    assert [envelope.rcpt_tos for envelope in server.taken] == [["ben@example.org"]]
    assert server.connections == 1


def test_a_server_that_says_421_is_asked_anew_for_the_next_mail(start: StartServer) -> None:
    server = start()
    server.answers[ADA] = "421 4.7.0 too many, closing"
    transport = to(server)
    with transport.connection():
        with pytest.raises(Deferred):
            transport.send(RAW, SENDER, ADA)
        transport.send(RAW, SENDER, "ben@example.org")
    assert len(server.taken) == 1


def test_a_connection_lost_after_data_is_not_a_try_and_not_repeated(start: StartServer) -> None:
    server = start()
    server.drops_data = True
    transport = to(server)
    with transport.connection():
        with pytest.raises(Deferred, match="broke") as deferred:
            transport.send(RAW, SENDER, ADA)
        assert server.connections == 1
        server.drops_data = False
        transport.send(RAW, SENDER, ADA)
    assert not deferred.value.counts
    assert not deferred.value.unreachable
    assert (len(server.taken), server.connections) == (1, 2)


def test_a_connection_closed_between_two_mails_is_renewed(start: StartServer) -> None:
    server = start()
    server.hangs_up_after = 1
    transport = to(server)
    with transport.connection():
        transport.send(RAW, SENDER, ADA)
        transport.send(RAW, SENDER, "ben@example.org")
    assert (len(server.taken), server.connections) == (2, 2)


def test_a_server_that_takes_few_mails_per_connection_is_called_again(start: StartServer) -> None:
    server = start()
    server.mails_per_connection = 2
    transport = to(server)
    with transport.connection():
        for _ in range(5):
            transport.send(RAW, SENDER, ADA)
    assert (len(server.taken), server.connections) == (5, 3)


def test_no_server_at_all_ends_the_batch_and_is_not_a_try() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Deferred, match="cannot be reached") as deferred:
        transport_from_url(f"smtp://127.0.0.1:{port}").send(RAW, SENDER, ADA)
    assert deferred.value.unreachable
    assert not deferred.value.counts


def test_a_server_that_stays_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = SmtpTransport("127.0.0.1", silent.getsockname()[1], "plain", timeout=0.1)
        with pytest.raises(Deferred, match="cannot be reached") as deferred:
            transport.send(RAW, SENDER, ADA)
    assert deferred.value.unreachable


def test_a_silent_server_costs_a_batch_one_timeout_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = SmtpTransport("127.0.0.1", silent.getsockname()[1], "plain", timeout=0.1)
        began = time.monotonic()
        with transport.connection():
            for _ in range(50):
                with pytest.raises(Deferred, match="cannot be reached"):
                    transport.send(RAW, SENDER, ADA)
        # One timeout after the other would take five seconds.
        assert time.monotonic() - began < 4


def test_the_next_batch_tries_a_server_anew(start: StartServer) -> None:
    server = start()
    transport = to(server)
    server.answers["MAIL"] = "421 4.3.2 starting up"
    with transport.connection(), pytest.raises(Deferred, match=r"421 4[.]3[.]2 starting up"):
        transport.send(RAW, SENDER, ADA)
    server.answers.clear()
    with transport.connection():
        transport.send(RAW, SENDER, ADA)
    assert len(server.taken) == 1


def test_without_the_starttls_we_require_nothing_is_sent(start: StartServer) -> None:
    server = start()
    with pytest.raises(Deferred, match="STARTTLS") as deferred:
        to(server, "?starttls=always").send(RAW, SENDER, ADA)
    assert deferred.value.unreachable
    assert server.taken == []


def test_with_starttls_a_mail_arrives_encrypted(start: StartServer) -> None:
    server = start(tls_context=server_context(), require_starttls=True)
    transport = SmtpTransport("127.0.0.1", server.port, "starttls", tls=trusting_context())
    transport.send(RAW, SENDER, ADA)
    assert len(server.taken) == 1


def test_a_certificate_nobody_vouches_for_stops_the_mail(start: StartServer) -> None:
    server = start(tls_context=server_context())
    with pytest.raises(Deferred, match="No safe connection") as deferred:
        to(server, "?starttls=always").send(RAW, SENDER, ADA)
    assert deferred.value.unreachable
    assert server.taken == []


def sign_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data.password == b"s3:cr@t"
    return AuthResult(success=is_right, handled=is_right)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_user_and_password_are_unquoted_and_wrong_ones_are_no_try(start: StartServer) -> None:
    server = start(authenticator=sign_in, auth_required=True, auth_require_tls=False)
    to(server, user="ada%40example.org:s3%3Acr%40t@").send(RAW, SENDER, ADA)
    assert len(server.taken) == 1
    with pytest.raises(Deferred, match="user and password") as deferred:
        to(server, user="ada%40example.org:wrong@").send(RAW, SENDER, ADA)
    assert deferred.value.unreachable
    with pytest.raises(Deferred, match="sign-in") as deferred:
        to(server).send(RAW, SENDER, ADA)
    assert deferred.value.unreachable


def test_a_reason_names_nobody(start: StartServer) -> None:
    server = start()
    server.answers[ADA] = "550 <ada@example.org>: user Ada unknown, ask ben@b.example \x1b[2J"
    with pytest.raises(Refused) as refused:
        to(server).send(RAW, SENDER, ADA)
    assert not re.search("ada|ben|@", refused.value.reason, re.IGNORECASE)
    assert "\x1b" not in refused.value.reason
    assert "unknown" in refused.value.reason
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_domain_outside_ascii_is_written_as_smtp_takes_it(start: StartServer) -> None:
    server = start()
    to(server).send(RAW, SENDER, "ada@exämple.org")
    assert server.taken[0].rcpt_tos == ["ada@xn--exmple-cua.org"]


@pytest.mark.parametrize("recipient", ["ädä@example.org", "ada@example.org>\r\nRCPT TO:<b@b.org"])
def test_an_address_that_smtp_cannot_carry_is_refused(start: StartServer, recipient: str) -> None:
    server = start()
    with pytest.raises(Refused):
        to(server).send(RAW, SENDER, recipient)
    assert server.taken == []


def test_a_folder_gets_the_mail_under_its_time_and_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    transport_from_url(f"file://{folder}").send(RAW, SENDER, ADA)
    (file,) = folder.iterdir()
    assert file.name.startswith("20261211T093000Z-m1-abc-")
    assert file.suffix == ".eml"
    assert file.read_bytes() == RAW
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_message_id_is_the_same_file_also_later_and_elsewhere(tmp_path: Path) -> None:
    FolderTransport(tmp_path).send(RAW, SENDER, ADA)
    again = RAW.replace(b"Fri, 11 Dec", b"Sat, 12 Dec")
    other = FolderTransport(tmp_path)
    with other.connection():
        other.send(again, SENDER, ADA)
        other.send(RAW.replace(b"<m1.abc@", b"<m1-abc@"), SENDER, ADA)
    first, second = sorted(tmp_path.iterdir(), key=lambda path: path.read_bytes() != again)
    assert first.read_bytes() == again
    assert second.read_bytes() != again


@pytest.mark.parametrize("date", [b"", b"Date: soon\r\n"])
def test_a_mail_without_a_time_or_id_has_a_file_too(tmp_path: Path, date: bytes) -> None:
    FolderTransport(tmp_path).send(date + b"Subject: a\r\n\r\n", SENDER, ADA)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("undated-")


def test_a_message_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    FolderTransport(folder).send(RAW.replace(b"<m1.abc", b"<../../m1/x"), SENDER, ADA)
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_ends_the_batch(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(Deferred, match="mail folder") as deferred:
        FolderTransport(tmp_path / "mail").send(RAW, SENDER, ADA)
    assert deferred.value.unreachable


def test_the_console_shows_text_that_no_terminal_obeys() -> None:
    stream = io.StringIO()
    ConsoleTransport(stream).send(RAW, SENDER, ADA)
    assert "Subject: Größe\n" in stream.getvalue()
    assert "\nGröße\n.\n..\n[2Jend\n" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_console_of_ascii_shows_question_marks() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    ConsoleTransport(stream).send(RAW, SENDER, ADA)
    stream.seek(0)
    assert "Subject: Gr??e\n" in stream.read()


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, "starttls"),
        ("smtp://mail.example.org:25?starttls=never", "mail.example.org", 25, "plain"),
        ("smtps://mail.example.org", "mail.example.org", 465, "tls"),
        ("smtps://a:b@mail.example.org:4465/", "mail.example.org", 4465, "tls"),
        ("smtp://localhost:1025", "localhost", 1025, "plain"),
        ("smtp://[::1]:1025", "::1", 1025, "plain"),
        ("smtp://127.9.9.9", "127.9.9.9", 587, "plain"),
        ("smtp://localhost?starttls=always", "localhost", 587, "starttls"),
        ("smtp://192.0.2.1", "192.0.2.1", 587, "starttls"),
    ],
)
def test_a_url_names_host_port_and_how_safe(url: str, host: str, port: int, security: str) -> None:
    transport = transport_from_url(url)
    assert isinstance(transport, SmtpTransport)
    assert (transport.host, transport.port, transport.security) == (host, port, security)
    assert transport.timeout == 30


def test_file_and_console_urls_name_their_transport() -> None:
    assert transport_from_url("file:///var/mail%20out") == FolderTransport(Path("/var/mail out"))
    assert isinstance(transport_from_url("console:"), ConsoleTransport)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(transport_from_url("smtp://ada:secret@mail.example.org"))


@pytest.mark.parametrize(
    "url",
    [
        *("", "console", "console:x", "http://example.org", "mail.example.org:25", "smtp:", "file:"),
        *("smtp://", "smtp://:25", "smtp://h:port", "smtp://h:99999", "smtp://h:0", "smtp://[::1"),
        *("smtp://a@h", "smtp://a:se/cret@h", "smtp://a:se#cret@h", "smtp://h/path", "smtp://:secret@h"),
        *("smtp://h?starttls=maybe", "smtp://h?tls=1", "smtps://h?starttls=never", "smtp://h?x"),
        *("file://folder", "file:folder", "file:///", "file:///folder?x=1", "file:///folder#x"),
    ],
)
def test_a_wrong_url_is_refused_with_one_sentence_and_no_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*MAIL_URL[^\n]*\.$") as refusal:
        transport_from_url(url)
    assert "cret" not in str(refusal.value)
