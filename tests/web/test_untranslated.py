"""No page shows a sentence that cannot be translated, and none knows left from right."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from registration.booking.admission.services import register
from registration.core import clock
from registration.core.database import db
from registration.events.services import QuestionFacts
from registration.mail.composing import compose
from registration.mail.models import OutgoingMessage
from registration.web import catalogue, locale
from tests.factories import (
    application,
    cancel_registration,
    make_account,
    make_event,
    registration_of,
    sign_in,
    token_in,
)
from tests.site.arranging import link, publish
from tests.web import pseudo
from tests.web.pseudo import CODE, Unsigned, write_catalogue

# What people or organisers wrote, and names of things.
DATA = {
    "Registration",
    "CSV",
    "JSON",
    "XLSX",
    "Workshop on nomenclatures",
    "Full house",
    "Not yet",
    "Gone",
    "Over",
    "Both days",
    "Two in a day.",
    "Both.",
    "DITTA",
    "Member",
    "What do you eat?",
    "Meat",
    "Plants",
    "Ada",
    "Ben",
    "Slides",
    "English",
    "Français",
    "Nederlands",
    "Deutsch",
    "ditta@example.org",
    "www.ditta.example.org",
    "Autoworld",
    "Brussels",
    "Autoworld, Brussels",
    "example.org",
    "ada@example.org",
    "ben@example.org",
}
FOOD = QuestionFacts(label="What do you eat?", kind="choice", choices=("Meat", "Plants"), is_sensitive=True)


@pytest.fixture
def strange(page_app, page_client, monkeypatch, tmp_path):
    """A site that speaks the pseudo-language."""
    write_catalogue(tmp_path / "translations")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path / "translations")
    monkeypatch.setattr(locale, "LOCALES", (*locale.LOCALES, CODE))
    catalogue.catalogue.cache_clear()
    yield page_client
    catalogue.catalogue.cache_clear()


@pytest.fixture
def story(page_app):
    """Events in every state, with somebody in and somebody waiting."""
    made = make_event(capacity=9, categories={"Member": 5}, questions=(FOOD,))
    full = make_event(capacity=1, title="Full house")
    in_it = register(replace(application(full, "Ada", email="ada@example.org"), locale=CODE))
    waits = register(replace(application(full, "Ben", email="ben@example.org"), locale=CODE))
    make_event(title="Not yet", opens_at=clock.now() + timedelta(days=1))
    make_event(title="Gone", status="cancelled")
    over = make_event(title="Over", starts_in=timedelta(days=-3))
    publish(over, "Slides", "https://example.org/slides.pdf")
    programme = link("Both days", made, full)
    return made, full, in_it, waits, programme


def untranslated(page) -> set[str]:
    """Return what the page says in no language of ours."""
    return {
        text
        for text in Unsigned(page.text).found
        if text.strip(" :·,()/–-") not in DATA and not _is_data(text)
    }


def _is_data(text: str) -> bool:
    rest = text
    for one in sorted(DATA, key=len, reverse=True):
        rest = rest.replace(one, "")
    # What is left of a time is its zone's short name; a receipt of the ledger is a number.
    rest = re.sub(r"\b(CET|CEST|[0-9a-f]{16})\b", "", rest)
    return not re.search(r"[A-Za-z]{2}", rest)


def test_the_rig_finds_a_sentence_that_is_written_into_a_page():
    assert Unsigned("<p>Hello there</p><p>⟦Seats⟧: 5</p>").found == {"Hello there"}
    assert Unsigned('<a aria-label="Pages">⟦All⟧</a>').found == {"Pages"}
    assert Unsigned("<p>⟦Seat of <b>Ada</b>⟧ x</p><script>var name</script>").found == set()


def test_no_public_page_has_a_sentence_of_its_own(strange, story):
    made, full, in_it, waits, programme = story
    paths = [
        "/",
        f"/events/{made.slug}/",
        f"/events/{full.slug}/",
        "/events/not-yet/",
        "/events/gone/",
        "/events/over/",
        f"/events/{made.slug}/register?attendees=2",
        f"/events/{full.slug}/register",
        "/events/not-yet/register",
        f"/events/{made.slug}/registered",
        f"/programmes/{programme}/",
        "/organisers/ditta/",
        f"/bookings/{in_it.token}/",
        f"/bookings/{waits.token}/",
        "/privacy",
        "/accessibility",
        "/login",
        "/reset",
        "/nothing-here",
        "/bookings/nothing/",
    ]
    for path in paths:
        page = strange.get(f"{path}{'&' if '?' in path else '?'}lang={CODE}")
        assert f'<html lang="{CODE}" dir="rtl">' in page.text, path
        assert untranslated(page) == set(), path


def test_no_form_comes_back_with_a_sentence_of_its_own(strange, story):
    made = story[0]
    path = f"/events/{made.slug}/register?lang={CODE}"
    key = token_in(strange.get(path).text, "submit_key")
    for data in (
        {},
        {"name": "x" * 200, "email": "no", "attendees-0-category": "77", "attendees-1-name": ""},
    ):
        page = strange.post(path, data=data | {"submit_key": key})
        assert page.status_code == 422
        assert untranslated(page) - {"x" * 200, "no"} == set()
    assert untranslated(strange.post(path, data={"submit_key": "old"})) == set()


def test_no_mail_has_a_sentence_of_its_own(strange, story):
    cancel_registration(registration_of(story[2]))
    db.session.rollback()
    mails = db.session.query(OutgoingMessage).where(OutgoingMessage.locale == CODE).all()
    kinds = set()
    for message in mails:
        if message.kind in {"confirmed", "waitlisted"}:
            # Their news is old by now; both are written like those that follow.
            continue
        draft = compose(db.session(), message)
        kinds.add(message.kind)
        assert {text for text in Unsigned(draft.html).found if not _is_data(text)} == set()
        assert 'dir="rtl"' in draft.html
    assert kinds == {"cancelled", "promoted"}


def test_no_page_of_the_back_office_has_a_sentence_of_its_own(strange, story):
    made = story[0]
    sign_in(strange, "owner@example.org", make_account("owner@example.org", "owner"))
    base = f"/organiser/events/{story[1].slug}"
    for path in (
        "/organiser/",
        f"{base}/",
        f"{base}/attendees",
        f"{base}/waitlist",
        f"{base}/capacity",
        f"{base}/exports",
        f"{base}/checkin",
        f"{base}/translations/fr",
        f"/organiser/events/{made.slug}/edit/questions",
        f"/organiser/events/{made.slug}/edit/categories",
        f"/organiser/events/{made.slug}/edit/categories/{made.categories['Member']}",
        f"/organiser/events/{made.slug}/edit/materials",
        "/change",
    ):
        page = strange.get(f"{path}?lang={CODE}")
        assert page.status_code == 200, path
        assert untranslated(page) == set(), path


def test_the_pseudo_language_has_every_plural_form(tmp_path):
    pseudo.write_catalogue(tmp_path)
    assert "msgstr[5]" in (tmp_path / CODE / "LC_MESSAGES" / "messages.po").read_text("utf-8")
