"""What organisers see of mails, and how they reach people whose mail did not arrive."""

import pytest
from sqlalchemy import select, update

from registration.booking.models import Attendee, Booking
from registration.capability.services import BOOKING, FEED, token_of
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail import outbox
from registration.mail.composing import composers
from registration.mail.models import OutgoingMessage
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from tests import factories
from tests.factories import cancel_registration, make_event, post, register, sign_in


@pytest.fixture
def ada(page_app, tmp_path):
    """A registration whose confirmation was sent."""
    found = register(make_event(), "Ada", email="ada@example.org")
    send_due(FolderTransport(tmp_path))
    return found


def page_of(registration) -> str:
    return f"/organiser/events/workshop-on-nomenclatures/registrations/{registration.id}"


def mails() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(OutgoingMessage.kind, OutgoingMessage.state, OutgoingMessage.to_email).order_by(
            OutgoingMessage.id
        )
    )
    return [tuple(row) for row in rows]


def set_state(state: str, **values) -> None:
    def work(session):
        session.execute(update(OutgoingMessage).values(state=state, **values))

    write_tx(work)


def test_each_mail_shows_what_became_of_it(owner, ada):
    write_tx(lambda session: outbox.note_report(session, 1, "bounced", "5.1.1 no such user"))
    page = owner.get(page_of(ada)).text
    assert 'data-mail="bounced"' in page
    assert "Sent" in page
    assert "5.1.1 no such user" in page


def test_a_mail_that_waits_for_its_next_try_is_called_deferred(owner, ada):
    set_state("pending", tries=1, last_error="450 busy")
    assert 'data-mail="deferred"' in owner.get("/organiser/events/workshop-on-nomenclatures/messages").text


def test_a_mail_is_sent_again_as_a_new_one_and_not_twice_at_once(owner, ada):
    again = f"{page_of(ada)}/mails/1/again"
    assert post(owner, page_of(ada), again).status_code == 303
    assert mails() == [
        ("confirmed", "sent", "ada@example.org"),
        ("confirmed", "pending", "ada@example.org"),
    ]
    answer = post(owner, page_of(ada), again)
    assert "already being sent" in answer.text
    assert len(mails()) == 2


def test_old_news_is_not_sent_again(owner, ada):
    cancel_registration(ada)
    answer = post(owner, page_of(ada), f"{page_of(ada)}/mails/1/again")
    assert "out of date" in answer.text
    assert [kind for kind, _state, _to in mails()] == ["confirmed", "cancelled"]


def test_a_mail_of_another_registration_is_not_there(owner, ada):
    ben = register(make_event(title="Gala"), "Ben")
    assert post(owner, page_of(ada), f"{page_of(ada)}/mails/2/again").status_code == 404
    assert ben.id == 2


def test_a_corrected_address_gets_a_new_link_and_the_old_one_ends(owner, page_app, ada, tmp_path):
    old = token_of(db.session(), ada.booking_id, BOOKING)
    old_feed = token_of(db.session(), ada.booking_id, FEED)
    address = f"{page_of(ada)}/address"
    assert post(owner, page_of(ada), address, email="ada.new@example.org").status_code == 303
    assert owner.get(f"/bookings/{old}/").status_code == 404
    assert owner.get(f"/feeds/{old_feed}.ics").status_code == 410
    assert mails()[-1] == ("corrected", "pending", "ada.new@example.org")
    send_due(FolderTransport(tmp_path / "new"))
    [letter] = (tmp_path / "new").glob("*.eml")
    db.session.rollback()
    new = token_of(db.session(), ada.booking_id, BOOKING)
    assert new not in (None, old)
    assert f"/bookings/{new}/" in letter.read_text().replace("=\n", "")
    assert owner.get(f"/bookings/{new}/").status_code == 200
    person = db.session.scalars(select(Attendee)).first()
    assert (person.email, "ada.new" in person.searchable) == ("ada.new@example.org", True)


def test_a_mail_on_its_way_takes_the_new_link_to_nobody_else(owner, page_app, tmp_path):
    ada = register(make_event(), "Ada", email="ada@example.org")
    set_state("sending")
    post(owner, page_of(ada), f"{page_of(ada)}/address", email="ada.new@example.org")
    set_state("pending")
    send_due(FolderTransport(tmp_path))
    assert mails() == [
        ("confirmed", "superseded", "ada@example.org"),
        ("corrected", "sent", "ada.new@example.org"),
    ]


def test_an_address_that_was_marked_is_shown_and_good_again_when_corrected(owner, ada):
    write_tx(
        lambda session: session.execute(update(Booking).values(unreachable_at=ada.created_at, bounces=2))
    )
    assert 'data-reach="no"' in owner.get(page_of(ada)).text
    post(owner, page_of(ada), f"{page_of(ada)}/address", email="ada.new@example.org")
    assert 'data-reach="no"' not in owner.get(page_of(ada)).text
    assert db.session.scalars(select(Booking.bounces)).one() == 0


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Enter the new email address."),
        ("ada@", "Enter an email address in the correct format"),
        ("ADA@example.org", "already the email address"),
        ("ben@example.org", "is already registered for this event"),
    ],
)
def test_an_address_that_cannot_be_is_told_at_the_field(owner, page_app, email, sentence):
    event = make_event()
    ada = register(event, "Ada", email="ada@example.org")
    register(event, "Ben", email="ben@example.org")
    answer = post(owner, page_of(ada), f"{page_of(ada)}/address", email=email)
    assert answer.status_code in {409, 422}
    assert sentence in answer.text
    assert f'value="{email}"' in answer.text
    assert len(mails()) == 2


def test_failed_mails_are_listed_and_tried_again_together(owner, ada, tmp_path):
    register(make_event(title="Gala"), "Ben")
    set_state("failed", last_error="550 refused")
    screen = "/organiser/events/workshop-on-nomenclatures/messages"
    assert "Try 1 failed email again" in owner.get(f"{screen}?state=failed").text
    assert "No email of this kind" in owner.get(f"{screen}?state=sent").text
    assert "No email of this kind" in owner.get(f"{screen}?kind=moved").text
    post(owner, screen, f"{screen}/retry")
    assert [state for _kind, state, _to in mails()] == ["pending", "failed"]
    pending = select(OutgoingMessage.message_id).where(OutgoingMessage.state == "pending")
    message_id = db.session.scalars(pending).one()
    send_due(FolderTransport(tmp_path / "again"))
    [sent] = (tmp_path / "again").glob("*.eml")
    assert message_id in sent.read_text()


def test_the_team_that_only_reads_has_no_buttons(page_app, page_client, ada):
    sign_in(page_client, "viewer@example.org", factories.make_account("viewer@example.org", "viewer"))
    page = page_client.get(page_of(ada)).text
    assert "Send again" not in page
    assert "Correct the address" not in page


def test_every_kind_of_mail_has_its_words(page_app):
    with page_app.test_request_context():
        kind_word = page_app.jinja_env.get_template("organiser/mail_words.html").module.kind_word
        assert [kind for kind in composers() if str(kind_word(kind)) == kind and kind != "account"] == []
