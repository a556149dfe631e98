"""What is too large gets a page: how large files may be, and the way back to the form."""

import socket
from io import BytesIO

import pytest

from registration.events.services import QuestionFacts
from tests.booking.arranging import booked
from tests.factories import make_account, make_event, sign_in
from tests.serving import serving

LOST = "We could not keep what you typed"


def sent(client, address: str, size: int = 70_000):
    """Begin to send a form with files of so many bytes."""
    return client.post(
        address,
        input_stream=BytesIO(b"--x"),
        environ_overrides={"CONTENT_LENGTH": str(size)},
        content_type="multipart/form-data; boundary=x",
    )


def test_a_form_that_asks_for_files_says_how_large_they_may_be(page_app, page_client):
    event = make_event(questions=(QuestionFacts("Your paper", "file"),))
    address = f"/events/{event.slug}/register?attendees=2"
    answer = sent(page_client, address, 10_100_000)
    assert answer.status_code == 413
    assert "A file may have at most 2 MB" in answer.text
    assert LOST in answer.text
    assert f'<a href="{address}">Back to the form</a>' in answer.text


def test_a_form_that_asks_for_none_speaks_of_none(page_app, page_client):
    event = make_event()
    answer = sent(page_client, f"/events/{event.slug}/register")
    assert answer.status_code == 413
    assert "MB" not in answer.text
    assert "Shorten it" in answer.text
    assert f'<a href="/events/{event.slug}/register">Back to the form</a>' in answer.text


def test_the_back_office_says_how_large_papers_may_be(page_app, page_client):
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "owner"))
    address = f"/organiser/events/{make_event().slug}/edit/materials"
    answer = sent(page_client, address, page_app.config["MAX_UPLOAD"] + 70_000)
    assert answer.status_code == 413
    assert "at most 10 MB" in answer.text
    assert f'<a href="{address}">Back to the form</a>' in answer.text


def test_a_button_leads_back_to_the_page_it_stands_on(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    answer = sent(page_client, f"{page}registrations/{ada.id}/cancel")
    assert answer.status_code == 413
    assert f'<a href="{page}">Look at the page again</a>' in answer.text
    assert "Back to the form" not in answer.text


@pytest.mark.parametrize("length", ["Content-Length: 90000000", "Transfer-Encoding: chunked"])
def test_what_the_server_itself_does_not_take_gets_the_page_too(page_app, length):
    event = make_event()
    body = b"186a0\r\n" + b"x" * 100_000 if "chunked" in length else b"begun"
    head = (
        f"POST /events/{event.slug}/register HTTP/1.1\r\nHost: localhost\r\nAccept-Language: de\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n"
    )
    with (
        serving(page_app, max_request_body_size=100_000) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
    ):
        connection.sendall(head.encode() + body)
        with connection.makefile("rb") as answer:
            told = answer.read().decode()
    assert told.startswith("HTTP/1.1 413 ")
    assert "Connection: close" in told
    assert "Zurück zum Formular" in told
