"""The pictures in docs/screens are those that are told of, and are small."""

import re

import pytest

from tests.house.files import ROOT, read
from tools.screens import FOLDER, MOST_BYTES, MOST_IN_ALL, TALLEST, WIDTHS

PICTURES = sorted(FOLDER.glob("*.png"))


def size_of(path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def test_every_picture_is_told_of_and_no_other():
    rows = re.findall(r"^\| (`.+?) \|", read(ROOT / "docs" / "screens" / "README.md"), re.M)
    told = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    assert told == {path.stem.rpartition("-")[0] for path in PICTURES}
    assert len(told) >= 15


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_small_and_as_wide_as_its_name_says(path):
    width, height = size_of(path)
    assert width == int(path.stem.rpartition("-")[2])
    assert width in WIDTHS
    assert height <= TALLEST[width]
    assert path.stat().st_size <= MOST_BYTES


def test_all_pictures_together_are_small():
    assert sum(path.stat().st_size for path in PICTURES) <= MOST_IN_ALL
