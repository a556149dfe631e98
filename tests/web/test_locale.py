"""Which language a page speaks, and how it goes on speaking it."""

import re
from dataclasses import replace

import pytest
from flask_babel import force_locale, gettext, ngettext

from registration.booking.admission.services import register as book
from registration.web import locale
from registration.web.locale import LOCALES, babel_name
from tests.factories import application, make_account, make_event, register, sign_in, token_in
from tests.site.arranging import edit, word

FRENCH = {"Accept-Language": "fr-BE,fr;q=0.9,en;q=0.5"}


def spoken(page) -> str:
    return re.search(r'<html lang="([^"]+)"', page.text)[1]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-BE,fr;q=0.9", "fr"),
        ("nl", "nl"),
        ("de-AT", "de"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hans-CN", "zh"),
        ("en-US", "en"),
        ("ja", "en"),
        ("ja,nl;q=0.2", "nl"),
        ("", "en"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for(page_client, accepted, language):
    page = page_client.get("/", headers={"Accept-Language": accepted})
    assert spoken(page) == language
    assert page.headers["Content-Language"] == language
    assert "Accept-Language" in page.headers["Vary"]


def test_the_address_outweighs_the_browser_and_nonsense_in_it_is_passed_over(page_client):
    assert spoken(page_client.get("/?lang=nl", headers=FRENCH)) == "nl"
    for nonsense in ("xx", "en_GB", "../../etc", "fr%00", ""):
        assert spoken(page_client.get(f"/?lang={nonsense}", headers=FRENCH)) == "fr"


def test_an_event_speaks_its_own_language_to_whom_no_other_was_asked_for(page_app, page_client):
    made = make_event(locale="nl")
    word(made, "nl", title="Werkgroep")
    path = f"/events/{made.slug}/"
    assert spoken(page_client.get(path)) == "nl"
    assert spoken(page_client.get(f"{path}register")) == "nl"
    assert spoken(page_client.get(path, headers=FRENCH)) == "fr"
    assert spoken(page_client.get(f"{path}?lang=en")) == "en"
    # Kept pages are kept by language.
    assert spoken(page_client.get(path)) == "nl"


def test_a_booking_speaks_the_language_it_was_made_in(page_app, page_client):
    made = make_event(capacity=9)
    form = page_client.get(f"/events/{made.slug}/register?lang=de")
    key = token_in(form.text, "submit_key")
    data = {"submit_key": key, "locale": "de", "name": "Ada", "email": "ada@example.org", "consent": "y"}
    answer = page_client.post(f"/events/{made.slug}/register?lang=de", data=data)
    assert answer.status_code == 303
    link = answer.headers["Location"]
    assert link.endswith("/?lang=de")
    bare = link.removesuffix("?lang=de")
    assert spoken(page_client.get(bare, headers=FRENCH)) == "de"
    assert spoken(page_client.get(f"{bare}?lang=zh", headers=FRENCH)) == "zh"


def test_the_calendar_of_a_booking_speaks_its_language_whatever_the_program_asks_for(page_app, page_client):
    made = make_event(capacity=9)
    word(made, "fr", title="Atelier")
    token = book(replace(application(made), locale="fr")).token
    feed = re.search(r"/feeds/[^\s\"]+\.ics", page_client.get(f"/bookings/{token}/").text)[0]
    calendar = page_client.get(feed, headers={"Accept-Language": "en-US"}).text
    assert "SUMMARY:Atelier" in calendar
    assert "Workshop" in page_client.get(f"{feed}?lang=en").text


def test_every_link_and_form_of_a_page_goes_on_in_the_language_of_its_address(page_app, page_client):
    made = make_event()
    page = page_client.get(f"/events/{made.slug}/?lang=fr").text
    own = re.findall(r'\b(?:href|action)="(/[^"]*)"', page)
    assert len(own) > 5
    assert all("lang=fr" in address for address in own if not address.startswith("/static/"))
    assert f'rel="canonical" href="http://localhost/events/{made.slug}/?lang=fr"' in page
    form = page_client.get(f"/events/{made.slug}/register?attendees=2&lang=fr").text
    assert f'action="/events/{made.slug}/register?lang=fr"' in form
    plain = page_client.get(f"/events/{made.slug}/", headers=FRENCH).text
    # But for the calendar: a program fetches it without a word about its reader's language.
    others = re.sub(r'href="/[^"]*\.ics\?lang=fr"', "", plain)
    assert not re.search(r'\b(?:href|action)="/[^"]*lang=', others)


def test_the_language_survives_a_form_that_is_sent_by_get(page_app, page_client):
    made = make_event()
    sign_in(page_client, "owner@example.org", make_account("owner@example.org", "owner"))
    page = page_client.get(f"/organiser/events/{made.slug}/attendees?state=confirmed&lang=nl")
    assert spoken(page) == "nl"
    assert re.search(r'<form[^>]*method="get"[^>]*><input type="hidden" name="lang" value="nl">', page.text)
    assert 'href="?state=confirmed&amp;lang=de"' in page.text


def test_the_chooser_names_each_language_in_itself(page_app, page_client):
    made = make_event()
    page = page_client.get(f"/events/{made.slug}/?utm=x").text
    chooser = re.findall(r'<a href="\?lang=(\w+)" lang="(\w+)" hreflang="(\w+)"([^>]*)>([^<]+)</a>', page)
    assert [one[4] for one in chooser] == ["English", "Français", "Nederlands", "Deutsch", "中文"]
    assert all(one[0] == one[1] == one[2] for one in chooser)
    assert [one[1] for one in chooser if 'aria-current="true"' in one[3]] == ["en"]
    # Kept pages are shared: what one reader asked for must not stand in the next one's page.
    assert "utm" not in page


def test_public_pages_name_their_other_languages_to_search_engines(page_app, page_client):
    made = make_event()
    found = re.findall(
        r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">',
        page_client.get(f"/events/{made.slug}/").text,
    )
    address = f"http://localhost/events/{made.slug}/"
    assert found == [(code, f"{address}?lang={code}") for code in LOCALES] + [("x-default", address)]


def test_a_page_from_memory_is_in_the_language_of_whoever_asks(page_app, page_client):
    made = make_event()
    word(made, "fr", title="Atelier")
    path = f"/events/{made.slug}/"
    for _time in range(2):
        for code, seen in (("fr", "S’inscrire"), ("nl", "Inschrijven"), ("en", "Register"), ("zh", "报名")):
            page = page_client.get(path, headers={"Accept-Language": code})
            assert spoken(page) == code
            assert f">{seen}</a>" in page.text
    edit(made, status="cancelled")
    assert "Cet événement est annulé" in page_client.get(path, headers=FRENCH).text


def test_a_text_that_is_missing_says_in_which_language_it_is_shown(page_app, page_client):
    made = make_event()
    page = page_client.get(f"/events/{made.slug}/?lang=fr").text
    assert '<h1 dir="auto" lang="en">Workshop on nomenclatures</h1>' in page
    assert "Ce texte n’est disponible qu’en anglais." in page
    word(made, "fr", title="Atelier")
    assert "n’est disponible qu’en" not in page_client.get(f"/events/{made.slug}/?lang=fr").text


def test_an_error_and_the_sign_in_speak_it_too(page_client):
    assert "Pagina niet gevonden" in page_client.get("/nothing-here?lang=nl").text
    assert "Einloggen" in page_client.get("/login?lang=de").text
    answer = page_client.get("/organiser/?lang=de")
    assert answer.headers["Location"] == "/login?next=/organiser/?lang%3Dde&lang=de"


def test_a_form_comes_back_with_its_sentences_in_the_language(page_app, page_client):
    made = make_event()
    path = f"/events/{made.slug}/register?lang=zh"
    page = page_client.post(path, data={"submit_key": token_in(page_client.get(path).text, "submit_key")})
    assert page.status_code == 422
    assert "请输入您的姓名。" in page.text
    # Whoever changes the language now would lose what was typed.
    assert 'hreflang="nl"' not in page.text


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", ["0 parties", "1 party", "2 parties"]),
        ("fr", ["0 inscription", "1 inscription", "2 inscriptions"]),
        ("nl", ["0 inschrijvingen", "1 inschrijving", "2 inschrijvingen"]),
        ("de", ["0 Anmeldungen", "1 Anmeldung", "2 Anmeldungen"]),
        ("zh", ["有 0 组", "有 1 组", "有 2 组"]),
    ],
)
def test_plurals_follow_the_language(page_app, code, told):
    with force_locale(babel_name(code)):
        for number, words in enumerate(told):
            sentence = ngettext("%(num)s party is waiting.", "%(num)s parties are waiting.", number)
            assert sentence.startswith(f"{words}") or words in sentence


def test_a_language_written_from_the_right_turns_the_page_around(page_app, page_client, monkeypatch):
    """Arabic is offered to nobody; it shows that no page knows left from right."""
    monkeypatch.setattr(locale, "LOCALES", (*LOCALES, "ar"))
    made = make_event()
    register(made)
    for path in ("/", f"/events/{made.slug}/", f"/events/{made.slug}/register", "/privacy", "/login"):
        page = page_client.get(f"{path}?lang=ar").text
        assert '<html lang="ar" dir="rtl">' in page
    event = page_client.get(f"/events/{made.slug}/?lang=ar").text
    assert 'dir="auto" lang="en">Workshop on nomenclatures' in event
    assert "بروكسل" in event


def test_without_a_request_words_are_those_of_the_site(page_app):
    assert gettext("Register") == "Register"
