"""Attendee lists as files: streamed, and safe to open in a spreadsheet."""

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import TextIOWrapper
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.asking import CHOICES
from registration.events.models import Event, Question
from registration.organiser.attendees.answers import answers_for
from registration.organiser.attendees.queries import Filters, attendees
from registration.seats import rules
from registration.seats.queries import line

FORMATS = ("csv", "xlsx", "json")
COLUMNS = (
    "name",
    "email",
    "firm",
    "category",
    "state",
    "place",
    "position",
    "registration",
    "party",
    "registered_at",
    "checked_in_at",
    "contact_name",
    "contact_email",
    "locale",
)
_CHUNK = 500
_PHONE = re.compile(r"\+[\d ()./-]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(
    session: Session,
    event: Event,
    fmt: str,
    out: BinaryIO,
    filters: Filters | None = None,
    *,
    with_sensitive: bool = False,
) -> int:
    """Write the attendees of *event* to *out* as *fmt* and return how many there are.

    Answers about health, food and access are left out unless *with_sensitive*.
    """
    questions = _questions(session, event.id, with_sensitive)
    listed = rows(session, event, filters or Filters(), questions)
    if fmt == "json":
        return _write_json(questions, listed, out)
    write = {"csv": _write_csv, "xlsx": _write_xlsx}[fmt]
    return write(headings(questions), (_flat(row) for row in listed), out)


def headings(questions: Sequence[Question]) -> list[str]:
    """Return what stands above each column, each once: people type the words of their questions.

    A second "Diet", or a question called "name", has its number behind it.
    """
    found = list(COLUMNS)
    for question in questions:
        heading = question.label if question.label not in found else f"{question.label} ({question.id})"
        while heading in found:
            heading += "'"
        found.append(heading)
    return found


def rows(
    session: Session, event: Event, filters: Filters, questions: Sequence[Question]
) -> Iterator[list[Any]]:
    """Yield a row per attendee, each answer as a list of what was said.

    People and answers are read in chunks, never all at once.
    """
    zone = ZoneInfo(event.time_zone)
    positions = {one.registration_id: rank for rank, one in enumerate(line(session, event.id), 1)}
    found = session.execute(attendees(event.id, filters).execution_options(yield_per=_CHUNK))
    for chunk in found.partitions(_CHUNK):
        answers = answers_for(session, [row.Attendee for row in chunk], questions)
        for row in chunk:
            one, registration, booking = row.Attendee, row.Registration, row.Booking
            state = "removed" if one.removed_at else registration.state
            yield [
                one.name,
                one.email,
                one.firm,
                row.category or "",
                state,
                registration.place,
                positions.get(registration.id, "") if state == rules.WAITLISTED else "",
                registration.id,
                registration.size,
                _local(registration.created_at, zone),
                _local(one.checked_in_at, zone),
                booking.name,
                booking.email,
                booking.locale,
                *(answers.get((one.id, question.id), []) for question in questions),
            ]


def _flat(row: Sequence[Any]) -> list[str | int]:
    """Return a row for a table: what was chosen of several stands in one cell."""
    return ["; ".join(cell) if isinstance(cell, list) else cell for cell in row]


def safe_cell(value: str | int) -> str | int:
    """Return *value* so that a spreadsheet shows it and never runs it; a phone number keeps its plus."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _PHONE.fullmatch(value):
        return f"'{value}"
    return value


def _questions(session: Session, event_id: int, with_sensitive: bool) -> Sequence[Question]:
    # What is no longer asked comes last; its answers are not lost.
    query = (
        select(Question)
        .where(Question.event_id == event_id)
        .order_by(Question.archived_at.is_not(None), Question.rank, Question.id)
    )
    if not with_sensitive:
        query = query.where(Question.is_sensitive.is_(False))
    return session.scalars(query).all()


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _write_csv(columns: Sequence[str], listed: Iterable[Sequence[Any]], out: BinaryIO) -> int:
    out.write(codecs.BOM_UTF8)
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    count = 0
    for row in listed:
        writer.writerow([safe_cell(cell) for cell in row])
        count += 1
    # The file belongs to the caller.
    text.detach()
    return count


def _write_xlsx(columns: Sequence[str], listed: Iterable[Sequence[Any]], out: BinaryIO) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("Attendees")
    bold = book.add_format({"bold": True})
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column, bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(columns) - 1, 18)
    count = 0
    for row in listed:
        count += 1
        for index, cell in enumerate(row):
            # Text is written as text: a name like =1+1 must not become a formula.
            if isinstance(cell, int):
                sheet.write_number(count, index, cell)
            elif cell:
                sheet.write_string(count, index, _without_control(cell))
    book.close()
    return count


def _write_json(questions: Sequence[Question], listed: Iterable[Sequence[Any]], out: BinaryIO) -> int:
    """Write an object per attendee; answers are a list, since nothing that people typed may be a key."""
    count = 0
    out.write(b"[")
    for row in listed:
        facts = dict(zip(COLUMNS, row, strict=False))
        said = [
            {"id": question.id, "label": question.label, "value": _value(question, answer)}
            for question, answer in zip(questions, row[len(COLUMNS) :], strict=True)
        ]
        out.write(b",\n" if count else b"\n")
        out.write(json.dumps(facts | {"answers": said}, ensure_ascii=False).encode())
        count += 1
    out.write(b"\n]\n")
    return count


def _value(question: Question, answer: list[str]) -> str | list[str]:
    """Return an answer: a list where several can be chosen, else the text; empty where nothing was said."""
    return answer if question.kind == CHOICES else "".join(answer)


def _without_control(cell: str) -> str:
    return "".join(char for char in cell if char >= " " or char in "\n\t")
