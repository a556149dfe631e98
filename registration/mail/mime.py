"""The parts of a mail as bytes (RFC 2045, 2046), written by hand: the email package takes ten times as long.

What is written here is read again by the email package before it leaves (envelope.verify).
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

_CRLF = b"\r\n"


@dataclass(frozen=True)
class Part:
    """A part: its header fields, and its body, which ends with a line end."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def as_bytes(self) -> bytes:
        """Return header fields, an empty line, and the body."""
        block = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return block.encode("ascii") + _CRLF + self.body


def text_part(text: str, subtype: str) -> Part:
    """Return *text*, whose lines end in a bare newline, in whichever encoding is shorter."""
    data = (text if text.endswith("\n") else f"{text}\n").replace("\n", "\r\n").encode("utf-8")
    foreign = len(text) - sum(map(str.isascii, text))
    if foreign * 4 > len(text):
        encoding, body = "base64", _base64(data)
    else:
        # With CRLF at the end the library writes its soft line breaks as CRLF too.
        encoding, body = "quoted-printable", binascii.b2a_qp(data, istext=True)
    return Part(
        (
            ("Content-Type", f'text/{subtype}; charset="utf-8"'),
            ("Content-Transfer-Encoding", encoding),
        ),
        body,
    )


def octets_part(data: bytes, content_type: str, filename: str = "") -> Part:
    """Return *data* as it is, for programs; with *filename* as a file."""
    headers = [("Content-Type", content_type), ("Content-Transfer-Encoding", "base64")]
    if filename:
        headers.append(("Content-Disposition", f'attachment; filename="{filename}"'))
    return Part(tuple(headers), _base64(data))


def multipart(subtype: str, boundary: str, parts: Sequence[Part]) -> Part:
    """Return *parts* as one; *boundary* must not occur in any of them."""
    line = b"--" + boundary.encode("ascii")
    pieces = [line + _CRLF + part.as_bytes() for part in parts]
    body = _CRLF.join([*pieces, line + b"--" + _CRLF])
    return Part((("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"'),), body)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", _CRLF)
