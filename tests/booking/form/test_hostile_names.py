"""Names and organisations reach mailboxes of strangers: they lead nowhere; mail reaches each address."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from registration.booking.form.fields import EmailAddress
from registration.core.text import holds_link, is_mailable, normal_email, spoken_email
from tests.factories import make_event, token_in

LINKS = [
    "YOU WON http://spam.example/win",
    "www.spam.example",
    "spam.example/win",
    "t.me/win",
    "HTTPS://X.EXAMPLE",
    "ｈｔｔｐ：／／spam.example",
    "hxxp://spam.example",
    "spam.example:8080/x",
    "[url=x]win[/url]",
    "<a href=x>",
]
NAMES = [
    "Ada Lovelace",
    "Booking.com",
    "Dr. A. de Vries",
    "Müller/Schmidt GbR",
    "A.S.B.L. Ada",
    "AT&T",
    "3M",
    "王芳",
]


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("field", ["name", "firm", "attendees-0-name", "attendees-0-firm"])
def test_no_field_that_is_mailed_takes_a_web_address(page_app, page_client, name, field):
    event = make_event()
    address = f"/events/{event.slug}/register"
    data = {"submit_key": token_in(page_client.get(address).text, "submit_key"), "consent": "y"}
    data |= {"name": "Ada", "email": "ada@example.org", field: name}
    answer = page_client.post(address, data=data)
    assert answer.status_code == 422
    assert "without a web address" in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_what_people_and_firms_are_called_passes(name):
    assert not holds_link(name)


def test_full_width_letters_are_plain_ones():
    assert normal_email("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ") == "ada@example.org"


@pytest.mark.parametrize("address", ["用户@例子.广告", "josé@example.org"])
def test_an_address_that_no_mail_reaches_is_refused_in_words(page_app, page_client, address):
    assert not is_mailable(address)
    event = make_event()
    page = f"/events/{event.slug}/register"
    data = {"submit_key": token_in(page_client.get(page).text, "submit_key"), "consent": "y"}
    answer = page_client.post(page, data=data | {"name": "Ada", "email": address})
    assert answer.status_code == 422
    assert "Email cannot reach this address" in answer.text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ada@example.org.", "Leave out the dot"),
        (".ada@example.org", "Leave out the dot"),
        ("ada..l@example.org", "Leave out the dot"),
        ("ada.@example.org", "Leave out the dot"),
        ('"ada l"@example.org', "without quotation marks"),
        ("Ada <ada@example.org>", "without a name and without spaces"),
        ("ada@ example.org", "without a name and without spaces"),
        ("ada@localhost", "in the correct format, like name@example.org"),
        ("", "in the correct format, like name@example.org"),
    ],
)
def test_a_refused_address_says_what_to_change(page_app, address, sentence):
    form = type("Form", (Form,), {"email": StringField(validators=[EmailAddress()])})
    with page_app.test_request_context():
        typed = form(MultiDict({"email": address}))
        assert not typed.validate()
    [said] = typed.errors["email"]
    assert sentence in said


def test_an_international_domain_is_stored_in_ascii_and_read_in_its_own_letters():
    stored = normal_email("Ada@Bücher.example")
    assert stored == "ada@xn--bcher-kva.example"
    assert spoken_email(stored) == "ada@bücher.example"
    assert normal_email(spoken_email(stored)) == stored
    for kept in ("ada@example.org", "", "Ada", "ada@xn--a.example", "ada@xn--bcher-kva.example."):
        assert spoken_email(kept) == kept
