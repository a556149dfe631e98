"""Set documents as PDF: a program of its own, so that fonts and typesetting take no memory from the server.

It reads frames from standard input, each four bytes of length and {"source": …, "facts": …}, and answers each
on standard output: one byte (0 is done), four bytes of length, and the PDF. It ends when nobody asks for
longer than the seconds it was started with.
"""

import json
import os
import select
import struct
import sys

import typst

DONE, FAILED = b"\0", b"\1"


def main(idle_seconds: float) -> None:
    """Answer until standard input ends, or nobody asks any more."""
    while select.select([0], [], [], idle_seconds)[0] and (length := _read(4)):
        asked = _read(struct.unpack(">I", length)[0])
        try:
            status, made = DONE, _set(json.loads(asked))
        except Exception:  # whatever one document does to it, the next is set
            status, made = FAILED, b""
        _write(status + struct.pack(">I", len(made)) + made)


def _set(asked: dict[str, object]) -> bytes:
    source, words = str(asked["source"]).encode(), {"facts": json.dumps(asked["facts"])}
    try:
        # PDF/UA-1: tagged and titled, so that screen readers can read it.
        return bytes(typst.compile(source, sys_inputs=words, pdf_standards="ua-1"))
    except typst.TypstError:
        # The standard refuses a sign that no font of this machine has; a PDF with a gap is better than none.
        return bytes(typst.compile(source, sys_inputs=words))


def _read(count: int) -> bytes:
    """Return *count* bytes, or nothing when the input ends."""
    found = b""
    while len(found) < count:
        more = os.read(0, count - len(found))
        if not more:
            return b""
        found += more
    return found


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    main(float(sys.argv[1]))
