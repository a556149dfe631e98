"""Turn the bytes of a table into text, as the programs of our guests' organisers save it."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNREADABLE = "\x00"


def table_text(raw: bytes) -> str:
    """Return *raw* as text; with a NUL in it where it is no text.

    Excel saves "Unicode text" as UTF-16 with a mark, and CSV in the code page of Western Europe, cp1252.
    """
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if marked:
        names = [marked]
    elif raw.count(0) * 4 > len(raw):
        # The signs and addresses of any table have a zero in every other byte of UTF-16.
        names = ["utf-16-le" if raw[1::2].count(0) > raw[0::2].count(0) else "utf-16-be"]
    else:
        names = ["utf-8", "cp1252"]
    for name in names:
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return _UNREADABLE
