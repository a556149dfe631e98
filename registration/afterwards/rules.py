"""Which files may be published, and who was there: values in, decision out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registration.core.text import slugged
from registration.events.rules import keeps_promises


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, and how its bytes begin; text has no beginning of its own."""

    media_type: str
    begins: bytes = b""


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_ZIP = b"PK\x03\x04"
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", _ZIP),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "odp": Kind(f"{_OPEN}.presentation", _ZIP),
    "odt": Kind(f"{_OPEN}.text", _ZIP),
    "ods": Kind(f"{_OPEN}.spreadsheet", _ZIP),
    "zip": Kind("application/zip", _ZIP),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "txt": Kind("text/plain; charset=utf-8"),
    "csv": Kind("text/csv; charset=utf-8"),
}


def ending_of(file_name: str) -> str:
    """Return the ending of a file's name, if it is one that may be published, else nothing."""
    ending = file_name.rpartition(".")[2].lower()
    return ending if ending in KINDS else ""


def is_of_kind(ending: str, data: bytes) -> bool:
    """Say whether *data* is what its ending says; a page or program under another name is not."""
    kind = KINDS[ending]
    if kind.begins:
        return data.startswith(kind.begins)
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def own_name(title: str, ending: str) -> str:
    """Return the name under which a file is kept and saved: of its title, never of the uploader's disk."""
    return f"{slugged(title)}.{ending}"


def was_there(
    *, event_status: str, ends_at: datetime, now: datetime, checked_in_at: datetime | None, has_checkin: bool
) -> bool:
    """Say whether somebody with a seat may have a certificate.

    Where anybody was checked in, only who was; an event without check-in believes its list.
    """
    if not keeps_promises(event_status) or now < ends_at:
        return False
    return checked_in_at is not None or not has_checkin
