"""Guests are invited, reminded and counted; seats are decided by the engine as for everybody."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from registration.booking.admission.access import NotInvited
from registration.booking.admission.services import register
from registration.booking.changes.cancel import cancel
from registration.booking.models import Booking
from registration.booking.notifications.notify import CONFIRMED
from registration.booking.rules import Person, Wish
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.invitations.rules import Guest
from registration.invitations.services import (
    add_guests,
    decline_invitation,
    remind_unanswered,
    send_invitations,
    withdraw_invitation,
)
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.mail.worker import send_due
from tests.factories import application, make_event, registration_of, target
from tests.invitations.arranging import invitation, invite, make_gala, stands
from tests.site.arranging import edit


@pytest.fixture
def gala(app):
    return make_gala(capacity=2)


def answered(gala, name, party=1, **values):
    """Return what a guest asks for who follows her link."""
    asked = application(gala, name, email=f"{name.lower()}@example.org", party=party)
    return replace(asked, invitation_id=invitation(name).id, **values)


def kinds() -> list[tuple[str, str]]:
    db.session.rollback()
    return [
        (one.kind, one.to_email) for one in db.session.query(OutgoingMessage).order_by(OutgoingMessage.id)
    ]


def later(**values):
    at = clock.now() + timedelta(**values)
    return clock.running(lambda: at)


def test_guests_are_written_to_once_however_often_it_is_pressed(gala):
    invite(gala, "Ada", "Ben", sends=False)
    assert stands(gala) == {"Ada": "unsent", "Ben": "unsent"}
    assert kinds() == []
    assert send_invitations(gala.id, SYSTEM) == 2
    assert send_invitations(gala.id, SYSTEM) == 0
    assert kinds() == [("invitation", "ada@example.org"), ("invitation", "ben@example.org")]
    assert stands(gala) == {"Ada": "unanswered", "Ben": "unanswered"}


def test_who_is_on_the_list_already_is_not_added_again(gala):
    invite(gala, "Ada")
    added = add_guests(
        gala.id, [Guest("ADA@example.org"), Guest("cleo@example.org", "Cleo")], "en", 0, SYSTEM
    )
    assert (added.new, added.known) == (1, 1)


def test_a_guest_gets_a_seat_and_the_list_says_so(gala):
    invite(gala, "Ada")
    ada = registration_of(register(answered(gala, "Ada")))
    assert ada.state == "confirmed"
    assert stands(gala) == {"Ada": "accepted"}
    assert kinds()[-1] == (CONFIRMED, "ada@example.org")


def test_when_it_is_full_a_guest_waits_like_everybody(gala):
    invite(gala, "Ada", "Ben", "Cleo")
    states = [registration_of(register(answered(gala, name))).state for name in ("Ada", "Ben", "Cleo")]
    assert states == ["confirmed", "confirmed", "waitlisted"]
    assert set(stands(gala).values()) == {"accepted"}


def test_an_invitation_is_good_for_one_registration(gala):
    invite(gala, "Ada")
    first = answered(gala, "Ada")
    receipt = register(first)
    assert register(first) == receipt
    with pytest.raises(NotInvited, match="already accepted"):
        register(replace(answered(gala, "Ada"), email="other@example.org"))
    cancel(target(registration_of(receipt)), ATTENDEE)
    assert stands(gala) == {"Ada": "declined"}
    assert registration_of(register(answered(gala, "Ada"))).state == "confirmed"


def test_an_invitation_brings_no_more_people_than_it_says(app):
    gala = make_gala(capacity=9)
    invite(gala, "Ada", guests=1)
    with pytest.raises(NotInvited, match="fewer people"):
        register(answered(gala, "Ada", party=3))
    assert registration_of(register(answered(gala, "Ada", party=2))).size == 2


def test_an_invitation_opens_no_other_event(gala):
    invite(gala, "Ada")
    other = make_gala()
    with pytest.raises(NotInvited):
        register(replace(application(other, "Ada"), invitation_id=invitation("Ada").id))
    both = (*answered(gala, "Ada").wishes, Wish(other.id, (Person("Ada"),)))
    with pytest.raises(NotInvited):
        register(answered(gala, "Ada", wishes=both))


def test_an_invitation_stands_for_the_code_of_the_event(app):
    event = make_event()
    edit(event, access_code="gala-2027")
    invite(event, "Ada")
    assert register(answered(event, "Ada")).token


def test_who_declines_may_change_her_mind(gala):
    invite(gala, "Ada")
    decline_invitation(invitation("Ada").id)
    decline_invitation(invitation("Ada").id)
    assert stands(gala) == {"Ada": "declined"}
    register(answered(gala, "Ada"))
    assert stands(gala) == {"Ada": "accepted"}


def test_only_who_has_not_answered_is_reminded_and_once_a_day(gala):
    invite(gala, "Ada", "Ben", "Cleo")
    register(answered(gala, "Ada"))
    decline_invitation(invitation("Ben").id)
    assert remind_unanswered(gala.id, SYSTEM) == 0
    with later(days=1):
        assert remind_unanswered(gala.id, SYSTEM) == 1
        assert remind_unanswered(gala.id, SYSTEM) == 0
    assert kinds()[-1] == ("invitation-reminder", "cleo@example.org")


def test_a_withdrawn_invitation_opens_nothing_until_it_is_made_again(gala):
    invite(gala, "Ada")
    asked = answered(gala, "Ada")
    withdraw_invitation(gala.id, invitation("Ada").id, SYSTEM)
    with pytest.raises(NotInvited, match="no longer valid"):
        register(asked)
    assert stands(gala) == {"Ada": "withdrawn"}
    invite(gala, "Ada")
    assert stands(gala) == {"Ada": "unanswered"}
    assert [kind for kind, _email in kinds()] == ["invitation", "invitation"]


def test_who_has_said_yes_is_not_withdrawn_and_no_other_event_withdraws(gala):
    invite(gala, "Ada", "Ben")
    register(answered(gala, "Ada"))
    with pytest.raises(Refusal, match="has said yes"):
        withdraw_invitation(gala.id, invitation("Ada").id, SYSTEM)
    with pytest.raises(NotFound):
        withdraw_invitation(make_event().id, invitation("Ben").id, SYSTEM)


def test_nobody_is_invited_to_what_takes_nobody(gala):
    invite(gala, "Ada", sends=False)
    edit(gala, status="cancelled")
    for act in (send_invitations, remind_unanswered):
        with pytest.raises(Refusal, match="Nobody can register now"):
            act(gala.id, SYSTEM)


def test_the_mail_carries_both_answers_and_is_not_sent_when_its_news_is_old(gala, app):
    invite(gala, "Ada", "Ben", "Cleo")
    decline_invitation(invitation("Ben").id)
    register(answered(gala, "Cleo"))
    send_due()
    db.session.rollback()
    sent = {
        one.to_email: one.state
        for one in db.session.query(OutgoingMessage).filter(OutgoingMessage.kind == "invitation")
    }
    assert sent == {
        "ada@example.org": "sent",
        "ben@example.org": "superseded",
        "cleo@example.org": "superseded",
    }


def test_the_doctor_finds_an_invitation_that_was_used_twice(app):
    gala = make_gala(capacity=9)
    invite(gala, "Ada", "Ben")
    for name in ("Ada", "Ben"):
        register(answered(gala, name))
    assert [one.code for one in examine(db.engine) if not one.holds] == []
    ada = invitation("Ada").id
    write_tx(lambda session: session.execute(update(Booking).values(invitation_id=ada)))
    assert [one.code for one in examine(db.engine) if not one.holds] == ["I40"]


def test_of_two_who_follow_one_link_at_once_one_is_registered(app):
    gala = make_gala(capacity=9)
    invite(gala, "Ada")
    asked = [replace(answered(gala, "Ada"), email=f"{name}@example.org") for name in ("ada", "ben", "cleo")]

    def ask(one):
        with app.app_context():
            try:
                return register(one).token is not None
            except NotInvited:
                return False

    with ThreadPoolExecutor(3) as people:
        assert sorted(people.map(ask, asked)) == [False, False, True]
