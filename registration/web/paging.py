"""Long lists in pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Where we are in a list of *total* rows."""

    number: int
    total: int
    size: int = SIZE
    name: str = "page"

    @property
    def shown(self) -> slice:
        """The rows of this page."""
        return slice(self.offset, self.offset + self.size)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def previous_url(self) -> str | None:
        return _url(self.name, self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        return _url(self.name, self.number + 1) if self.number < self.pages else None


def page(total: int, size: int = SIZE, name: str = "page") -> Page:
    """Return the page that the request asks for by ?page=, kept within the list.

    A second list on the same screen has another *name*.
    """
    asked = request.args.get(name, 1, type=int) or 1
    last = max(1, -(-total // size))
    return Page(number=min(max(asked, 1), last), total=total, size=size, name=name)


def _url(name: str, number: int) -> str:
    query = {**request.args.to_dict(), name: str(number)}
    return f"{request.path}?{urlencode(query)}"
