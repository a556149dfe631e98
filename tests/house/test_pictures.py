"""Pictures are made small without a program of their own, and show the same."""

import struct
import zlib

import pytest

from tools.pictures import GAP, Picture, _chunk, beside, read_png, small_png

RED, GREY, WHITE = (250, 0, 0), (200, 200, 200), (255, 255, 255)


def png(lines: list[bytes], width: int, colours: int = 2) -> bytes:
    """Return a PNG of filtered *lines*."""
    header = struct.pack(">IIBBBBB", width, len(lines), 8, colours, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def test_each_filter_of_a_png_is_undone():
    lines = [
        bytes([0, 10, 20, 30, 40, 50, 60]),
        bytes([1, 10, 20, 30, 30, 30, 30]),
        bytes([2, 0, 0, 0, 0, 0, 0]),
        bytes([3, 5, 10, 15, 15, 15, 15]),
        bytes([4, 0, 0, 0, 0, 0, 0]),
    ]
    rows = read_png(png(lines, 2)).rows
    assert [list(row) for row in rows] == [[(10, 20, 30), (40, 50, 60)]] * 5


def test_what_is_no_such_picture_is_refused():
    with pytest.raises(ValueError, match="no PNG"):
        read_png(b"GIF89a")
    with pytest.raises(ValueError, match="eight bits"):
        read_png(png([bytes([0, 1])], 1, colours=3))


def test_rare_colours_become_the_nearest_of_the_common():
    picture = Picture([[WHITE, WHITE, WHITE], [RED, RED, (240, 5, 5)]])
    raw = small_png(picture, 2)
    palette = raw.partition(b"PLTE")[2][:6]
    assert palette == bytes([*WHITE, *RED])
    indices = zlib.decompress(raw.partition(b"IDAT")[2])
    assert indices == bytes([0, 0, 0, 0, 0, 1, 1, 1])


def test_pictures_stand_side_by_side():
    joined = beside([Picture([[WHITE], [WHITE]]), Picture([[RED]])])
    assert joined.width == GAP + 2
    assert [row[0] for row in joined.rows] == [WHITE, WHITE]
    assert joined.rows[0][-1] == RED
    assert joined.rows[1][-1] not in (RED, WHITE)
