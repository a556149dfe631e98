"""The way out: an SMTP server, a folder of .eml files, or the console."""

import hashlib
import ipaddress
import os
import re
import smtplib
import ssl
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import mkstemp
from typing import Literal, Protocol, TextIO
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from registration.core.header import one_line, without_addresses
from registration.core.transaction import refuse_within
from registration.mail.envelope import UnsendableLetter, sendable_address

# Of a reply; what follows is not told anyway.
_MOST_SAID = 2000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CLOSING = 421  # RFC 5321 §3.8: the server ends the connection
# Asked to sign in, or the sign-in is wrong: our settings are at fault, not the recipient.
_SIGN_IN = frozenset({530, 534, 535, 538})
_Security = Literal["tls", "starttls", "plain"]


class Undelivered(Exception):
    """Say why a mail did not leave, in a sentence that names nobody.

    *is_ours*: the reason is our settings, our code or the way to our mail server. The doctor shows such
    a mail and sends it again; any other is for the organiser, who asks for another address.
    """

    def __init__(self, reason: str, *, is_ours: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_ours = is_ours


class Refused(Undelivered):
    """The server will never take this mail for this recipient."""

    def __init__(self, reason: str, *, is_ours: bool = False) -> None:
        super().__init__(reason, is_ours=is_ours)


class Deferred(Undelivered):
    """The mail may leave later.

    *counts* is false when the connection failed, which says nothing about the mail. *unreachable*:
    no mail leaves now, so the rest of the batch need not be tried.
    """

    def __init__(
        self, reason: str, *, counts: bool, unreachable: bool = False, is_ours: bool | None = None
    ) -> None:
        super().__init__(reason, is_ours=not counts if is_ours is None else is_ours)
        self.counts = counts
        self.unreachable = unreachable


class Transport(Protocol):
    """What the worker sends with; one transport serves one thread."""

    def connection(self) -> AbstractContextManager[None]:
        """Keep one connection for one batch: all that is sent inside the block."""

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Hand over *raw*. Raises Deferred, Refused."""


@dataclass
class SmtpTransport:
    """Send through an SMTP server, over one connection that is renewed when it breaks."""

    host: str
    port: int
    security: _Security
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    _client: smtplib.SMTP | None = field(default=None, init=False, repr=False)
    _is_held: bool = field(default=False, init=False, repr=False)
    _trouble: str = field(default="", init=False, repr=False)

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Keep one connection for one batch: all that is sent inside the block.

        It opens with the first mail. When it cannot be opened, the rest of the batch is deferred
        at once: a silent server must not cost a timeout for each mail.
        """
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self._trouble = ""
            if self._client is not None:
                with suppress(OSError):
                    self._client.quit()
                self._drop()

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Hand *raw* to the server. Raises Deferred, Refused."""
        refuse_within("sending a mail")
        if self._trouble:
            raise _unreachable(self._trouble)
        sender, recipient = _address(sender, is_ours=True), _address(recipient, is_ours=False)
        with nullcontext() if self._is_held else self.connection():
            try:
                client = self._begun(len(raw), sender, recipient)
                _accept(client.rcpt(recipient), recipient)
                _accept(client.data(raw), recipient)
            except Undelivered:
                self._reset()
                raise
            except smtplib.SMTPDataError as error:
                self._reset()
                raise _undelivered(error.smtp_code, _bytes(error.smtp_error), recipient) from None
            except OSError:
                # Perhaps it was taken and only the answer was lost: never again within this call.
                self._drop()
                raise Deferred("The connection to the mail server broke.", counts=False) from None

    def _begun(self, size: int, sender: str, recipient: str) -> smtplib.SMTP:
        """Return a connection on which the mail has begun, a new one if the old was closed."""
        if self._client is not None:
            with suppress(OSError):
                answer = _mail_from(self._client, size, sender)
                if answer[0] != _CLOSING:
                    _accept_sender(answer, recipient)
                    return self._client
            self._drop()
        self._client = self._connected()
        answer = _mail_from(self._client, size, sender)
        if answer[0] == _CLOSING:
            raise self._given_up(f"The mail server takes no mail now: {_reply(answer, recipient)}")
        _accept_sender(answer, recipient)
        return self._client

    def _connected(self) -> smtplib.SMTP:
        try:
            if self.security == "tls":
                return self._signed_in(
                    smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self.tls)
                )
            return self._signed_in(smtplib.SMTP(self.host, self.port, timeout=self.timeout))
        except smtplib.SMTPAuthenticationError:
            reason = "The mail server does not accept the user and password of the MAIL_URL."
        except smtplib.SMTPNotSupportedError:
            reason = "The mail server does not offer the STARTTLS or the sign-in we require."
        except smtplib.SMTPResponseException as error:
            answer = (error.smtp_code, _bytes(error.smtp_error))
            reason = f"The mail server takes no mail now: {_reply(answer, self.user)}"
        except ssl.SSLError as error:
            reason = f"No safe connection to the mail server: {one_line(error.reason or 'TLS')}"
        except ValueError:
            reason = "The user and password of the MAIL_URL must be ASCII."
        except OSError as error:
            reason = f"The mail server cannot be reached: {error.strerror or 'no answer'}"
        raise self._given_up(reason)

    def _given_up(self, reason: str) -> Deferred:
        self._trouble = reason
        return _unreachable(reason)

    def _signed_in(self, client: smtplib.SMTP) -> smtplib.SMTP:
        try:
            client.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                client.starttls(context=self.tls)
                client.ehlo_or_helo_if_needed()
            if self.user:
                client.login(self.user, self.password)
        except BaseException:
            client.close()
            raise
        return client

    def _reset(self) -> None:
        """Make the connection ready for the next mail, or let it go."""
        if self._client is not None:
            try:
                self._client.rset()
            except OSError:
                self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _address(address: str, *, is_ours: bool) -> str:
    # smtplib would parse anything else, and send to whatever it made of it.
    try:
        return sendable_address(address)
    except UnsendableLetter as unsendable:
        raise Refused(str(unsendable), is_ours=is_ours) from None


def _mail_from(client: smtplib.SMTP, size: int, sender: str) -> tuple[int, bytes]:
    return client.mail(sender, [f"size={size}"] if client.has_extn("size") else [])


def _accept(answer: tuple[int, bytes], recipient: str, *, is_ours: bool = False) -> None:
    if not 200 <= answer[0] < 300:
        raise _undelivered(*answer, recipient, is_ours=is_ours)


def _accept_sender(answer: tuple[int, bytes], recipient: str) -> None:
    """Refuse in our own name: to this point the server knows the sender and the size, and nobody else."""
    _accept(answer, recipient, is_ours=True)


def _undelivered(code: int, reply: bytes, recipient: str, *, is_ours: bool = False) -> Undelivered:
    said = _reply((code, reply), recipient)
    if code in _SIGN_IN:
        return _unreachable(f"The mail server wants another sign-in: {said}")
    if 500 <= code < 600:
        return Refused(f"The mail server refused the mail: {said}", is_ours=is_ours)
    return Deferred(f"The mail server asks to try later: {said}", counts=True, is_ours=is_ours)


def _unreachable(reason: str) -> Deferred:
    return Deferred(reason, counts=False, unreachable=True)


def _bytes(reply: bytes | str) -> bytes:
    return reply.encode() if isinstance(reply, str) else reply


def _reply(answer: tuple[int, bytes], person: str) -> str:
    """Return the server's words without addresses: reasons end up in logs."""
    said = without_addresses(answer[1][:_MOST_SAID].decode("utf-8", "replace"))
    local = person.rpartition("@")[0] or person
    if local:
        said = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "(address)", said, flags=re.IGNORECASE)
    return f"{answer[0]} {one_line(said, 160)}".rstrip()


@dataclass
class FolderTransport:
    """Write each mail as an .eml file; the same Message-ID always to the same file."""

    folder: Path
    _names: dict[str, str] | None = field(default=None, init=False, repr=False)

    def connection(self) -> AbstractContextManager[None]:
        """Read the folder anew, since another process may have written to it."""
        self._names = None
        return nullcontext()

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Write *raw*, whole or not at all. Raises Deferred."""
        refuse_within("sending a mail")
        key, name = _file_name(raw)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._names is None:
                self._names = {p.name.partition("-")[2]: p.name for p in self.folder.glob("*.eml")}
            _write(self.folder / self._names.setdefault(key, name), raw)
        except OSError as error:
            raise _unreachable(f"The mail folder cannot be written: {error.strerror}") from None


def _file_name(raw: bytes) -> tuple[str, str]:
    message = message_from_bytes(raw)
    message_id = str(message["Message-ID"] or hashlib.sha256(raw).hexdigest())
    stem = re.sub(r"[^A-Za-z0-9]+", "-", message_id.partition("@")[0]).strip("-")[:40]
    key = f"{stem}-{hashlib.sha256(message_id.encode()).hexdigest()[:10]}.eml"
    try:
        sent_at = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    except ValueError:
        return key, f"undated-{key}"
    return key, f"{sent_at:%Y%m%dT%H%M%SZ}-{key}"


def _write(path: Path, raw: bytes) -> None:
    descriptor, temporary = mkstemp(prefix=".tmp-", dir=path.parent)  # 0600 from the start
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@dataclass
class ConsoleTransport:
    """Show each mail's headers and text, for a developer without a mail program."""

    stream: TextIO | None = None

    def connection(self) -> AbstractContextManager[None]:
        """Need no connection."""
        return nullcontext()

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """Write the readable part of *raw*, without anything a terminal would obey."""
        refuse_within("sending a mail")
        stream = self.stream or sys.stdout
        message = message_from_bytes(raw, _class=EmailMessage, policy=SMTP)
        lines = [f"{name}: {one_line(str(value), 900)}" for name, value in message.items()]
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        shown = _CONTROL.sub("", "\n".join([*lines, "", text])) + "\n" + "-" * 72 + "\n"
        encoding = stream.encoding or "utf-8"
        stream.write(shown.encode(encoding, "replace").decode(encoding))
        stream.flush()


def transport_from_url(url: str) -> Transport:
    """Return the transport that MAIL_URL names. Raises ValueError with what to write instead."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("The port of MAIL_URL must be a number from 1 to 65535.") from None
    if parts.scheme in ("smtp", "smtps"):
        return _smtp(parts, port)
    if parts.scheme == "file":
        if parts.netloc or parts.path[:1] != "/" or parts.path == "/" or parts.query or parts.fragment:
            raise ValueError("Write MAIL_URL with the folder's full path: file:///folder.")
        return FolderTransport(Path(unquote(parts.path)))
    if url == "console:":
        return ConsoleTransport()
    raise ValueError("MAIL_URL must be smtp://user:password@host:587, smtps://…, file:///folder or console:.")


def _smtp(parts: SplitResult, port: int | None) -> SmtpTransport:
    if not parts.hostname or port == 0 or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(
            "Write MAIL_URL as smtp://user:password@host:587, "
            "with / ? # @ : and % in user and password as %2F %3F %23 %40 %3A and %25."
        )
    if bool(parts.username) != bool(parts.password):
        raise ValueError("MAIL_URL needs both user and password, or neither.")
    return SmtpTransport(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        security=_security(parts, parts.hostname),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _security(parts: SplitResult, host: str) -> _Security:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if parts.scheme == "smtps" and not options:
        return "tls"
    if parts.scheme == "smtps" or options not in (
        [],
        [("starttls", "never")],
        [("starttls", "always")],
    ):
        raise ValueError("MAIL_URL knows only ?starttls=never and ?starttls=always, after smtp://.")
    if options:
        return "plain" if options == [("starttls", "never")] else "starttls"
    return "plain" if _is_loopback(host) else "starttls"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
