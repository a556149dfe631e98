"""A language that nobody speaks: every text of ours between signs, written from the right."""

import re
from html.parser import HTMLParser
from pathlib import Path

from tools.translations import extracted, written

OPEN, CLOSE = "⟦", "⟧"
# Arabic, for its direction and its six plural forms; it is offered to nobody.
CODE = "ar"


def write_catalogue(folder: Path) -> None:
    """Write the catalogue of the pseudo-language into *folder*."""
    words = extracted()
    words.locale = CODE
    for message in words:
        if isinstance(message.id, tuple):
            message.string = (_signed(message.id[1]),) * words.num_plurals
        elif message.id:
            message.string = _signed(message.id)
    path = folder / CODE / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(written(words), "utf-8")


def _signed(english: str) -> str:
    return f"{OPEN}{english}{CLOSE}"


class Unsigned(HTMLParser):
    """Collects what people read on a page and no catalogue gave: text, labels, alternatives."""

    READ = ("aria-label", "title", "alt", "placeholder", "data-label")

    def __init__(self, html: str) -> None:
        super().__init__()
        self._inside: list[str] = []
        self._text = ""
        self.feed(html)
        shown = _outside(self._text)
        self.found = {line.strip() for line in shown.split("\n") if re.search(r"[A-Za-z]{2}", line)}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._inside.append(tag)
        self._text += "\n".join(["", *(value or "" for name, value in attrs if name in self.READ), ""])

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._text += data


def _outside(text: str) -> str:
    """Return what stands outside all signs: they open in one node and close in another, one in another."""
    kept, depth = "", 0
    for sign in text:
        depth += {OPEN: 1, CLOSE: -1}.get(sign, 0)
        kept += sign if depth == 0 and sign != CLOSE else ""
    return kept
