"""Papers as files: kept in the database under our own name, and never opened as a page of ours."""

import io

import pytest
from sqlalchemy import select

from registration.booking.admission.services import register
from registration.core.database import db
from registration.core.file_types import FILE_TYPES
from registration.core.refusal import NotFound, Refusal
from registration.events.models import ALL, ATTENDEES, MaterialFile
from registration.journal.services import SYSTEM
from registration.materials.queries import papers
from registration.materials.rules import ending_of, is_of_kind, own_name
from registration.materials.services import NewPaper, move_up, publish, remove
from tests import factories
from tests.factories import application, make_event, registration_of, sign_in, token_in

PDF = b"%PDF-1.7\nslides"


def paper(title="Opening address", audience=ALL, **values) -> NewPaper:
    return NewPaper(**({"title": title, "locale": "en", "audience": audience,
                        "file_name": "C:\\Ada\\secret name.PDF", "data": PDF} | values))  # fmt: skip


def shown(event) -> list:
    db.session.rollback()
    return papers(db.session(), [event.id])[event.id]


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.pdf", "pdf"), ("A.B.PPTX", "pptx"), ("page.html", ""), ("x.svg", ""), ("pdf", "pdf"), ("a.exe", "")],
)
def test_only_what_people_present_may_be_published(name, ending):
    assert ending_of(name) == ending


@pytest.mark.parametrize("ending", sorted(FILE_TYPES))
def test_a_page_under_another_name_is_not_of_its_kind(ending):
    hostile = b"<html><script>\x00</script>"
    assert not is_of_kind(ending, hostile)
    assert is_of_kind(ending, FILE_TYPES[ending].begins + b" words")


def test_the_name_is_made_of_the_title():
    assert own_name('Élan & "more"/..\\x', "pdf") == "elan-more-x.pdf"


def test_a_file_comes_back_as_it_was_put_in(app):
    event = make_event()
    publish(event.id, paper(), SYSTEM)
    [one] = shown(event)
    assert (one.title, one.file_name, one.size) == ("Opening address", "opening-address.pdf", len(PDF))
    assert db.session.scalars(select(MaterialFile)).one().data == PDF


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"file_name": "", "data": b""}, "url"),
        ({"file_name": "a.html"}, "file"),
        ({"data": b""}, "file"),
        ({"data": b"<html>"}, "file"),
    ],
)
def test_what_may_not_be_published_is_refused_at_its_field(app, values, field):
    event = make_event()
    with pytest.raises(Refusal) as refused:
        publish(event.id, paper(**values), SYSTEM)
    assert refused.value.field == field
    assert shown(event) == []


def test_papers_are_ordered_and_removed_with_their_files(app):
    event, other = make_event(), make_event()
    for title in ("One", "Two", "Three"):
        publish(event.id, paper(title), SYSTEM)
    three = shown(event)[2].id
    move_up(event.id, three, SYSTEM)
    move_up(event.id, three, SYSTEM)
    move_up(event.id, three, SYSTEM)
    assert [one.title for one in shown(event)] == ["Three", "One", "Two"]
    for act in (move_up, remove):
        with pytest.raises(NotFound):
            act(other.id, three, SYSTEM)
    remove(event.id, three, SYSTEM)
    assert [one.title for one in shown(event)] == ["One", "Two"]
    assert len(db.session.scalars(select(MaterialFile.material_id)).all()) == 2


def test_everybody_saves_a_public_file_and_no_browser_opens_it(page_app, page_client):
    event = make_event()
    publish(event.id, paper(), SYSTEM)
    address = f"/events/{event.slug}/materials/{shown(event)[0].id}"
    assert f'href="{address}"' in page_client.get(f"/events/{event.slug}/").text
    answer = page_client.get(address)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="opening-address.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = page_client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_paper_for_attendees_opens_by_the_link_of_who_has_a_seat_alone(page_app, page_client):
    event = make_event(capacity=1)
    other = make_event()
    publish(event.id, paper(audience=ATTENDEES), SYSTEM)
    ada, ben = (register(application(event, name)).token for name in ("Ada", "Ben"))
    stranger = register(application(other, "Cleo")).token
    number = shown(event)[0].id
    assert "Opening address" not in page_client.get(f"/events/{event.slug}/").text
    assert page_client.get(f"/events/{event.slug}/materials/{number}").status_code == 404
    assert "Opening address" in page_client.get(f"/bookings/{ada}/").text
    assert page_client.get(f"/bookings/{ada}/materials/{number}").data == PDF
    for token in (ben, stranger, "nothing"):
        assert page_client.get(f"/bookings/{token}/materials/{number}").status_code == 404
    assert "Opening address" not in page_client.get(f"/bookings/{ben}/").text


def test_who_cancelled_sees_no_papers_for_attendees(page_app, page_client):
    event = make_event()
    publish(event.id, paper(audience=ATTENDEES), SYSTEM)
    receipt = register(application(event, "Ada"))
    factories.cancel_registration(registration_of(receipt))
    number = shown(event)[0].id
    assert page_client.get(f"/bookings/{receipt.token}/materials/{number}").status_code == 404


@pytest.fixture
def office(page_app, page_client):
    sign_in(page_client, "boss@example.org", factories.make_account("boss@example.org", "manager"))
    return page_client


def upload(client, event, file=PDF, name="slides.pdf", **values):
    address = f"/organiser/events/{event.slug}/edit/materials"
    data = {"csrf_token": token_in(client.get(address).text), "title": "Slides", "locale": "fr"} | values
    if file is not None:
        data["file"] = (io.BytesIO(file), name)
    return client.post(address, data=data, content_type="multipart/form-data")


def multipart(**parts) -> bytes:
    """Return a form's body by hand: the test client would leave a file open for a large one."""
    rows = []
    for name, value in parts.items():
        is_file = isinstance(value, bytes)
        named = f'name="{name}"' + ('; filename="slides.pdf"' if is_file else "")
        head = f"--line\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode()
        rows.append(head + (value if is_file else value.encode()) + b"\r\n")
    return b"".join(rows) + b"--line--\r\n"


def send(client, event, **parts):
    address = f"/organiser/events/{event.slug}/edit/materials"
    body = multipart(csrf_token=token_in(client.get(address).text), title="Slides", locale="fr", **parts)
    return client.post(address, data=body, content_type="multipart/form-data; boundary=line")


def test_an_organiser_publishes_a_large_file_for_attendees(office):
    event = make_event()
    large = PDF + b"x" * 3_000_000
    assert send(office, event, file=large, audience="attendees").status_code == 303
    [one] = shown(event)
    assert (one.locale, one.audience, one.size) == ("fr", "attendees", len(large))
    page = office.get(f"/organiser/events/{event.slug}/edit/materials").text
    assert "slides.pdf" in page
    assert "Those with a seat" in page


def test_a_file_that_is_too_large_is_told(office, page_app):
    answer = send(office, make_event(), file=PDF + b"x" * (page_app.config["MAX_UPLOAD"] + 70_000))
    assert answer.status_code == 422
    assert "at most 10 MB" in answer.text


def test_no_other_page_takes_that_much(office):
    event = make_event()
    answer = office.post(f"/events/{event.slug}/register", data={"name": "x" * 10_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"file": None}, "url"),
        ({"name": "a.html"}, "file"),
        ({"url": "https://example.org/a.pdf"}, "url"),
        ({"file": None, "url": "javascript:alert(1)"}, "url"),
        ({"title": ""}, "title"),
        ({"audience": "nobody"}, "audience-0"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(office, values, field):
    answer = upload(office, make_event(), **values)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_an_organiser_orders_and_removes_papers(office):
    event = make_event()
    for title in ("One", "Two"):
        upload(office, event, title=title)
    address = f"/organiser/events/{event.slug}/edit/materials"
    token = token_in(office.get(address).text)
    two = shown(event)[1].id
    assert office.post(f"{address}/{two}/up", data={"csrf_token": token}).status_code == 303
    assert [one.title for one in shown(event)] == ["Two", "One"]
    assert office.post(f"{address}/{two}/remove", data={"csrf_token": token}).status_code == 303
    assert [one.title for one in shown(event)] == ["One"]
    assert office.post(f"{address}/{two}/remove", data={"csrf_token": token}).status_code == 404
