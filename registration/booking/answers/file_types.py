"""Which files may answer a question, told by what is in them and never by their names."""

import re
import zipfile
from io import BytesIO

from registration.core.file_types import FILE_TYPES, ZIP
from registration.core.text import is_readable, line, slugged

_OPEN = ("odt", "ods", "odp")
# No archive and no text: what is in a file must say what it is.
ENDINGS = {
    FILE_TYPES[ending].media_type: ending for ending in ("pdf", "png", "jpg", "docx", "xlsx", "pptx", *_OPEN)
}
_BEGINNINGS = {FILE_TYPES[ending].begins: FILE_TYPES[ending].media_type for ending in ("pdf", "png", "jpg")}
_INSIDE = {
    "word/document.xml": FILE_TYPES["docx"].media_type,
    "xl/workbook.xml": FILE_TYPES["xlsx"].media_type,
    "ppt/presentation.xml": FILE_TYPES["pptx"].media_type,
}
_NAME_LENGTH = 120


def content_type_of(data: bytes) -> str | None:
    """Return what kind of file *data* is, or None for any that we do not take."""
    for beginning, content_type in _BEGINNINGS.items():
        if data.startswith(beginning):
            return content_type
    return _office_type(data) if data.startswith(ZIP) else None


def shown_name(filename: str) -> str:
    """Return the name that a file came with as one line that can be shown: no path, nothing invisible."""
    last = re.split(r"[/\\]", filename)[-1]
    name = line(last) if is_readable(last) else ""
    return name[-_NAME_LENGTH:] or "file"


def download_name(name: str, content_type: str) -> str:
    """Return the name a file is saved under: plain letters, and the ending of what it is."""
    stem = name.rpartition(".")[0] or name
    return f"{slugged(stem)}.{ENDINGS[content_type]}"


def _office_type(data: bytes) -> str | None:
    """Return the type of an office document by its list of contents, which is all that is read of it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            for name, content_type in _INSIDE.items():
                if name in names:
                    return content_type
            if "mimetype" in names:
                with archive.open("mimetype") as inner:
                    stated = inner.read(100).decode("ascii", "replace").strip()
                return stated if ENDINGS.get(stated) in _OPEN else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None
    return None
