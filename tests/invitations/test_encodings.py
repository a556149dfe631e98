"""A guest list is read as programs save it: in any of their encodings, with cells of several lines."""

import pytest

from registration.invitations.encodings import table_text
from registration.invitations.rules import Guest, read_guests

LIST = "Prénom;Nom;E-mail\r\nRené;Müller;ada@example.org\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_each_encoding_names_the_same_guest(encoding):
    found = read_guests(table_text(LIST.encode(encoding)))
    assert found.guests == (Guest("ada@example.org", "René Müller"),)
    assert found.unread == ()


def test_what_is_no_table_is_not_read_as_one():
    assert "\x00" in table_text(b"PK\x03\x04\x00\x00\x08\xff\xfe" * 4)
    assert "\x00" in table_text(b"\xff\xfea")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_quoted_cell_may_go_over_lines(sign):
    rows = [["name", "email", "remark"], ['"Ada\r\nLove"', "ada@example.org", '"one\ntwo ""three"""']]
    rows += [["Ben", "ben@example.org", ""]]
    found = read_guests("\r\n".join(sign.join(row) for row in rows))
    assert found.guests == (Guest("ada@example.org", "Ada Love"), Guest("ben@example.org", "Ben"))
    assert found.unread == ()


def test_a_sign_that_is_never_closed_hides_no_guest():
    found = read_guests('name,email\n"Ada,ada@example.org\nBen,ben@example.org\n')
    assert Guest("ben@example.org", "Ben") in found.guests
