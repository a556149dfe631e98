"""What calendars answer, read from mails as they come in."""

import base64

import pytest

from registration.booking.inbound.calendar_reply import read_answer
from registration.mail.incoming import Ignored

CALENDAR = """\
BEGIN:VCALENDAR
PRODID:-//Example//Mail//EN
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
UID:event-1@registration.example.org
DTSTAMP:20261124T120000Z
DTSTART:20261205T120000Z
SEQUENCE:0
ORGANIZER:mailto:events+7.aaaaaaaaaaaaaaaa@example.org
ATTENDEE;PARTSTAT={partstat}:mailto:ada@example.org
END:VEVENT
END:VCALENDAR
"""


def mail(
    partstat: str = "DECLINED",
    method: str = "REPLY",
    headers: str = "",
    calendar: str = CALENDAR,
    to: str = "events+7.aaaaaaaaaaaaaaaa@example.org",
) -> bytes:
    """Return a mail as Gmail and Outlook send it, the calendar in base64."""
    raw = calendar.format(partstat=partstat, method=method).replace("\n", "\r\n").encode()
    body = base64.encodebytes(raw).decode()
    return (
        f"From: anybody@example.net\r\nTo: {to}\r\n{headers}MIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        f"Declined.\r\n--b\r\nContent-Type: text/calendar; method={method}; charset=UTF-8\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_an_answer_is_read_with_the_address_it_went_to(partstat):
    found = read_answer(mail(partstat))
    assert (found.says, found.uid) == (partstat.lower(), "event-1@registration.example.org")
    assert "events+7.aaaaaaaaaaaaaaaa@example.org" in found.recipients


def test_another_time_proposed_is_a_counter():
    assert read_answer(mail("TENTATIVE", "COUNTER")).says == "counter"


def test_the_organizer_counts_when_the_envelope_was_lost():
    assert read_answer(mail(to="someone@example.org")).recipients[-1].startswith("events+7.")


@pytest.mark.parametrize("stated", ["auto-generated", "auto-replied"])
def test_that_a_program_sent_it_by_itself_does_not_matter(stated):
    assert read_answer(mail(headers=f"Auto-Submitted: {stated}\r\n")).says == "declined"


def test_a_mail_to_no_address_of_ours_is_not_read_at_all(monkeypatch):
    monkeypatch.setattr("registration.booking.inbound.calendar_reply.Calendar", None)
    with pytest.raises(Ignored, match="no address of ours"):
        read_answer(mail(), known=lambda _address: False)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"To: events@example.org\r\n\r\nHello",
        mail(method="REQUEST"),
        mail("DELEGATED"),
        mail(calendar="no calendar"),
        mail(calendar=CALENDAR.replace("UID:event-1@registration.example.org\n", "")),
        mail(calendar=CALENDAR.replace("ATTENDEE", "X-NOBODY")),
        mail(calendar=CALENDAR.replace("END:VEVENT", "X:" + "0" * 300_000 + "\nEND:VEVENT")),
    ],
    ids=["nothing", "a letter", "a request", "delegated", "broken", "no uid", "nobody", "huge"],
)
def test_what_is_no_answer_is_ignored(raw):
    with pytest.raises(Ignored):
        read_answer(raw)
