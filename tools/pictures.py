"""Make pictures of pages small: few colours, one byte a pixel (PNG, ISO/IEC 15948). Pages have few anyway."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
Colour = tuple[int, int, int]
# What stands between pictures side by side, and below the shorter ones.
GAP = 16
_GROUND: Colour = (128, 128, 128)


@dataclass(frozen=True)
class Picture:
    """A picture as rows of colours."""

    rows: Sequence[Sequence[Colour]]

    @property
    def width(self) -> int:
        return len(self.rows[0])


def read_png(raw: bytes) -> Picture:
    """Return a PNG as Chromium writes it: eight bits a channel, RGB or RGBA, not interlaced."""
    chunks = list(_chunks(raw))
    header = next(data for kind, data in chunks if kind == b"IHDR")
    width, height, depth, colours, _method, _filters, interlaced = struct.unpack(">IIBBBBB", header)
    if (depth, interlaced) != (8, 0) or colours not in (2, 6):
        raise ValueError("This is no PNG of eight bits in RGB.")
    step = 3 if colours == 2 else 4
    packed = b"".join(data for kind, data in chunks if kind == b"IDAT")
    lines = _unfiltered(zlib.decompress(packed), width * step, height, step)
    return Picture([list(zip(line[0::step], line[1::step], line[2::step], strict=True)) for line in lines])


def beside(pictures: Sequence[Picture]) -> Picture:
    """Return *pictures* side by side, their upper edges level."""
    height = max(len(one.rows) for one in pictures)
    found: list[list[Colour]] = []
    for number in range(height):
        line: list[Colour] = []
        for one in pictures:
            line += [_GROUND] * GAP if line else []
            line += one.rows[number] if number < len(one.rows) else [_GROUND] * one.width
        found.append(line)
    return Picture(found)


def small_png(picture: Picture, most: int = 256) -> bytes:
    """Return *picture* as a PNG of at most *most* colours: the commonest; each other becomes the nearest."""
    counts = Counter(colour for row in picture.rows for colour in row)
    palette = [colour for colour, _count in counts.most_common(most)]
    index = {colour: _nearest(colour, palette) for colour in counts}
    lines = b"".join(b"\0" + bytes([index[colour] for colour in row]) for row in picture.rows)
    header = struct.pack(">IIBBBBB", picture.width, len(picture.rows), 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", bytes(channel for colour in palette for channel in colour)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _nearest(colour: Colour, palette: Sequence[Colour]) -> int:
    def distance(number: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(colour, palette[number], strict=True))

    return min(range(len(palette)), key=distance)


def _chunks(raw: bytes) -> Iterable[tuple[bytes, bytes]]:
    if not raw.startswith(_SIGNATURE):
        raise ValueError("This is no PNG.")
    at = len(_SIGNATURE)
    while at < len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        yield raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _unfiltered(data: bytes, length: int, height: int, step: int) -> Iterable[bytes]:
    """Yield the lines as they were before PNG's filters."""
    above = bytes(length)
    for number in range(height):
        at = number * (length + 1)
        line = bytearray(data[at + 1 : at + 1 + length])
        _unfilter(data[at], line, above, step)
        above = bytes(line)
        yield above


def _unfilter(kind: int, line: bytearray, above: bytes, step: int) -> None:
    if kind == 2:
        line[:] = bytes((one + other) & 255 for one, other in zip(line, above, strict=True))
    elif kind:
        for at in range(len(line)):
            left = line[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            line[at] = (line[at] + _predicted(kind, left, above[at], corner)) & 255


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
