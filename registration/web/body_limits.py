"""How large a form's body may be: derived from what the form promises to take, for each address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from flask import Flask, current_app, g, request
from flask.sansio.app import App
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

_EXTENSION = "registration_body_limits"
# A character is four bytes of UTF-8 at most, and each byte becomes %XX where a form carries no file.
_CHARACTER = 4 * 3
# The name of a field, and the boundary and headers before it in a form that carries files.
_FIELD = 400
# What is a little too long comes back with a sentence at its field, so more is read than is taken.
_MARGIN = 2
# Werkzeug counts what it reads at once as part of the field that ends in it.
_READ_AT_ONCE = 2 * 64 * 1024
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Promise:
    """The most that a form takes: characters, fields, files, and how large each file may be in bytes."""

    characters: int
    fields: int
    files: int = 0
    file_size: int = 0

    def __add__(self, other: "Promise") -> "Promise":
        return Promise(
            self.characters + other.characters,
            self.fields + other.fields,
            self.files + other.files,
            max(self.file_size, other.file_size),
        )

    @property
    def text_bytes(self) -> int:
        return _MARGIN * (self.characters * _CHARACTER + self.fields * _FIELD)

    @property
    def bytes(self) -> int:
        return self.text_bytes + self.files * self.file_size


def promise(app: App, name: str, largest: Callable[..., Promise]) -> None:
    """Let the forms of the endpoint or blueprint *name* be as large as *largest* says.

    It is called with the values of the address, and only for a body that is larger than most are.
    """
    app.extensions.setdefault(_EXTENSION, {})[name] = largest


def promised(app: App) -> Mapping[str, Callable[..., Promise]]:
    """Return what is promised, by endpoint or blueprint."""
    known: Mapping[str, Callable[..., Promise]] = app.extensions.get(_EXTENSION, {})
    return known


def largest_body(config: Mapping[str, Any]) -> int:
    """Return how many bytes the server reads of any form: the files of a whole party, all too large.

    What is above the promise of a form is read without its files, so that what was typed is not lost.
    """
    files = max(config["MAX_UPLOAD"], config["MAX_PARTY"] * config["MAX_FILE"])
    return int(_MARGIN * files + 4 * _MEGABYTE)


def largest_file() -> int:
    """Return how large a file of the form that was sent may be, or 0 where it takes none."""
    found = _promise_here()
    return 0 if found is None else found.file_size


def are_files_dropped() -> bool:
    """Say whether the files of this form were too large together; the rest of it was read."""
    return bool(g.get("files_dropped"))


def dropped_sentence() -> str:
    """Return what stands at a file that was dropped."""
    most = largest_file() // _MEGABYTE
    return str(
        _("These files are too large together. Choose this one again, of at most %(most)s MB.", most=most)
    )


def allow_promised(app: Flask) -> None:
    """Give the request that is there the limits of its form; to be called before its body is read."""
    length = request.content_length or 0
    usual = int(app.config["MAX_CONTENT_LENGTH"])
    most_parts = int(app.config["MAX_FORM_PARTS"])
    found = _promise_here() if length > usual else None
    limit = max(usual, found.bytes if found else 0)
    request.max_content_length = limit
    request.max_form_memory_size = limit + _READ_AT_ONCE
    request.max_form_parts = max(most_parts, _MARGIN * found.fields if found else 0)
    takes_files = found is not None and found.files > 0 and request.mimetype == "multipart/form-data"
    if takes_files and limit < length <= largest_body(app.config):
        _read_without_files(largest_body(app.config))


def _promise_here() -> Promise | None:
    known = promised(current_app)
    largest = known.get(request.endpoint or "") or known.get(request.blueprint or "")
    return None if largest is None else largest(**(request.view_args or {}))


def _read_without_files(most: int) -> None:
    """Read the fields and let the contents of the files go by."""
    request.max_content_length = most
    parser = FormDataParser(
        stream_factory=_nothing,
        max_form_memory_size=request.max_form_memory_size,
        max_content_length=most,
        max_form_parts=request.max_form_parts,
    )
    stream = get_input_stream(request.environ, max_content_length=most)
    rest, form, files = parser.parse(
        stream, request.mimetype, request.content_length, request.mimetype_params
    )
    kept: ImmutableMultiDict[str, FileStorage] = ImmutableMultiDict(files)
    # As Werkzeug's own Request keeps what it parsed.
    vars(request._get_current_object()).update(  # type: ignore[attr-defined]
        stream=rest, form=ImmutableMultiDict(form), files=kept
    )
    g.files_dropped = True


class _Nothing:
    """A file that keeps nothing of what is written."""

    def write(self, data: bytes) -> int:
        return len(data)

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return 0

    def read(self, _size: int = -1) -> bytes:
        return b""

    def close(self) -> None:
        return


def _nothing(*_facts: object, **_more: object) -> IO[bytes]:
    return _Nothing()  # type: ignore[return-value]
