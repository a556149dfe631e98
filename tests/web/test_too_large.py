"""What is too large gets a page: how large files may be, and the way back to the form."""

import socket
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from registration.events.services import QuestionFacts
from registration.web.body_limits import largest_body
from tests.booking.arranging import booked
from tests.factories import make_account, make_event, sign_in, token_in
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
    answer = sent(page_client, address, largest_body(page_app.config) + 1)
    assert answer.status_code == 413
    assert "A file may have at most 2 MB" in answer.text
    assert LOST in answer.text
    assert f'<a href="{address}">Back to the form</a>' in answer.text


def test_a_form_that_asks_for_none_speaks_of_none(page_app, page_client):
    event = make_event()
    answer = sent(page_client, f"/events/{event.slug}/register", 400_000)
    assert answer.status_code == 413
    assert "MB" not in answer.text
    assert "Shorten it" in answer.text
    assert f'<a href="/events/{event.slug}/register">Back to the form</a>' in answer.text


def test_the_back_office_says_how_large_papers_may_be(page_app, page_client):
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "owner"))
    address = f"/organiser/events/{make_event().slug}/edit/materials"
    answer = sent(page_client, address, largest_body(page_app.config) + 1)
    assert answer.status_code == 413
    assert "at most 10 MB" in answer.text
    assert f'<a href="{address}">Back to the form</a>' in answer.text


def test_a_button_leads_back_to_the_page_it_stands_on(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    answer = sent(page_client, f"{page}registrations/{ada.id}/cancel")
    assert answer.status_code == 413
    assert f'<a href="{page}">Reload the page</a>' in answer.text
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


def test_files_that_are_too_large_together_cost_nothing_that_was_typed(page_app, page_client):
    event = make_event(questions=(QuestionFacts("Your paper", "file"), QuestionFacts("Your wishes", "long")))
    paper, wishes = event.questions
    address = f"/events/{event.slug}/register"
    key = token_in(page_client.get(address).text, "submit_key")
    size = 2 * page_app.config["MAX_FILE"]
    data = {
        "submit_key": key,
        "name": "Ada",
        "email": "ada@example.org",
        f"attendees-0-question-{wishes}": "窗边",
    }
    data |= {
        f"attendees-{number}-question-{paper}-file": FileStorage(BytesIO(b"%PDF" * (size // 4)), "a.pdf")
        for number in range(5)
    }
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = page_client.post(address, data=body, content_type=kind)
    assert answer.status_code == 422
    assert "too large together" in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert "窗边" in answer.text


@pytest.mark.parametrize("people", [1, 4, 10])
def test_a_party_may_answer_in_chinese_as_much_as_the_form_takes(page_app, page_client, people):
    event = make_event(capacity=20, questions=tuple(QuestionFacts(f"Say {n}", "long") for n in range(10)))
    address = f"/events/{event.slug}/register"
    data = {"submit_key": token_in(page_client.get(address).text, "submit_key"), "consent": "y"}
    data |= {"name": "汉" * 100, "email": "ada@example.org", "firm": "汉" * 200}
    for number in range(people):
        data |= {f"attendees-{number}-name": "汉" * 100, f"attendees-{number}-firm": "汉" * 200}
        data |= {f"attendees-{number}-question-{one}": "汉" * 1000 for one in event.questions}
    answer = page_client.post(address, data=data)
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("address", ["/nowhere", "/events/nothing/", "/bookings/nothing/"])
def test_a_page_that_says_no_can_be_read_in_every_language(page_client, address):
    answer = page_client.get(address)
    assert answer.status_code == 404
    assert 'href="?lang=fr"' in answer.text
    assert '<html lang="fr"' in page_client.get(f"{address}?lang=fr").text
