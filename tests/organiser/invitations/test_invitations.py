"""The organiser's list of guests: in by paste or file, out by one press, counted as it stands."""

import html
import io
import re
from dataclasses import replace

import pytest

from registration.booking.admission.services import register
from registration.booking.models import Invitation
from registration.core.database import db
from registration.invitations.services import decline_invitation
from registration.mail.models import OutgoingMessage
from tests import factories
from tests.factories import application, sign_in, token_in
from tests.invitations.arranging import invitation, invite, make_gala, stands
from tests.site.arranging import edit


@pytest.fixture
def gala(page_app, page_client):
    sign_in(page_client, "boss@example.org", factories.make_account("boss@example.org", "manager"))
    return make_gala(capacity=120)


def address(gala, ending="") -> str:
    return f"/organiser/events/{gala.slug}/invitations{ending}"


def read(client, gala, typed="", file=None, **values):
    """Send a list, and return the page that shows what was read of it."""
    page = client.get(address(gala, "/add")).text
    data = {"csrf_token": token_in(page), "guests": typed, "brings": "0", "locale": "en"} | values
    if file is not None:
        data["file"] = (io.BytesIO(file), "guests.csv")
    return client.post(address(gala, "/add"), data=data, content_type="multipart/form-data")


def add(client, gala, typed="", file=None, **values):
    """Send a list, and what the page then shows again."""
    shown = read(client, gala, typed, file, **values)
    if shown.status_code != 200:
        return shown
    [kept] = re.findall(r'<textarea[^>]*name="guests"[^>]*>\r?\n?(.*?)</textarea>', shown.text, re.S)
    return read(client, gala, html.unescape(kept), **values, seen=token_in(shown.text, "seen"))


def press(client, gala, ending):
    token = token_in(client.get(address(gala, "/add")).text)
    return client.post(address(gala, ending), data={"csrf_token": token, "tell": "yes"})


def mails() -> int:
    db.session.rollback()
    return db.session.query(OutgoingMessage).count()


def test_a_pasted_list_is_shown_before_anybody_is_written_to(page_client, gala):
    answer = add(
        page_client, gala, "Ada <ada@example.org>\nben@example.org, Ben, 2\nADA@example.org", brings="1"
    )
    assert answer.status_code == 303
    page = page_client.get(address(gala)).text
    assert "2 guests are on the list now, and not yet written to." in page
    assert "Send the invitation to 2 guests" in page
    assert (invitation("Ada").guests, invitation("Ben").guests) == (1, 2)
    assert mails() == 0


def test_what_was_read_is_shown_before_it_is_stored_and_so_is_what_was_not(page_client, gala):
    table = "name,email,guests,language,Diet\nZoë,zoe@example.org,1,fr,vegan\nBen,ben@bücher.example,,,\n"
    shown = read(page_client, gala, table, brings="3")
    assert shown.status_code == 200
    assert stands(gala) == {}
    words = " ".join(re.sub("<[^>]*>", " ", shown.text.split("2 guests were read")[1]).split())
    assert "Not read: Diet" in words
    assert "Zoë zoe@example.org 1 Français" in words
    assert "Ben ben@bücher.example 3 English" in words


@pytest.mark.parametrize("change", [{"guests": "ada@example.org"}, {"brings": "2"}, {"locale": "de"}])
def test_what_was_changed_below_the_preview_is_shown_again(page_client, gala, change):
    seen = token_in(read(page_client, gala, "cleo@example.org").text, "seen")
    again = read(page_client, gala, "cleo@example.org", **change, seen=seen)
    assert again.status_code == 200
    assert "1 guest was read" in again.text
    assert stands(gala) == {}
    newer = token_in(again.text, "seen")
    assert newer != seen
    assert read(page_client, gala, "cleo@example.org", **change, seen=newer).status_code == 303


def test_a_csv_file_of_a_spreadsheet_is_read(page_client, gala):
    table = "\ufeffName;E-mail;Guests\r\nZoë Ångström;zoe@example.org;1\r\n".encode()
    assert add(page_client, gala, "ada@example.org", table).status_code == 303
    db.session.rollback()
    assert db.session.query(Invitation).count() == 2
    assert invitation("Zoë Ångström").guests == 1


def test_one_line_that_cannot_be_read_adds_nobody_and_all_lines_can_be_corrected(page_client, gala):
    answer = add(page_client, gala, "ada@example.org", b"Ben without address\ncleo@example.org\n")
    assert answer.status_code == 422
    assert "In 1 line we find no address (2: Ben without address)" in answer.text
    assert "ada@example.org\nBen without address\ncleo@example.org</textarea>" in answer.text
    assert stands(gala) == {}


@pytest.mark.parametrize("file", [b"PK\x03\x04\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\r", b"\xff\xfeA"])
def test_what_is_no_csv_is_told_at_its_field(page_client, gala, file):
    answer = add(page_client, gala, "ada@example.org", file)
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert "ada@example.org</textarea>" in answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_table_as_excel_saves_it_is_read(page_client, gala, encoding):
    answer = add(page_client, gala, "", "Zoë <zoe@example.org>".encode(encoding))
    assert answer.status_code == 303
    assert invitation("Zoë").email == "zoe@example.org"


def test_words_in_the_place_of_a_file_are_no_csv(page_client, gala):
    page = page_client.get(f"{address(gala)}/add").text
    data = {"guests": "ada@example.org", "file": "guests.csv", "brings": "0", "locale": "en"}
    answer = page_client.post(f"{address(gala)}/add", data=data | {"csrf_token": token_in(page)})
    assert answer.status_code == 422
    assert "This is no CSV file" in answer.text


@pytest.mark.parametrize(
    "values", [{"typed": ""}, {"brings": "x"}, {"brings": "101"}, {"brings": ""}, {"locale": "xx"}]
)
def test_what_is_missing_or_out_of_range_is_told(page_client, gala, values):
    answer = add(page_client, gala, **({"typed": "ada@example.org"} | values))
    assert answer.status_code == 422
    assert stands(gala) == {}


def test_one_press_writes_to_all_and_a_second_to_nobody(page_client, gala):
    invite(gala, "Ada", "Ben", sends=False)
    for told in ("2 guests are written to.", "0 guests are written to."):
        assert press(page_client, gala, "/send").status_code == 303
        assert told in page_client.get(address(gala)).text
    assert mails() == 2


def test_the_list_counts_how_it_stands_and_shows_one_kind(page_client, gala):
    invite(gala, "Ada", "Ben", "Cleo", guests=1)
    asked = application(gala, "Ada", email="ada@example.org", party=2)
    register(replace(asked, invitation_id=invitation("Ada").id))
    decline_invitation(invitation("Ben").id)
    page = page_client.get(address(gala)).text
    assert "<dt>Seats of guests</dt><dd>2</dd>" in page
    assert "<dt>Could still come</dt><dd>2 people</dd>" in page
    assert "Remind 1 guest without an answer" in page
    page = page_client.get(address(gala, "?stands=declined")).text
    assert "ben@example.org" in page
    assert "ada@example.org" not in page


def test_a_guest_can_be_withdrawn_but_not_one_of_another_event(page_client, gala):
    invite(gala, "Ada")
    other = make_gala()
    ending = f"/{invitation('Ada').id}/withdraw"
    assert press(page_client, other, ending).status_code == 404
    assert press(page_client, gala, ending).status_code == 303
    assert stands(gala) == {"Ada": "withdrawn"}


def test_nobody_is_invited_to_an_event_that_takes_nobody(page_client, gala):
    invite(gala, "Ada", sends=False)
    edit(gala, status="draft")
    for ending in ("/send", "/remind"):
        answer = press(page_client, gala, ending)
        assert answer.status_code == 409
        assert "Nobody can register now" in answer.text
    assert mails() == 0


def test_a_viewer_sees_the_list_and_no_button(page_app, gala):
    invite(gala, "Ada", sends=False)
    client = page_app.test_client()
    sign_in(client, "viewer@example.org", factories.make_account("viewer@example.org", "viewer"))
    page = client.get(address(gala)).text
    assert "ada@example.org" in page
    assert "Send the invitation" not in page
    assert ">Withdraw<" not in page
