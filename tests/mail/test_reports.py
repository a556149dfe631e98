"""Delivery reports as servers write them, and what is none."""

import zlib

import pytest

from registration.mail.incoming import MOST_BYTES, Ignored
from registration.mail.reports import read_report

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: bounces+1.aaaaaaaaaaaaaaaa@events.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: Recipient address rejected

--b
Content-Type: message/rfc822

Subject: Your seat is confirmed
From: events@example.org

Text.

--b--
"""


def report(action: str = "failed", status: str = "5.1.1") -> bytes:
    return REPORT.format(action=action, status=status).replace("\n", "\r\n").encode()


def test_a_failure_says_why_and_names_nobody_in_its_detail():
    found = read_report(report())
    assert (found.action, found.status, found.recipient) == ("failed", "5.1.1", "ada@example.org")
    assert found.is_permanent
    assert found.says_nobody_there
    assert "ada" not in found.detail
    assert "Recipient address rejected" in found.detail


@pytest.mark.parametrize(
    ("action", "status", "is_permanent", "nobody"),
    [
        ("Failed", "5.2.2", True, False),
        ("failed", "4.4.7", False, False),
        ("delayed", "4.4.1", False, False),
        ("delivered", "2.0.0", False, False),
        ("failed", "5.1.10 (null MX)", True, True),
    ],
)
def test_only_a_failure_of_class_five_is_for_good(action, status, is_permanent, nobody):
    found = read_report(report(action, status))
    assert (found.is_permanent, found.says_nobody_there) == (is_permanent, nobody)


def test_to_whom_it_was_sent_comes_from_the_server_first():
    found = read_report(report(), "bounces+9.bbbbbbbbbbbbbbbb@events.example.org")
    assert found.recipients[0].startswith("bounces+9.")
    assert found.recipients[1].startswith("bounces+1.")


BROKEN = {
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "an absence note": b"To: bounces@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.",
    "a report without its fields": report().replace(b"message/delivery-status", b"text/plain"),
    "a report of nothing known": report("exploded"),
    "a status that is none": report("failed", "bad"),
    "half of it": report()[:300],
    "an unknown charset": report().replace(b"text/plain", b"text/plain; charset=klingon"),
    "nested without end": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5000)
    ),
    "many parts": b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 5000,
    "a bomb as an attachment": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: application/zip\r\nContent-Encoding: gzip\r\n\r\n"
    + zlib.compress(b"0" * 10**7)
    + b"\r\n--b--",
    "too much": b"x" * (MOST_BYTES + 1),
}


@pytest.mark.parametrize("name", [one for one in BROKEN if one != "an unknown charset"])
def test_what_is_no_report_is_ignored_with_a_sentence(name):
    with pytest.raises(Ignored) as ignored:
        read_report(BROKEN[name])
    assert str(ignored.value).endswith(".")


def test_a_charset_nobody_knows_harms_nothing():
    assert read_report(BROKEN["an unknown charset"]).status == "5.1.1"
