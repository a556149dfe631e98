"""A language is offered only when its catalogue is whole: every text, every form, the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from registration.web.catalogue import po_file
from registration.web.locale import LOCALES, NAMES
from tests.house.files import read
from tools.translations import TRANSLATED, extracted, faults, stored, texts, updated, written


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


def test_english_is_the_source_and_four_languages_are_offered_beside_it():
    assert LOCALES == ("en", "fr", "nl", "de", "zh")
    assert TRANSLATED == ("fr", "nl", "de", "zh")
    assert NAMES["zh"] == "中文"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(template, code):
    """`make translations` brings the catalogues up to the code and lists what is missing."""
    assert list(faults(updated(code, template))) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_file_holds_no_text_that_is_no_longer_used(template, code):
    assert po_file(code).read_text("utf-8") == written(updated(code, template))


def test_the_texts_are_those_that_templates_and_code_ask_for(template):
    english = {message.id[0] if isinstance(message.id, tuple) else message.id for message in template}
    assert "Your seat is confirmed" in english
    assert "Enter your full name." in english
    # A percent sign stands twice where placeholders may stand, at run time as here.
    assert any("400 %% zoom" in text for text in english)


def test_no_text_stands_with_a_number_here_and_without_one_there():
    """Chinese has one form for all numbers, which names the number: without one it cannot be said."""
    counted = {message[0] for _where, message, *_ in texts() if isinstance(message, tuple)}
    assert [(where, message) for where, message, *_ in texts() if message in counted] == []


@pytest.mark.parametrize(
    ("string", "told"),
    [
        ("", "missing"),
        ("Bonjour", "placeholders differ: Bonjour"),
        ("Bonjour %(nom)s", "placeholders differ: Bonjour %(nom)s"),
        ("Bonjour %(name)s, 5 %", "a lone %: Bonjour %(name)s, 5 %"),
    ],
)
def test_a_broken_translation_is_found(string, told):
    catalog = Catalog(locale="fr", fuzzy=False)
    catalog.add("Hello %(name)s", string)
    assert [why for _text, why in faults(catalog)] == [told]


def test_a_missing_plural_form_and_a_guess_are_found():
    catalog = Catalog(locale="nl", fuzzy=False)
    catalog.add(("%(n)s seat", "%(n)s seats"), ("%(n)s plaats", ""))
    catalog.add("Seats", "Plaatsen", flags=["fuzzy"])
    assert [why for _text, why in faults(catalog)] == ["missing (2 forms)", "fuzzy"]


@pytest.mark.parametrize(("code", "forms"), [("fr", 2), ("nl", 2), ("de", 2), ("zh", 1)])
def test_each_language_has_its_own_number_of_plural_forms(code, forms):
    assert stored(code).num_plurals == forms


def uncounted(template: str) -> list[str]:
    """Return the plurals of *template* that count something else: Jinja takes the first value."""
    plurals = re.finditer(r"\{% trans (\w+)[^%]*%\}(?:(?!endtrans).)*?\{% pluralize %\}", template, re.DOTALL)
    return [found[1] for found in plurals if found[1] not in ("n", "days")]


def test_a_plural_counts_its_number():
    folder = Path(__file__).parents[2] / "templates"
    found = {path.name: uncounted(read(path)) for path in folder.rglob("*.*")}
    assert {name: names for name, names in found.items() if names} == {}
    wrong = "{% trans organiser=one.name, n=2 %}{{ n }} seat{% pluralize %}{{ n }} seats{% endtrans %}"
    assert uncounted(wrong) == ["organiser"]
