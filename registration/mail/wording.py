"""The words of a mail: ours from templates, or an organiser's own with flat placeholders."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import current_app

# One name in one pair of braces; what stands in two is no placeholder of ours.
_PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
# What somebody may have meant as one: also with capitals, blanks or accents.
_MEANT = re.compile(r"(?<!\{)\{([^{}\n]{1,60})\}(?!\})")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _POP = "\u2068", "\u2069"
_GAP = re.compile(r"\n\s*\n")
# Our sentences stand side by side with a blank between them; the full stop of Chinese holds its own.
_SPACED = re.compile(r"(?<=[。！？]) (?=\S)")


@dataclass(frozen=True)
class Wording:
    """What a mail says: its subject, its first line, and the paragraphs that follow."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]


def ours(kind: str, values: Mapping[str, object]) -> Wording:
    """Return our own words for *kind*: a subject, and a text whose first line is the heading."""
    # Not by render_template: these need nothing of a request, and mails are many.
    template = current_app.jinja_env.get_template
    subject = template(f"email/{kind}/subject.txt").render(values)
    body = template(f"email/{kind}/words.txt").render(values)
    return _wording(subject, _SPACED.sub("", body))


def theirs(subject: str, body: str, values: Mapping[str, object]) -> Wording:
    """Return an organiser's words with each placeholder replaced once; unknown ones stay as they are."""
    return _wording(filled(subject, values), filled(body, values))


def filled(text: str, values: Mapping[str, object]) -> str:
    """Replace `{name}` by what *values* holds for it. Nothing is evaluated, and nothing twice."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)


def unknown_placeholders(text: str, known: Collection[str]) -> list[str]:
    """Return what stands in one pair of braces and is not *known*, each once."""
    return list(dict.fromkeys(found for found in _MEANT.findall(text) if found not in known))


def isolated(value: str) -> str:
    """Return *value* so that a name read from right to left leaves the words around it in their order."""
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in value):
        return f"{_ISOLATE}{value}{_POP}"
    return value


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the parts of *text* that stand between empty lines."""
    return tuple(part.strip() for part in _GAP.split(text.replace("\r\n", "\n")) if part.strip())


def _wording(subject: str, body: str) -> Wording:
    first, _, rest = body.strip().replace("\r\n", "\n").partition("\n")
    return Wording(" ".join(subject.split()), first.strip(), paragraphs(rest))
