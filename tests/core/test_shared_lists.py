"""Languages and file types are listed once."""

import pytest

from registration.core.languages import LOCALES, offered
from tests.house.files import ROOT


@pytest.mark.parametrize(
    ("listed", "place"),
    [
        ("中文", {"languages.py"}),
        ("wordprocessingml", {"file_types.py"}),
        ("vnd.oasis", {"file_types.py"}),
        ("IN_LANGUAGE) in", {"locale.py"}),
    ],
)
def test_what_is_offered_stands_in_one_file(listed, place):
    paths = (ROOT / "registration").rglob("*.py")
    assert {path.name for path in paths if listed in path.read_text("utf-8")} == place


def test_a_language_that_we_do_not_speak_becomes_another():
    assert offered("de") == "de"
    assert offered("xx") == offered(None) == LOCALES[0]
    assert offered("xx", "") == ""
