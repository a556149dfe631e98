"""Whatever is typed, a header gets one visible line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.core.header import one_line

ENCODED_BCC = "=?utf-8?q?Ann=0D=0ABcc=3A_evil=40example=2Eorg?="


def test_an_encoded_word_is_broken_up() -> None:
    assert one_line(ENCODED_BCC) == "= ?utf-8?q?Ann=0D=0ABcc=3A_evil=40example=2Eorg?="


@pytest.mark.parametrize("between", ["\u200b", "\u202e", "\x00", "\ufeff", "\u2066", "\ud800"])
def test_an_encoded_word_cannot_hide_behind_a_dropped_character(between: str) -> None:
    assert "=?" not in one_line(ENCODED_BCC.replace("=?", f"={between}?"))


@pytest.mark.parametrize(
    "line_break",
    ["\r\n", "\n", "\r", "\t", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\u00a0"],
)
def test_every_kind_of_line_break_and_blank_becomes_one_space(line_break: str) -> None:
    assert one_line(f"  Ada{line_break}{line_break} Lovelace{line_break}") == "Ada Lovelace"


@pytest.mark.parametrize(
    "dropped",
    [
        *("\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u061c", "\u200b", "\u200d", "\u200f", "\u202e"),
        *("\u2060", "\u2067", "\u2069", "\ufeff", "\u00ad", "\u3164", "\u034f", "\U000e0041"),
        *("\ud83d", "\ufffe", "\U0001ffff", "\ufdd0"),
    ],
)
def test_what_cannot_be_seen_is_dropped(dropped: str) -> None:
    assert one_line(f"A{dropped}da") == "Ada"


def test_an_accent_joins_its_letter_also_across_a_dropped_character() -> None:
    assert one_line("Ame\u200b\u0301lie") == "Am\u00e9lie"


@pytest.mark.parametrize(
    "name", ["Ada O'Brien", "Zoë van der Ærø", "王小明", "עדה", "Ada 🎉", "50 % = ½ ?", "<b>&amp;"]
)
def test_names_stay_as_they_are(name: str) -> None:
    assert one_line(name) == name


def test_64_kilobytes_end_with_an_ellipsis_at_the_limit() -> None:
    line = one_line("Ada " * 16384)
    assert len(line) <= 200
    assert line.endswith("Ada…")


def test_the_limit_is_not_reached_by_breaking_up_encoded_words() -> None:
    assert len(one_line("=?" * 100, limit=200)) <= 200


@given(st.text(st.characters(), max_size=400))
def test_any_text_becomes_one_safe_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert "=?" not in line
    assert line == unicodedata.normalize("NFC", line) == line.strip()
    assert not {unicodedata.category(character) for character in line} & {*("Cc", "Cf", "Cs", "Zl", "Zp")}


@given(st.text(st.characters(), max_size=190))
def test_a_line_that_is_clean_is_not_cleaned_again(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
