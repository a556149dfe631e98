"""Hostile text comes out as text that every calendar takes."""

import unicodedata

import pytest

from registration.ical.text import calendar_name, calendar_text, folded


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_break_becomes_a_blank(separator: str) -> None:
    assert calendar_text(f"Annual{separator}meeting") == "Annual meeting"


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"])
def test_a_description_keeps_its_lines(separator: str) -> None:
    assert calendar_text(f"One{separator}two", lines=True) == "One\ntwo"


def test_a_description_keeps_at_most_one_blank_line() -> None:
    assert calendar_text("One\n \n\n\n\n two  \n", lines=True) == "One\n\ntwo"


@pytest.mark.parametrize(
    "char", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ufeff", "\u200b", "\ud800", "\uffff"]
)
def test_characters_that_readers_stumble_on_vanish(char: str) -> None:
    assert calendar_text(f"Ga{char}la") == "Gala"


@pytest.mark.parametrize("char", ["\u202a", "\u202d", "\u202e", "\u2066", "\u2068", "\u2069"])
def test_bidi_controls_cannot_turn_what_follows(char: str) -> None:
    assert calendar_text(f"Ga{char}la") == "Gala"


def test_blanks_collapse() -> None:
    assert calendar_text(" \t Annual \u00a0\u3000 meeting\t") == "Annual meeting"


@pytest.mark.parametrize("blank", ["", " \t\r\n", "\x00\u200b\ufeff", "\u200d\ufe0f", "\u202e \u202c"])
def test_nothing_to_be_seen_becomes_the_fallback(blank: str) -> None:
    assert calendar_text(blank, fallback="gala-2027") == "gala-2027"
    assert calendar_text(blank) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Jaarvergadering, zaal 2; «été»",
        "ישיבה שנתית",
        "年会" * 40,
        "👩‍⚕️👨‍👩‍👧 🏳️‍🌈",
        "C:\\new",
        "=?utf-8?q?x?=",
        "می‌خواهم",
    ],
)
def test_text_of_people_stays_as_it_is(text: str) -> None:
    assert calendar_text(text) == text


def test_text_is_composed() -> None:
    assert calendar_text(unicodedata.normalize("NFD", "Zoë")) == "Zoë"


def test_long_text_is_cut_to_its_limit() -> None:
    assert calendar_text("会" * 300, limit=255) == "会" * 254 + "…"
    assert calendar_text("x" * 255, limit=255) == "x" * 255


def test_the_cut_leaves_no_half_emoji_and_no_lonely_accent() -> None:
    doctor = "👩🏽‍⚕️"
    for length in range(3, 14):
        kept = calendar_text("ab" + doctor * 3, limit=length).removesuffix("…").removeprefix("ab")
        assert kept == doctor * (len(kept) // len(doctor))
    assert calendar_text("abcx\u0331\u0323d", limit=5) == "abc…"


def test_a_name_has_no_quote_and_no_caret() -> None:
    assert calendar_name('Ada "Countess" Love^lace') == "Ada 'Countess' Lovelace"


def test_a_name_is_one_line_of_a_hundred_characters() -> None:
    assert calendar_name("Ada\r\nATTENDEE:mailto:ben@example.org") == "Ada ATTENDEE:mailto:ben@example.org"
    assert len(calendar_name("א" * 300)) == 100


def test_a_name_of_unwanted_characters_is_empty() -> None:
    assert calendar_name('^"^'.replace('"', "")) == ""


@pytest.mark.parametrize("char", ["x", "é", "会", "👩"])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_fold_splits_no_character_and_loses_none(char: str, before: int) -> None:
    line = "N:" + "-" * before + char * 200
    pieces = folded(line).encode().split(b"\r\n ")
    assert b"".join(pieces).decode() == line
    assert all(piece.decode() for piece in pieces)
    lengths = [len(pieces[0]), *(len(piece) + 1 for piece in pieces[1:])]
    assert max(lengths) <= 75
    assert min(lengths[:-1]) > 75 - len(char.encode())


def test_a_short_line_is_not_folded() -> None:
    assert folded("N:" + "x" * 73) == "N:" + "x" * 73
