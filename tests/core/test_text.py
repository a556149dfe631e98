"""What people type is stored in one form, found again in another, and refused when nobody can read it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.core.text import block, fold, is_readable, line, normal_email, slugged

HIDDEN = "\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u00ad\ufeff\u061c\u180e\ufff9"
TYPED = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(HIDDEN + "e\u0301 \n\r\t"))


@given(TYPED)
def test_a_line_is_one_nfc_line_without_hidden_characters(text: str) -> None:
    clean = line(text)
    assert clean == line(clean)
    assert clean == unicodedata.normalize("NFC", clean)
    assert clean == clean.strip()
    assert not set(HIDDEN + "\n\r\t\u2028\u2029") & set(clean)


@given(TYPED)
def test_a_block_is_nfc_lines_that_end_in_a_bare_newline(text: str) -> None:
    clean = block(text)
    assert clean == block(clean)
    assert clean == unicodedata.normalize("NFC", clean)
    assert not set(HIDDEN + "\r") & set(clean)


def test_a_block_keeps_its_paragraphs() -> None:
    assert block(" One \r\n\r\nTwo\rThree\t\n") == "One\n\nTwo\nThree"


def test_an_accent_finds_its_letter_when_what_hid_between_is_gone() -> None:
    assert line("Zoe\u200b\u0308") == block("Zoe\u202e\u0308") == "Zoë"


@pytest.mark.parametrize("name", ["Zoë d'Ångström", "O’Neill-van der Meer", "王小明", "Łukasz Żółć", "עדה"])
def test_names_are_kept_as_they_are_written(name: str) -> None:
    assert line(f"  {name} ") == name
    assert is_readable(name)


def test_a_name_is_found_again_without_accents_and_case() -> None:
    for typed, found in [
        ("Zoë  ÅNGSTRÖM", "zoe angstrom"),
        ("Straße", "strasse"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Sørensen", "sorensen"),
        ("Ｄ\uff29ＴＴＡ™", "dittatm"),
        ("İstanbul", "istanbul"),
    ]:
        assert fold(typed) == found


@given(TYPED)
def test_what_is_folded_stays_as_it_is_and_does_not_depend_on_composition(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("text", ["A\x00da", "\x1b[31mAda", "A\x7fda", "Ada\ud800", "\x85"])
def test_control_characters_and_lone_surrogates_are_unreadable(text: str) -> None:
    assert not is_readable(text)


def test_line_breaks_and_tabs_are_readable() -> None:
    assert is_readable("Vegetarian,\r\n\tno nuts")


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("ada+workshop@example.org", "ada+workshop@example.org"),
        ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
        ("ada@XN--BCHER-KVA.example.org", "ada@xn--bcher-kva.example.org"),
    ],
)
def test_an_address_has_one_normal_form(typed: str, normal: str) -> None:
    assert normal_email(typed) == normal
    assert normal_email(normal) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada example.org",
        "ada@exa mple.org",
        "ada@example.org, ben@example.org",
        "ada@example.org\nBcc: ben@example.org",
        f"{'a' * 300}@example.org",
        "ada\x00@example.org",
        "ada\ud800@example.org",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normal_email(typed)


@given(TYPED)
def test_a_slug_is_short_plain_and_never_empty(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugged(text))
    assert len(slugged(text)) <= 60


def test_a_slug_tells_the_title() -> None:
    assert slugged("DITTA’s 12th Annual Meeting: Köln!") == "ditta-s-12th-annual-meeting-koln"
    assert slugged("年会") == "event"
