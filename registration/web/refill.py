"""Put what was typed back into the form of a page that was rendered without it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

# What a page writes anew into each form: keys, and what it showed.
KEYS = frozenset({"csrf_token", "key", "submit_key", "seats_seen", "in-language", "next"})
# The form of a page that has one to be filled in, as our templates call it.
MAIN_FORM = "form"
_PRESSED = frozenset({"submit", "button", "image", "reset", "file", "password"})
_TICKED = frozenset({"checkbox", "radio"})
_Attributes = list[tuple[str, str | None]]


@dataclass
class Refilled:
    """A page with its form as it was typed; *placed* are the names of the controls that took something."""

    html: str
    placed: set[str] = field(default_factory=set)


def is_typed(name: str) -> bool:
    """Say whether the field *name* holds what a person chose, and not what the page put there."""
    return name not in KEYS and "password" not in name


def refill(html: str, page: str, action: str, typed: MultiDict[str, str]) -> Refilled:
    """Fill the form of *html* that is sent to *action*, the main one where that is empty.

    *page* is the path of the page: a form that says no action is sent there.
    """
    filler = _Filler(html, page, action, typed)
    filler.feed(html)
    filler.close()
    return Refilled(filler.result(), filler.placed)


class _Filler(HTMLParser):
    """Copies a page, and writes the controls of one form anew."""

    def __init__(self, html: str, page: str, action: str, typed: MultiDict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._html, self._page, self._action, self._typed = html, page, action, typed
        self._lines = [0]
        for row in html.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(row))
        self._done = 0
        self._out: list[str] = []
        self._is_ours = False
        self._select = ""
        self._text = ""
        self.placed: set[str] = set()

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        if tag == "form":
            self._is_ours = self._is_wanted(known)
        elif not self._is_ours or (name and not is_typed(name)):
            return
        elif tag == "input":
            self._input(known, attrs, name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select in self._typed:
            value = known.get("value") or ""
            self._mark(tag, attrs, "selected", is_on=value in self._typed.getlist(self._select))
            self.placed.add(self._select)
        elif tag == "textarea" and name in self._typed:
            self._text = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_ours = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text:
            at = self._offset()
            begin = self._end_of_tag(self._html.rfind("<textarea", 0, at))
            self._replace(begin, at, f"\n{escape(self._typed[self._text])}")
            self.placed.add(self._text)
            self._text = ""

    def result(self) -> str:
        return "".join((*self._out, self._html[self._done :]))

    def _is_wanted(self, known: dict[str, str | None]) -> bool:
        if not self._action:
            return known.get("id") == MAIN_FORM
        address = (known.get("action") or self._page).partition("?")[0]
        return known.get("method") == "post" and address == self._action

    def _input(self, known: dict[str, str | None], attrs: _Attributes, name: str) -> None:
        kind = known.get("type") or "text"
        if kind in _PRESSED or not name:
            return
        if kind in _TICKED:
            value = known.get("value") or "on"
            self._mark("input", attrs, "checked", is_on=value in self._typed.getlist(name))
            if name in self._typed:
                self.placed.add(name)
        elif name in self._typed:
            values = self._typed.getlist(name)
            self._rewrite("input", [*_without(attrs, "value"), ("value", values[0])])
            self.placed.add(name)

    def _mark(self, tag: str, attrs: _Attributes, mark: str, *, is_on: bool) -> None:
        self._rewrite(tag, [*_without(attrs, mark), *([(mark, None)] if is_on else [])])

    def _rewrite(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        said = "".join(
            f" {name}" if value is None else f' {name}="{escape(value, quote=True)}"' for name, value in attrs
        )
        at = self._offset()
        self._replace(at, at + len(self.get_starttag_text() or ""), f"<{tag}{said}>")

    def _replace(self, begin: int, end: int, words: str) -> None:
        self._out += [self._html[self._done : begin], words]
        self._done = end

    def _offset(self) -> int:
        row, column = self.getpos()
        return self._lines[row - 1] + column

    def _end_of_tag(self, begin: int) -> int:
        # Attributes of ours escape the sign, so the first one ends the tag.
        return self._html.index(">", begin) + 1


def _without(attrs: _Attributes, name: str) -> _Attributes:
    return [pair for pair in attrs if pair[0] != name]
