"""A language is offered only when its catalogue is whole: every text, every form, the same placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import nodes

from registration.web.catalogue import po_file
from registration.web.locale import LOCALES, NAMES
from tests.house.files import CODE, ROOT, read
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


GETTEXTS = ("gettext", "ngettext", "pgettext", "npgettext")
ASKS = frozenset({"_", "_l", "_n", "N_", *(f"{kind}{name}" for kind in ("", "lazy_") for name in GETTEXTS)})


def asked(tree: ast.AST) -> Iterator[tuple[int, tuple[str, ...] | None]]:
    """Yield each text that is asked for: its line, and its words, or None where they are put together."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in ASKS:
            count = 1 + ("pgettext" in name) + name.startswith(("n", "lazy_n", "_n"))
            given = [one.value if isinstance(one, ast.Constant) else None for one in node.args[:count]]
            words = given[1:] if "pgettext" in name else given
            is_whole = len(given) == count and all(isinstance(one, str) for one in given)
            yield node.lineno, tuple(map(str, words)) if is_whole else None


def unextracted(source: str, known: frozenset[str]) -> list[int]:
    """Return the lines of *source* that ask for a text which no translator ever sees."""
    return [
        line for line, words in asked(ast.parse(source)) if words is None or not known.issuperset(words[:1])
    ]


def test_every_text_that_the_code_asks_for_is_extracted(template):
    """The extractor does not look into f-strings, nor at what is put together."""
    known = frozenset(one.id[0] if isinstance(one.id, tuple) else one.id for one in template)
    found = {str(path.relative_to(ROOT)): unextracted(read(path), known) for path in CODE}
    assert {name: lines for name, lines in found.items() if lines} == {}
    for sample in (
        "_(f'{a} seats')",
        "_('A' + b)",
        "_(name)",
        "f\"{_('Never seen before:')} \"",
        "ngettext(a, 'b', 1)",
    ):
        assert unextracted(sample, known) == [1], sample
    assert unextracted("_('Cancelled:')", known) == []


def test_every_text_that_a_template_asks_for_is_whole(page_app):
    parse = page_app.jinja_env.parse
    found = {}
    for path in (ROOT / "templates").rglob("*.*"):
        if path.suffix in (".html", ".txt"):
            calls = parse(read(path)).find_all(nodes.Call)
            names = [one for one in calls if getattr(one.node, "name", "") in ASKS]
            found[path.name] = [one.lineno for one in names if not isinstance(one.args[0], nodes.Const)]
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert [type(one.args[0]) for one in parse("{{ _('a' ~ b) }}").find_all(nodes.Call)] == [nodes.Concat]


def test_letters_taken_for_the_forms_of_a_text_are_found():
    catalog = Catalog(locale="fr", fuzzy=False)
    catalog.add(("Accept the seat", "Accept the %(n)s seats"), ("A", "c"))
    assert [why for _text, why in faults(catalog)] == ["the form for many lacks a placeholder: c"]
