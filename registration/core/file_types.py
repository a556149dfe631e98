"""The kinds of files that people may give us, by the ending of their names."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FileType:
    """A kind of file: its media type, and how its bytes begin; text has no beginning of its own."""

    media_type: str
    begins: bytes = b""


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
ZIP = b"PK\x03\x04"
# In the order in which a page names them.
FILE_TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", b"%PDF-"),
    "pptx": FileType(f"{_OFFICE}.presentationml.presentation", ZIP),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", ZIP),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", ZIP),
    "odp": FileType(f"{_OPEN}.presentation", ZIP),
    "odt": FileType(f"{_OPEN}.text", ZIP),
    "ods": FileType(f"{_OPEN}.spreadsheet", ZIP),
    "zip": FileType("application/zip", ZIP),
    "png": FileType("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": FileType("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": FileType("image/jpeg", b"\xff\xd8\xff"),
    "txt": FileType("text/plain; charset=utf-8"),
    "csv": FileType("text/csv; charset=utf-8"),
}
