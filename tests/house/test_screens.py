"""The pictures in docs/screens are those that are told of, and are small."""

import re

import pytest

from tests.house.files import ROOT, read
from tests.mail.samples import SAMPLES
from tools import mail_screens
from tools.pictures import GAP
from tools.screens import FOLDER, MOST_BYTES, MOST_IN_ALL, TALLEST, WIDTHS

PICTURES = sorted(FOLDER.glob("*.png"))
MAILS = sorted((FOLDER / "mails").glob("*.png"))


def size_of(path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def test_every_picture_is_told_of_and_no_other():
    rows = re.findall(r"^\| (`.+?) \|", read(ROOT / "docs" / "screens" / "README.md"), re.M)
    told = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    assert told == {path.stem.rpartition("-")[0] for path in PICTURES}
    assert len(told) >= 13


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_small_and_as_wide_as_its_name_says(path):
    width, height = size_of(path)
    assert width == int(path.stem.rpartition("-")[2])
    assert width in WIDTHS
    assert height <= TALLEST[width]
    assert path.stat().st_size <= MOST_BYTES


def test_all_pictures_together_are_small():
    assert sum(path.stat().st_size for path in (*PICTURES, *MAILS)) <= MOST_IN_ALL


def test_every_kind_of_mail_has_a_picture_in_light_and_dark():
    kinds = {name for name in SAMPLES if "-" not in name}
    assert {path.stem for path in MAILS} == kinds | {
        f"languages-{name}" for name in mail_screens.IN_LANGUAGES
    }
    for path in MAILS:
        width, _height = size_of(path)
        shown = len(mail_screens.LANGUAGES if path.stem not in kinds else mail_screens.SCHEMES)
        assert width == shown * mail_screens.WIDTH + (shown - 1) * GAP
        assert path.stat().st_size <= MOST_BYTES
