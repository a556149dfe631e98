"""Bring the catalogues up to the code, fill them from a file, and say what is missing.

    python -m tools.translations [FILE]

FILE is JSON: an object of English text → object of locale → translation. Where a text has a plural, its
key is the singular and the translation a list with one text for each plural form of the language. What is
missing is written in the same shape to var/untranslated.json, to be filled.
"""

import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from registration.web.catalogue import po_file
from registration.web.locale import LOCALES

ROOT = Path(__file__).resolve().parents[1]
TODO = ROOT / "var" / "untranslated.json"
# English is what stands in the code.
TRANSLATED = tuple(code for code in LOCALES if code != "en")
_METHODS = [("registration/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
# As app.py and web/locale.py set Jinja up: the same text must come out here and there.
_JINJA = {
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
_OPTIONS = {pattern: _JINJA for pattern, method in _METHODS if method == "jinja2"}
_KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_n": (1, 2)}
# What changes without a change of the words would only make conflicts.
_NOISE = re.compile(
    r'^"(?:Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Tr|Language-T|Generated)[^\n]*\n', re.M
)
_PLACE = re.compile(r"%\((\w+)\)[sd]|%%")


def extracted() -> Catalog:
    """Return every text of the code and the templates."""
    found = Catalog(fuzzy=False)
    for where, message, comments, context in texts():
        found.add(message, None, [(where, 1)], auto_comments=comments, context=context)
    return found


def texts() -> Iterator[tuple[str, Any, list[str], str | None]]:
    """Yield each text where it stands: its file, the text or (singular, plural), comments, context."""
    for folder in ("registration", "templates"):
        methods = [
            (f"{pattern.partition('/')[2]}", method)
            for pattern, method in _METHODS
            if pattern.startswith(folder)
        ]
        options = {
            name.partition("/")[2]: given for name, given in _OPTIONS.items() if name.startswith(folder)
        }
        for name, _line, message, comments, context in extract_from_dir(
            ROOT / folder, methods, options, keywords=_KEYWORDS, strip_comment_tags=True
        ):
            yield f"{folder}/{name}", message, comments, context


def stored(code: str) -> Catalog:
    """Return the catalogue of *code* as it lies in its file."""
    path = po_file(code)
    source = BytesIO(path.read_bytes() if path.is_file() else b"")
    return read_po(source, locale=code, abort_invalid=True)


def updated(code: str, template: Catalog) -> Catalog:
    """Return the catalogue of *code* with all the texts of *template* and no others; nothing is guessed."""
    catalog = stored(code)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> str:
    """Return *catalog* as its file holds it."""
    catalog.header_comment = "# The words of the interface. docs/translating.md has the glossary."
    catalog.fuzzy = False
    raw = BytesIO()
    write_po(raw, catalog, width=110, sort_by_file=True, include_lineno=False)
    return _NOISE.sub("", raw.getvalue().decode())


def faults(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield (English text, what is wrong) for each text that is missing or cannot be right."""
    for message in catalog:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        needed = catalog.num_plurals if len(english) == 2 else 1
        if not all(forms) or len(forms) != needed:
            yield english[0], f"missing ({needed} forms)" if len(english) == 2 else "missing"
        elif message.fuzzy:
            yield english[0], "fuzzy"
        elif why := _misplaced(message, english, forms):
            yield english[0], why


def _misplaced(message: Message, english: tuple[str, ...], forms: tuple[str, ...]) -> str:
    wanted = {place for text in english for place in _PLACE.findall(text)}
    # A form for one may leave its number out, as "one seat" does; none may invent a name.
    least = set.intersection(*(set(_PLACE.findall(text)) for text in english))
    for number, form in enumerate(forms):
        there = set(_PLACE.findall(form))
        is_for_one = number == 0 and len(forms) > 1
        # The form for many names all that the English one names: the number, too.
        is_for_many = len(english) == 2 and number == len(forms) - 1
        if is_for_many and not set(_PLACE.findall(english[-1])) <= there:
            return f"the form for many lacks a placeholder: {form}"
        if not there <= wanted or not (least <= there or is_for_one):
            return f"placeholders differ: {form}"
        is_format = "python-format" in message.flags
        if is_format and "%" in _PLACE.sub("", form):
            return f"a lone %: {form}"
    return ""


def fill(catalog: Catalog, words: dict[str, Any], code: str) -> None:
    """Put the translations of *words* into *catalog*."""
    for message in catalog:
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        given = words.get(key, {}).get(code) if key else None
        if given and all(given):
            message.string = tuple(given) if isinstance(given, list) else given
            message.flags.discard("fuzzy")


def todo(catalogs: dict[str, Catalog]) -> dict[str, dict[str, Any]]:
    """Return what is missing in the shape of FILE, with where each text stands, empty for you to fill."""
    found: dict[str, dict[str, Any]] = {}
    for code, catalog in catalogs.items():
        for text, why in faults(catalog):
            message = catalog.get(text)
            plural = message.id[1] if isinstance(message.id, tuple) else ""
            entry = found.setdefault(
                text, {"where": message.locations[0][0]} | ({"plural": plural} if plural else {})
            )
            entry[code] = [""] * catalog.num_plurals if plural else ""
            if not why.startswith("missing"):
                entry["why"] = why
    return found


def main() -> int:
    """Update every catalogue; return 1 while anything is missing."""
    words = json.loads(Path(sys.argv[1]).read_text("utf-8")) if len(sys.argv) > 1 else {}
    template = extracted()
    catalogs = {code: updated(code, template) for code in TRANSLATED}
    for code, catalog in catalogs.items():
        fill(catalog, words, code)
        path = po_file(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(catalog), "utf-8")
        print(f"{code}: {len(catalog) - len(list(faults(catalog)))} of {len(catalog)} texts")
    missing = todo(catalogs)
    if not missing:
        return 0
    TODO.parent.mkdir(exist_ok=True)
    TODO.write_text(json.dumps(missing, ensure_ascii=False, indent=1), "utf-8")
    for text, entry in missing.items():
        codes = " ".join(code for code in TRANSLATED if code in entry)
        print(f"  {codes}: {text!r} ({entry.get('why', 'missing')}, {entry['where']})")
    print(f"Fill in {TODO.relative_to(ROOT)}, then: make translations FILL={TODO.relative_to(ROOT)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
