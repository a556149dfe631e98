"""The words of a programme in other languages: kept on a page of their own, read by those who speak them."""

import pytest

from registration.core.database import db
from registration.events.models import Programme
from registration.journal.models import JournalEntry
from tests import factories
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, register, sign_in, token_in


@pytest.fixture
def programme(page_app):
    event = make_event(title="Workshop")
    register(event)
    return make_programme(event)


@pytest.fixture
def owner(page_client, programme):
    sign_in(page_client, "ada@example.org", factories.make_account("ada@example.org", "owner"))
    return page_client


def stored(programme) -> Programme:
    db.session.rollback()
    return db.session.query(Programme).filter_by(slug=programme).one()


def send(client, programme, path="", **words):
    address = f"/organiser/programmes/{programme}/translations/fr"
    return client.post(address + path, data={"csrf_token": token_in(client.get(address).text)} | words)


def test_a_programme_is_read_in_the_language_of_its_reader(owner, programme):
    own = stored(programme).title
    page = f"/programmes/{programme}/"
    assert own in owner.get(page, headers={"Accept-Language": "fr"}).text
    answer = send(owner, programme, title="Journées d’automne", summary="Deux jours.")
    assert answer.status_code == 303
    french = owner.get(page, headers={"Accept-Language": "fr"}).text
    assert "Journées d’automne" in french
    assert "Deux jours." in french
    assert own in owner.get(page, headers={"Accept-Language": "de"}).text
    edit = owner.get(answer.headers["Location"]).text
    assert f"/organiser/programmes/{programme}/translations/fr" in edit
    db.session.rollback()
    assert db.session.query(JournalEntry).filter_by(action="edited-text").count() == 1


def test_what_cannot_be_kept_comes_back_as_it_was_typed(owner, programme):
    answer = send(owner, programme, title="", summary="Deux jours.")
    assert answer.status_code == 422
    assert 'value="Deux jours."' in answer.text
    assert stored(programme).title in answer.text
    assert stored(programme).translations == {}


def test_a_language_is_taken_away_again(owner, programme):
    send(owner, programme, title="Journées d’automne")
    assert "delete these texts" in owner.get(f"/organiser/programmes/{programme}/translations/fr").text
    assert send(owner, programme, "/remove").status_code == 303
    assert stored(programme).translations == {}


def test_words_in_a_new_own_language_are_not_hidden_by_a_translation(owner, programme):
    send(owner, programme, title="Journées d’automne")
    address = f"/organiser/programmes/{programme}/edit"
    data = {"csrf_token": token_in(owner.get(address).text), "title": "Deux journées", "locale": "fr"}
    assert owner.post(address, data=data).status_code == 303
    page = owner.get(f"/programmes/{programme}/", headers={"Accept-Language": "fr"}).text
    assert "Deux journées" in page


@pytest.mark.parametrize(("code", "status"), [("en", 303), ("xx", 404)])
def test_only_our_other_languages_have_a_page(owner, programme, code, status):
    assert owner.get(f"/organiser/programmes/{programme}/translations/{code}").status_code == status
