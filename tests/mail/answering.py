"""Answers of calendars as common programs write them, and what each must lead to.

Made from the formats; no mail of a real person.
"""

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PROGRAMS = {
    "google": "-//Google Inc//Google Calendar 70.9054//EN",
    "exchange": "Microsoft Exchange Server 2010",
    "outlook": "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
    "apple": "-//Apple Inc.//macOS 15.1//EN",
    "icloud": "-//Apple Inc.//iCloud//EN",
    "thunderbird": "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
    "fastmail": "-//CyrusIMAP.org/Cyrus 3.11//EN",
    "proton": "-//Proton AG//ProtonCalendar 1.0.0//EN",
    "zimbra": "Zimbra-Calendar-Provider",
    "nextcloud": "-//Nextcloud calendar v5.0//EN",
}
ENCODED: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
    "8bit": lambda data: data,
}
GOOGLE = "Sender: Google Calendar <calendar-notification@google.com>\r\nAuto-Submitted: auto-generated\r\n"
ROBOT = "Auto-Submitted: auto-replied\r\n"


@dataclass(frozen=True)
class Shape:
    """One answer. *expected* is what is noted, `asked` where others answer, `ignored`.

    `{to}`, `{uid}` and `{her}` in *line* and *extra* are filled in.
    """

    name: str
    expected: str
    program: str = "google"
    partstat: str = "DECLINED"
    method: str = "REPLY"
    line: str = ""
    extra: str = ""
    headers: str = ""
    shape: str = "alternative"
    encoding: str = "base64"
    charset: str = "utf-8"
    written: str = ""
    kind: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def raw(self, to: str, uid: str, her: str) -> bytes:
        """Return the mail that answers the invitation of *her*, whose ORGANIZER was *to*."""
        told = {"to": to, "uid": uid, "her": her, "HER": her.upper(), "her_quoted": her.replace("+", "%2B")}
        told |= self.values
        data = self._calendar(told).encode(self.written or self.charset)
        return self._mail(data, told)

    def _calendar(self, told: dict[str, str]) -> str:
        line = self.line or (
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=Réne Müller:mailto:{her}"
        )
        rows = [
            "BEGIN:VCALENDAR", f"PRODID:{PROGRAMS[self.program]}", "VERSION:2.0", "CALSCALE:GREGORIAN",
            f"METHOD:{self.method}", "BEGIN:VEVENT", "DTSTART:20261228T180000Z", "DTEND:20261228T200000Z",
            "DTSTAMP:20261201T040000Z", "ORGANIZER;CN=Müller:mailto:{to}", "UID:{uid}", *line.split("\n"),
            *filter(None, self.extra.split("\n")), "SEQUENCE:0", "SUMMARY:Answers", "END:VEVENT",
            "END:VCALENDAR", "",
        ]  # fmt: skip
        return "\r\n".join(rows).format(partstat=self.partstat, **told)

    def _mail(self, data: bytes, told: dict[str, str]) -> bytes:
        kind = self.kind or f"text/calendar; charset={self.charset}; method={self.method}"
        part = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {self.encoding}\r\n\r\n".encode()
        part += ENCODED[self.encoding](data)
        to = told["to"]
        head = (
            f"Return-Path: <{told['her']}>\r\nDelivered-To: {to}\r\nMIME-Version: 1.0\r\n{self.headers}"
            f"Date: Tue, 01 Dec 2026 04:00:00 +0000\r\nFrom: <{told['her']}>\r\nTo: {to}\r\n"
            "Subject: Declined: Answers\r\nMessage-ID: <x@mail.example>\r\n"
        ).encode()
        if self.shape == "single":
            return head + part
        text = b"Content-Type: text/plain; charset=utf-8\r\n\r\nAn answer to an invitation.\r\n"
        inner = b"--A\r\n" + text + b"--A\r\n" + part + b"\r\n--A--\r\n"
        if self.shape == "alternative":
            return head + b'Content-Type: multipart/alternative; boundary="A"\r\n\r\n' + inner
        name = b'Content-Disposition: attachment; filename="invite.ics"\r\n'
        file = b'Content-Type: application/ics; name="invite.ics"\r\n' + name
        file += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data)
        return (
            head + b'Content-Type: multipart/mixed; boundary="M"\r\n\r\n--M\r\n'
            b'Content-Type: multipart/alternative; boundary="A"\r\n\r\n'
            + inner
            + b"--M\r\n"
            + file
            + b"--M--\r\n"
        )


def answers() -> Iterator[Shape]:
    """Yield every shape we know of."""
    yield from _by_program()
    yield from _by_others()
    yield from _of_other_kinds()


def _by_program() -> Iterator[Shape]:
    yield Shape("Google, automatic as it says", "declined", headers=GOOGLE, shape="mixed")
    yield Shape("Google accepts", "accepted", headers=GOOGLE, shape="mixed", partstat="ACCEPTED")
    yield Shape("Google may come", "tentative", headers=GOOGLE, shape="mixed", partstat="TENTATIVE")
    yield Shape(
        "Google proposes another time",
        "counter",
        headers=GOOGLE,
        shape="mixed",
        method="COUNTER",
        partstat="TENTATIVE",
    )
    yield Shape(
        "Google with a note",
        "declined",
        headers=GOOGLE,
        shape="mixed",
        extra="COMMENT:Ill\\, sorry.\nX-GOOGLE-CONFERENCE:https://meet.example/x",
    )
    microsoft = "Thread-Topic: Answers\r\nX-MS-Has-Attach:\r\nX-MS-TNEF-Correlator:\r\n"
    upper = "ATTENDEE;PARTSTAT={partstat};CN=R:MAILTO:{HER}"
    yield Shape("Exchange", "declined", "exchange", headers=microsoft, line=upper)
    yield Shape("Exchange, a rule's answer", "declined", "exchange", headers=microsoft + ROBOT)
    yield Shape(
        "Exchange proposes another time",
        "counter",
        "exchange",
        method="COUNTER",
        partstat="TENTATIVE",
        line=upper,
        headers=microsoft,
    )
    yield Shape(
        "Outlook on the web",
        "accepted",
        "exchange",
        partstat="ACCEPTED",
        headers=microsoft,
        extra="X-MICROSOFT-CDO-APPT-SEQUENCE:0\nX-MICROSOFT-DISALLOW-COUNTER:FALSE",
    )
    yield Shape(
        "Outlook on a desk, one part",
        "tentative",
        "outlook",
        partstat="TENTATIVE",
        shape="single",
        kind='text/calendar; method=REPLY; charset="utf-8"; name="meeting.ics"',
    )
    yield Shape(
        "Apple, one part",
        "declined",
        "apple",
        shape="single",
        encoding="quoted-printable",
        headers="X-Mailer: Apple Mail\r\n",
    )
    yield Shape(
        "iCloud names a path",
        "declined",
        "icloud",
        line='ATTENDEE;CN="R";EMAIL="{her}";PARTSTAT=DECLINED:/aMTA2/principal/',
    )
    yield Shape(
        "Thunderbird",
        "declined",
        "thunderbird",
        shape="mixed",
        encoding="8bit",
        headers="User-Agent: Mozilla Thunderbird\r\n",
    )
    yield Shape(
        "Fastmail",
        "accepted",
        "fastmail",
        partstat="ACCEPTED",
        line="ATTENDEE;PARTSTAT=ACCEPTED;X-JMAP-ID=Zm9v;X-DTSTAMP=20261201T040000Z:mailto:{her}",
    )
    yield Shape(
        "Proton", "declined", "proton", line="ATTENDEE;X-PM-TOKEN=ab12;PARTSTAT=DECLINED:mailto:{her}"
    )
    yield Shape(
        "Zimbra",
        "declined",
        "zimbra",
        extra="X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
        shape="mixed",
        headers="X-Mailer: Zimbra 9.0\r\n",
    )
    yield Shape(
        "Nextcloud",
        "accepted",
        "nextcloud",
        partstat="ACCEPTED",
        shape="mixed",
        headers="Auto-Submitted: auto-generated\r\n",
        extra="REQUEST-STATUS:2.0;Success",
    )


def _by_others() -> Iterator[Shape]:
    eve = "mailto:eve@stranger.example"
    yield Shape("forwarded, and declined there", "asked", line=f"ATTENDEE;PARTSTAT=DECLINED:{eve}")
    yield Shape(
        "forwarded, and accepted there", "asked", line=f"ATTENDEE;PARTSTAT=ACCEPTED:{eve}", headers=GOOGLE
    )
    yield Shape(
        "forwarded, another time", "asked", method="COUNTER", line=f"ATTENDEE;PARTSTAT=TENTATIVE:{eve}"
    )
    delegate = 'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:{her}":mailto:col@example.org'
    yield Shape("a delegate accepts", "asked", line=delegate)
    yield Shape(
        "she delegates",
        "asked",
        "exchange",
        line='ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:col@example.org":mailto:{her}\n' + delegate,
    )
    yield Shape(
        "her assistant, in her name",
        "declined",
        "exchange",
        line='ATTENDEE;SENT-BY="mailto:ben@example.org";PARTSTAT=DECLINED:mailto:{her}',
    )
    yield Shape(
        "a name that holds her address", "asked", line=f'ATTENDEE;CN="{{her}}";PARTSTAT=DECLINED:{eve}'
    )
    yield Shape("an address of ours that is another's", "ignored", values={"to": "events@events.example.org"})


def _of_other_kinds() -> Iterator[Shape]:
    yield Shape("says UTF-8, is windows-1252", "declined", written="cp1252")
    yield Shape(
        "a charset that nobody knows", "declined", kind="text/calendar; charset=klingon; method=REPLY"
    )
    yield Shape("begins with a mark of its bytes", "declined", written="utf-8-sig")
    yield Shape("her address with escapes", "declined", line="ATTENDEE;PARTSTAT=DECLINED:mailto:{her_quoted}")
    yield Shape(
        "a file without its kind",
        "declined",
        shape="single",
        kind='application/octet-stream; name="invite.ics"',
    )
    yield Shape("no METHOD in the mail", "declined", kind="text/calendar; charset=utf-8")
    yield Shape("an out-of-office note", "ignored", headers=ROBOT, shape="single", kind="text/plain")
    yield Shape("nothing decided yet", "ignored", partstat="NEEDS-ACTION")
    yield Shape("an invitation of hers", "ignored", method="REQUEST")
    yield Shape("refreshes what it has", "ignored", method="REFRESH")
    yield Shape("another event's UID", "ignored", values={"uid": "event-0@registration.example.org"})
