"""Read a list of guests as people paste it, and say how an invitation stands: values in, decision out."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from registration.core import text

UNSENT = "unsent"
UNANSWERED = "unanswered"
ACCEPTED = "accepted"
DECLINED = "declined"
WITHDRAWN = "withdrawn"
STANDS = (UNSENT, UNANSWERED, ACCEPTED, DECLINED, WITHDRAWN)

MOST_GUESTS = 100
_OPEN_CELL = re.compile(r'(^|[,;\t]) *"')
# An address of several lines in one cell; more is a sign that was forgotten.
_MOST_LINES = 10
NAME_LENGTH = 100
EMAIL_LENGTH = 254
# As folded, with blanks for signs: of spreadsheets, form services and ticket shops in our languages.
_HEADINGS = {
    "email": {
        "email",
        "e mail",
        "mail",
        "address",
        "adresse",
        "email address",
        "e mail address",
        "emailadres",
        "e mailadres",
        "e mail adresse",
        "email adresse",
        "mailadresse",
        "adresse e mail",
        "adresse email",
        "adresse electronique",
        "adresse de messagerie",
        "courriel",
        "attendee email",
        "guest email",
        "username",
        "contact email",
        "buyer email",
        "邮箱",
        "电子邮件",
        "电子邮箱",
        "邮件地址",
        "邮箱地址",
        "电子邮件地址",
    },
    "name": {
        "name",
        "full name",
        "nom",
        "naam",
        "nom complet",
        "volledige naam",
        "vollstandiger name",
        "your name",
        "attendee name",
        "guest",
        "guest name",
        "invite",
        "participant",
        "teilnehmer",
        "deelnemer",
        "display name",
        "nom et prenom",
        "prenom et nom",
        "vor und nachname",
        "姓名",
        "名字 姓氏",
        "名称",
    },
    "first": {
        "first name",
        "firstname",
        "given name",
        "forename",
        "prenom",
        "vorname",
        "voornaam",
        "attendee first name",
        "fname",
        "名",
        "名字",
    },
    "last": {
        "last name",
        "lastname",
        "surname",
        "family name",
        "nom de famille",
        "nachname",
        "familienname",
        "achternaam",
        "familienaam",
        "attendee last name",
        "attendee surname",
        "lname",
        "姓",
        "姓氏",
    },
    "guests": {
        "guests",
        "may bring",
        "brings",
        "invites",
        "gasten",
        "gaste",
        "begleitung",
        "plus",
        "同行人数",
    },
    "locale": {"language", "locale", "lang", "langue", "taal", "sprache", "语言"},
}


@dataclass(frozen=True)
class Guest:
    """Whom the organiser wants to invite; *guests* and *locale* only where the list says so."""

    email: str
    name: str = ""
    guests: int | None = None
    locale: str = ""


@dataclass(frozen=True)
class GuestList:
    """What was read: each address once, the lines (number, words) that hold none, and what nobody reads."""

    guests: tuple[Guest, ...]
    unread: tuple[tuple[int, str], ...]
    # Headings of columns, or cells where there are no headings.
    unused: tuple[str, ...] = ()


def read_guests(typed: str) -> GuestList:
    """Read addresses one a line, as mail programs copy them, or as CSV with or without headings."""
    guests: list[Guest] = []
    unread: list[tuple[int, str]] = []
    headings: list[str] = []
    unused: list[str] = []
    for number, line in _records(typed.lstrip("\ufeff")):
        cells = _cells(line)
        if not any(cells):
            continue
        if found := _headings(cells):
            # Of the lines below; those above may have been typed by hand.
            headings = found
            unused += [cell for cell, name in zip(cells, found, strict=True) if cell and not name]
            continue
        row = _by_headings(headings, cells) if headings else _by_looks(cells)
        if row and all(_is_sound(guest) for guest in row):
            guests += [replace(one, email=text.plain(one.email)) for one in row]
            unused += [] if headings else _left_over(cells, row[0])
        else:
            unread.append((number, text.line(line)[:80]))
    return GuestList(tuple(merged(guests)), tuple(unread), tuple(dict.fromkeys(unused)))


def _records(typed: str) -> Iterator[tuple[int, str]]:
    """Yield the rows with the number of their first line; a quoted cell may go over lines (RFC 4180 §2.6)."""
    lines, at = typed.splitlines(), 0
    while at < len(lines):
        end = at + 1
        if lines[at].count('"') % 2 and _OPEN_CELL.search(lines[at]):
            ends = range(at + 2, min(at + _MOST_LINES, len(lines)) + 1)
            # A sign that is never closed is one that somebody typed, and the line stands for itself.
            end = next((one for one in ends if "".join(lines[at:one]).count('"') % 2 == 0), end)
        yield at + 1, "\n".join(lines[at:end])
        at = end


def merged(guests: Iterable[Guest]) -> list[Guest]:
    """Return each address once, with the first name and the largest party that any of its lines has."""
    found: dict[str, Guest] = {}
    for one in guests:
        key = text.normal_email(one.email)
        known = found.get(key)
        if known is None:
            found[key] = one
            continue
        parties = [party for party in (known.guests, one.guests) if party is not None]
        found[key] = replace(
            known,
            name=known.name or one.name,
            guests=max(parties, default=None),
            locale=known.locale or one.locale,
        )
    return list(found.values())


def stands(*, is_active: bool, has_ended: bool, is_declined: bool, is_withdrawn: bool, is_sent: bool) -> str:
    """Return how an invitation stands. Who said yes and cancelled later has declined."""
    if is_active:
        return ACCEPTED
    if is_withdrawn:
        return WITHDRAWN
    if is_declined or has_ended:
        return DECLINED
    return UNANSWERED if is_sent else UNSENT


def _cells(line: str) -> list[str]:
    delimiter = next((sign for sign in ("\t", ";") if sign in line), ",")
    row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return [text.plain(cell) if "＠" in cell else text.line(cell) for cell in row]


def _headings(cells: Sequence[str]) -> list[str]:
    """Return what each column is when this line names them, else nothing."""
    if any("@" in cell for cell in cells):
        return []
    names = [
        next((name for name, words in _HEADINGS.items() if _heading(cell) in words), "") for cell in cells
    ]
    # "Nom" beside "Prénom", or "name" beside "lastname", is one half of the name.
    if "name" in names and ("first" in names) != ("last" in names):
        names[names.index("name")] = "last" if "first" in names else "first"
    return names if "email" in names else []


def _heading(cell: str) -> str:
    """Return a heading without case, accents and signs, and without what a form says in brackets."""
    bare = re.sub(r"[(\[（].*", "", cell) or cell
    return " ".join(re.findall(r"\w+", text.fold(bare).replace("_", " ")))


def _by_headings(headings: Sequence[str], cells: Sequence[str]) -> list[Guest]:
    row = {name: cell for name, cell in zip(headings, cells, strict=False) if name}
    name = row.get("name") or " ".join(part for part in (row.get("first"), row.get("last")) if part)
    address = _split(row.get("email", ""))
    if address is None:
        return []
    guests = _number(row.get("guests", ""))
    return [Guest(address.email, name or address.name, guests, row.get("locale", "").lower()[:2])]


def _by_looks(cells: Sequence[str]) -> list[Guest]:
    """Tell by its looks what a cell is: an address, a number of guests, else the first is a name."""
    addresses = [_split(cell) for cell in cells if "@" in cell]
    found = [one for one in addresses if one is not None]
    if len(found) != len(addresses) or not found:
        return []
    if len(found) > 1:
        return found
    others = [cell for cell in cells if cell and "@" not in cell]
    numbers = [number for cell in others if (number := _number(cell)) is not None]
    names = [cell for cell in others if _number(cell) is None]
    name = found[0].name or (names[0] if names else "")
    return [Guest(found[0].email, name, numbers[0] if numbers else None)]


def _left_over(cells: Sequence[str], read: Guest) -> list[str]:
    return [
        cell
        for cell in cells
        if cell and "@" not in cell and cell != read.name and (read.guests is None or _number(cell) is None)
    ]


def _split(cell: str) -> Guest | None:
    """Return the address in *cell* with the name before it: "Ada <ada@example.org>" or without the signs."""
    named, sign, angled = cell.rstrip().removesuffix(">").partition("<")
    if sign and cell.rstrip().endswith(">") and "@" in angled and not set("<>") & set(angled):
        return Guest(angled.strip(), named.strip(" \"'"))
    words = cell.removeprefix("mailto:").split(" ")
    if len(words) > 1 and "@" in words[-1] and not any("@" in word for word in words[:-1]):
        return Guest(words[-1], " ".join(words[:-1]))
    return Guest(words[0]) if len(words) == 1 else None


def _number(cell: str) -> int | None:
    return int(cell) if cell.isascii() and cell.isdigit() and int(cell[:4]) <= MOST_GUESTS else None


def _is_sound(guest: Guest) -> bool:
    try:
        text.normal_email(guest.email)
    except ValueError:
        return False
    is_short = len(guest.email) <= EMAIL_LENGTH and len(guest.name) <= NAME_LENGTH
    is_plain = text.is_readable(guest.email + guest.name) and not text.holds_link(guest.name)
    return is_short and is_plain and text.is_mailable(guest.email)
