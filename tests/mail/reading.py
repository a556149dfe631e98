"""What of a mail is reviewed: its headers, its parts, its text, what its HTML shows, its calendar."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser

_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "In-Reply-To",
    "Content-Language",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
_LINKS = re.compile(
    r"/(attendees|bookings|tickets|feeds|unsubscribe|handovers|addresses|firms|invitations|reset)/[\w.-]*[\w-]"
)
_NAMES = re.compile(r"[0-9a-f]{24,32}(?=@)")
_BLOCKS = frozenset({"body", "div", "h1", "li", "p", "td", "title", "ul"})


def told(mail: EmailMessage) -> str:
    """Return what of *mail* is reviewed, as a text; what is drawn by lot stands there by its name."""
    headers = [f"{name}: {mail[name]}" for name in _HEADERS if mail[name]]
    sections = ["\n".join(headers), "\n".join(_parts(mail, 0))]
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/plain":
            sections.append("== text ==\n" + _content(part))
        elif kind == "text/html":
            sections.append("== html ==\n" + shown(_content(part)))
        elif kind == "text/calendar":
            sections.append("== calendar ==\n" + "\n".join(_calendar(_content(part))))
    text = "\n\n".join(section.strip("\n") for section in sections) + "\n"
    return _NAMES.sub("NAME", _LINKS.sub(r"/\1/TOKEN", text))


def shown(html: str) -> str:
    """Return what a reader sees of *html*: a line for each block, each link with its address."""
    reader = _Reader()
    reader.feed(html)
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return "\n".join(line for line in lines if line)


def _parts(part: EmailMessage, depth: int) -> Iterator[str]:
    name = part.get_filename()
    yield "  " * depth + part.get_content_type() + (f" {name}" if name else "")
    if part.is_multipart():
        for one in part.iter_parts():
            yield from _parts(one, depth + 1)  # type: ignore[arg-type]  # they are of the same policy


def _content(part: EmailMessage) -> str:
    content = part.get_content()
    text = content if isinstance(content, str) else content.decode()
    return text.replace("\r\n", "\n")


def _calendar(raw: str) -> Iterator[str]:
    """Yield the lines of a calendar without its zones, which are the same in all."""
    is_zone = False
    for line in raw.replace("\n ", "").strip().split("\n"):
        is_zone = is_zone or line == "BEGIN:VTIMEZONE"
        if not is_zone:
            yield line
        is_zone = is_zone and line != "END:VTIMEZONE"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._address = ""
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.found.append(f"({values.get('lang')}, {values.get('dir')})\n")
        elif tag == "a":
            self._address = values.get("href") or ""
            self.found.append("[")
        elif tag in ("br", *_BLOCKS):
            self.found.append("\n")
        self._is_hidden = self._is_hidden or tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.found.append(f"] <{self._address}>")
        elif tag in _BLOCKS:
            self.found.append("\n")
        self._is_hidden = self._is_hidden and tag not in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.found.append(data.replace("\n", " "))
