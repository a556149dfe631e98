"""Which files may be published, and who was there: values in, decision out."""

from datetime import datetime

from registration.core.file_types import FILE_TYPES
from registration.core.text import slugged
from registration.events.rules import keeps_promises


def ending_of(file_name: str) -> str:
    """Return the ending of a file's name, if it is one that may be published, else nothing."""
    ending = file_name.rpartition(".")[2].lower()
    return ending if ending in FILE_TYPES else ""


def is_of_kind(ending: str, data: bytes) -> bool:
    """Say whether *data* is what its ending says; a page or program under another name is not."""
    kind = FILE_TYPES[ending]
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
