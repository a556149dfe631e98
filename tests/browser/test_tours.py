"""Whole stories in Chromium, in five languages, each with its mails and its calendar as they change.

Every story is told in every language, and of its runs some are narrow and some wide, with and without
scripts, with a pointer and with the keyboard alone. Each value of each occurs with each story, and with each
end that an offer may take; all combinations (40 for each) would take an hour and show nothing more.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.invitations.rules import Guest
from registration.invitations.services import add_guests, send_invitations
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from registration.reconfirm.models import Reconfirmation
from registration.reconfirm.services import plan
from registration.seats import rules
from registration.seats.models import Registration
from tests.booking.programme_arranging import make_programme
from tests.browser.tour_words import WORDS
from tests.browser.touring import Way, beside, calendar_in, visiting
from tests.factories import cancel_registration, make_event, register

WAYS = [
    Way("en", 360, scripts=False, keys=False),
    Way("fr", 1280, scripts=True, keys=True),
    Way("nl", 360, scripts=True, keys=False),
    Way("de", 1280, scripts=False, keys=True),
    Way("zh", 360, scripts=True, keys=True),
]
EN, FR, NL, DE, ZH = WAYS
# Two runs for each end: what the one has narrow, scripted or by keyboard the other has not.
ENDS = [
    ("accept", EN),
    ("accept", FR),
    ("decline", NL),
    ("decline", DE),
    ("silence", ZH),
    ("silence", Way("en", 1280, scripts=False, keys=False)),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=str)
OFFERS = {"promotion": rules.OFFER, "offer_hours": 24}


def sign_up(visitor, address) -> str:
    """Register at an event without categories, and return the address of the booking's page."""
    visitor.page.goto(address)
    visitor.write("#name", "Ada")
    visitor.write("#email", visitor.email)
    visitor.press("#consent")
    visitor.press("button.primary")
    visitor.page.wait_for_url("**/bookings/**")
    return visitor.page.url


@every_way
def test_a_party_of_three_has_seats_here_and_waits_there(browser, site, way):
    words = WORDS[way.locale]
    with beside(site):
        workshop = make_event(capacity=3, title="Tour workshop", organiser="tours")
        meeting = make_event(capacity=9, title="Tour meeting", organiser="tours")
        programme = make_programme(workshop, meeting, title=f"Tour {way.locale}")
        others = register(workshop, "Ben", party=3)
    with visiting(browser, site, way, f"ada.party.{way.locale}@example.org") as ada:
        ada.page.goto(f"/programmes/{programme}/")
        ada.press("main a.button.primary")
        ada.write("#name", "Ada")
        ada.write("#email", ada.email)
        ada.press(f"input[name=events][value={workshop.slug}]")
        ada.press(f"input[name=events][value={meeting.slug}]")
        for number, name in ((1, "Ben"), (2, "Cleo")):
            ada.press("button[name=add]")
            ada.write(f"#attendees-{number}-name", name)
        # Cleo comes to the meeting alone.
        ada.press("#attendee-3 details:has([name=attendees-2-events]) summary")
        ada.press(f"input[name=attendees-2-events][value={meeting.slug}]")
        ada.press("#consent")
        ada.press("form.form > p > button.primary")
        ada.page.wait_for_url("**/bookings/**")
        booking = ada.page.url
        assert ada.states() == ["waitlisted", "confirmed"]
        assert words.waits in ada.says()
        assert words.both in ada.says()
        files = {part.get_filename(): part.get_content() for part in ada.mail(words.mixed).iter_attachments()}
        assert "STATUS:TENTATIVE" in str(files[f"{workshop.slug}.ics"])
        assert "STATUS:CONFIRMED" in str(files[f"{meeting.slug}.ics"])
        assert sorted(re.findall(r"STATUS:(\w+)", ada.feed())) == ["CONFIRMED", "TENTATIVE"]

        with beside(site):
            cancel_registration(others)
        ada.page.goto(booking)
        assert ada.states() == ["confirmed", "confirmed"]
        assert words.waits not in ada.says()
        assert "STATUS:CONFIRMED" in calendar_in(ada.mail(words.promoted_two))
        assert re.findall(r"STATUS:(\w+)", ada.feed()) == ["CONFIRMED", "CONFIRMED"]


@pytest.mark.parametrize(("answer", "way"), ENDS, ids=str)
def test_a_seat_is_offered_and_the_answer_counts(browser, site, answer, way):
    words = WORDS[way.locale]
    with beside(site):
        dinner = make_event(capacity=1, title="Tour dinner", organiser="tours", line=OFFERS)
        ben = register(dinner, "Ben")
    with visiting(browser, site, way, f"ada.{answer}.{way.locale}@example.org") as ada:
        booking = sign_up(ada, f"/events/{dinner.slug}/register")
        assert ada.states() == ["waitlisted"]
        assert words.waits in ada.says()
        with beside(site):
            cancel_registration(ben)
        ada.page.goto(booking)
        assert ada.states() == ["offered"]
        assert "STATUS:TENTATIVE" in calendar_in(ada.mail(words.offered))
        if answer == "silence":
            with beside(site):
                miss(dinner)
        else:
            ada.press(f"form[action$='/{answer}'] button")
        state, said, subject, entry = {
            "accept": ("confirmed", words.confirmed, words.promoted, "CONFIRMED"),
            "decline": ("declined", words.declined, words.declined_mail, "CANCELLED"),
            "silence": ("expired", words.missed, words.missed, "CANCELLED"),
        }[answer]
        ended = calendar_in(ada.mail(subject))
        assert f"STATUS:{entry}" in ended or "METHOD:CANCEL" in ended
        ada.page.goto(booking)
        assert ada.states() == [state]
        assert said in ada.says()
        assert f"STATUS:{entry}" in ada.feed()


@every_way
def test_a_seat_is_handed_to_a_colleague(browser, site, way):
    words = WORDS[way.locale]
    colleague = f"ben.{way.locale}@example.org"
    with beside(site):
        meeting = make_event(capacity=1, title="Tour hand", organiser="tours")
    with visiting(browser, site, way, f"ada.hand.{way.locale}@example.org") as ada:
        booking = sign_up(ada, f"/events/{meeting.slug}/register")
        ada.press("main a[href$='/hand-over']")
        ada.write("#name", "Ben")
        ada.write("#email", colleague)
        ada.press("main button.primary")
        asked = ada.mail(words.hands, colleague).get_body(("plain",)).get_content()
        with visiting(browser, site, way, colleague) as ben:
            handover = re.search(r"/handovers/[\w-]+/", asked)[0]
            ben.page.goto(handover)
            ben.press("#consent")
            ben.press("main button.primary")
            assert ben.states() == ["confirmed"]
            assert "STATUS:CONFIRMED" in ben.feed()
            assert "STATUS:CONFIRMED" in calendar_in(ben.mail(words.promoted))
            ben.page.goto(handover)
            assert ben.page.locator("h1").count() == 1
        gone = ada.mail(words.handed)
        assert "METHOD:CANCEL" in calendar_in(gone)
        ada.page.goto(booking)
        assert words.handed.rstrip(":： ") in ada.says()
        assert "STATUS:CONFIRMED" not in ada.feed()


@every_way
def test_an_invitation_to_the_gala_is_answered(browser, site, way):
    words = WORDS[way.locale]
    refuses = f"ben.gala.{way.locale}@example.org"
    with visiting(browser, site, way, f"ada.gala.{way.locale}@example.org") as ada:
        with beside(site):
            gala = make_event(capacity=2, title="Tour gala", organiser="tours")
            change_ways_in(gala.id, WaysIn(visibility="unlisted", by_invitation=True), SYSTEM)
            guests = [Guest(ada.email, "Ada"), Guest(refuses, "Ben")]
            add_guests(gala.id, guests, way.locale, 0, SYSTEM)
            send_invitations(gala.id, SYSTEM)
        ada.page.goto(link_in(ada.mail(words.invited), "yes"))
        ada.press("main button.primary")
        assert ada.states() == ["confirmed"]
        assert words.confirmed in ada.says()
        assert "STATUS:CONFIRMED" in calendar_in(ada.mail(words.confirmed_mail))
        assert "STATUS:CONFIRMED" in ada.feed()
        ada.page.goto(link_in(ada.mail(words.invited), ""))
        assert ada.page.locator("main .notice").count() == 1

        ada.page.goto(link_in(ada.mail(words.invited, refuses), "no"))
        ada.press("main button.primary")
        with beside(site):
            assert db.session.query(Registration).filter_by(event_id=gala.id).count() == 1


@every_way
def test_who_does_not_say_that_she_still_comes_loses_the_seat(browser, site, way):
    words = WORDS[way.locale]
    with beside(site):
        gala = make_event(capacity=1, title="Tour again", organiser="tours", starts_in=timedelta(days=20))
    with visiting(browser, site, way, f"ada.again.{way.locale}@example.org") as ada:
        booking = sign_up(ada, f"/events/{gala.slug}/register")
        assert ada.states() == ["confirmed"]
        with beside(site):
            register(gala, "Ben", email=f"ben.again.{way.locale}@example.org")
            plan(gala.id, 30, 2, frees_seat=True, actor=SYSTEM)
        ada.mail(words.asked)
        ada.page.goto(booking)
        assert ada.page.locator("section[id^=reconfirm]").count() == 1
        with beside(site):
            be_late(gala)
        assert "METHOD:CANCEL" in calendar_in(ada.mail(words.removed))
        ada.page.goto(booking)
        assert ada.states() == ["cancelled"]
        assert "STATUS:CANCELLED" in ada.feed()
        # Ben, who waited, has it; he reads English.
        assert ada.mail(WORDS["en"].promoted, f"ben.again.{way.locale}@example.org")


def miss(event) -> None:
    """Let the time of the open offer be over; the server's worker finds it."""

    def work(session) -> None:
        query = select(Registration).where(
            Registration.event_id == event.id, Registration.state == rules.OFFERED
        )
        session.scalars(query).one().offer_expires_at = clock.now()

    write_tx(work)


def be_late(event) -> None:
    """Let the time to say whether one still comes be over."""

    def work(session) -> None:
        query = select(Reconfirmation).join(Registration, Registration.id == Reconfirmation.registration_id)
        asked = session.scalars(query.where(Registration.event_id == event.id)).one()
        # Two mails at least before silence costs a seat.
        asked.reminded_at = asked.deadline_at = clock.now()

    write_tx(work)


def link_in(mail, ending) -> str:
    """Return the link in an invitation that says yes or no."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"(/invitations/[^/\s]+/)", text)[1] + ending
