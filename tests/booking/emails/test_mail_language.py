"""Mails speak the language that the booking keeps, whatever the one that caused them speaks."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from registration.booking.admission.services import register
from registration.booking.event_settings.capacity import change_capacity
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Category
from registration.events.wording import translate
from registration.journal.services import SYSTEM
from registration.mail.composing import compose
from registration.mail.models import OutgoingMessage
from tests import factories
from tests.factories import application, cancel_registration, make_event, registration_of
from tests.site.arranging import word

SAID = {
    "en": ("Your 2 seats are confirmed: Workshop on nomenclatures", "You have 2 seats."),
    "fr": ("Vos 2 places sont confirmées : Atelier", "Vous avez 2 places."),
    "nl": ("Uw 2 plaatsen zijn bevestigd: Workshop on nomenclatures", "U hebt 2 plaatsen."),
    "de": ("Ihre 2 Plätze sind bestätigt: Workshop on nomenclatures", "Sie haben 2 Plätze."),
    "zh": ("您的2个席位已确认：Workshop on nomenclatures", "您有 2 个席位。"),
}


def mails(*kinds):
    """Return the mails of these kinds as they would go out now."""
    db.session.rollback()
    query = select(OutgoingMessage).where(OutgoingMessage.kind.in_(kinds)).order_by(OutgoingMessage.id)
    found = db.session.scalars(query).all()
    return [(message, compose(db.session(), message)) for message in found]


@pytest.mark.parametrize("code", SAID)
def test_a_confirmation_speaks_the_language_of_the_booking(page_app, code):
    made = make_event(capacity=3)
    word(made, "fr", title="Atelier")
    # Decided within the request of somebody who reads another language.
    with page_app.test_request_context("/?lang=de"):
        register(replace(application(made, party=2), locale=code))
    [(message, draft)] = mails("confirmed")
    subject, line = SAID[code]
    assert message.locale == code
    assert draft.subject.startswith(subject)
    assert line in draft.text
    assert f'lang="{code}"' in draft.html


def test_who_is_promoted_reads_her_own_language_and_not_that_of_who_cancelled(page_app):
    made = make_event(capacity=1)
    first = registration_of(register(replace(application(made), locale="de")))
    register(replace(application(made, "Ben"), locale="zh"))
    cancel_registration(first)
    told = {
        (message.kind, message.locale): draft.subject for message, draft in mails("promoted", "cancelled")
    }
    assert told[("promoted", "zh")].startswith("您现在有1个席位：")
    assert told[("cancelled", "de")].startswith("Anmeldung storniert: ")
    assert "星期" in told[("promoted", "zh")]


def test_a_party_that_is_promoted_reads_the_right_plural(page_app):
    made = make_event(capacity=0)
    register(replace(application(made, party=2), locale="nl"))
    change_capacity(made.id, factories.pool(made).id, 2, SYSTEM)
    [(_message, draft)] = mails("promoted")
    assert "U hebt nu 2 plaatsen" in draft.text


def test_the_category_is_named_in_the_language_of_the_mail(page_app):
    made = make_event(capacity=3, categories={"Member": None})

    def work(session):
        translate(session, session.get_one(Category, made.categories["Member"]), "fr", {"name": "Membre"})

    write_tx(work)
    register(replace(application(made, category="Member"), locale="fr"))
    register(replace(application(made, "Ben", category="Member"), locale="nl"))
    french, dutch = (draft.text for _message, draft in mails("confirmed"))
    assert "(Membre)" in french
    assert "(Member)" in dutch
