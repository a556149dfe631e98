"""Guest lists as other programs write them: a column is known by what its heading means."""

import pytest

from registration.invitations.rules import read_guests

ADA = ("ada@example.org", "Ada Love")
LISTS = {
    "columns of a database": "first_name,last_name,email\r\nAda,Love,ada@example.org\r\n",
    "name and last name": "name,lastname,email\r\nAda,Love,ada@example.org\r\n",
    "Google Forms": "Timestamp,Email Address,Full name\r\n1/2/2026 10:00:00,ada@example.org,Ada Love\r\n",
    "with a BOM and blanks": "\ufeffname , e-mail \r\nAda Love, ada@example.org \r\n",
    "German": "Vorname;Nachname;E-Mail-Adresse\r\nAda;Love;ada@example.org\r\n",
    "French": "Prénom;Nom;Adresse électronique\r\nAda;Love;ada@example.org\r\n",
    "Dutch": "Voornaam\tAchternaam\tE-mailadres\r\nAda\tLove\tada@example.org\r\n",
    "Chinese": "姓名,邮箱\r\nAda Love,ada@example.org\r\n",
    "Microsoft Forms": "ID,Start time,Email,Name\r\n1,1/2/26 9:00,ada@example.org,Ada Love\r\n",
    "Eventbrite": "Attendee first name,Attendee last name,Attendee email\r\nAda,Love,ada@example.org\r\n",
    "brackets": "Full name (as on the badge),E-mail (required)\r\nAda Love,ada@example.org\r\n",
    "full width": "name,email\r\nAda Love,ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ\r\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_each_names_the_same_guest(kind):
    found = read_guests(LISTS[kind])
    assert not found.unread
    assert [(one.email, one.name) for one in found.guests] == [ADA]


@pytest.mark.parametrize("line", ["Win http://spam.example/x,ada@example.org", "Ada,用户@例子.广告"])
def test_what_cannot_be_mailed_is_told(line):
    assert len(read_guests(f"name,email\n{line}").unread) == 1
