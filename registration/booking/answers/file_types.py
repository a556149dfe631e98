"""Which files may answer a question, told by what is in them and never by their names."""

import re
import zipfile
from io import BytesIO

from registration.core.text import is_readable, line, slugged

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}presentationml.presentation": "pptx",
    f"{_OPEN}text": "odt",
    f"{_OPEN}spreadsheet": "ods",
    f"{_OPEN}presentation": "odp",
}
_BEGINNINGS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_INSIDE = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_NAME_LENGTH = 120


def content_type_of(data: bytes) -> str | None:
    """Return what kind of file *data* is, or None for any that we do not take."""
    for beginning, content_type in _BEGINNINGS.items():
        if data.startswith(beginning):
            return content_type
    return _office_type(data) if data.startswith(b"PK\x03\x04") else None


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
                return stated if stated in ENDINGS and stated.startswith(_OPEN) else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None
    return None
