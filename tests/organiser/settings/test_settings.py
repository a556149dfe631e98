"""What holds for all events of an organiser."""

import pytest

from registration.accounts.models import Organiser
from registration.core.database import db
from tests.factories import token_in

PATH = "/organiser/organisers/ditta/settings"


def chosen() -> str:
    db.session.rollback()
    return db.session.query(Organiser.calendar_mail).filter_by(slug="ditta").scalar()


def test_mails_carry_invitations_unless_something_else_is_chosen(owner):
    assert chosen() == "invitation"
    page = owner.get(PATH).text
    assert 'value="invitation" checked' in page
    assert f'href="{PATH}"' in owner.get("/organiser/").text


@pytest.mark.parametrize("choice", ["attachment", "none", "invitation"])
def test_a_choice_is_kept(owner, choice):
    data = {"csrf_token": token_in(owner.get(PATH).text), "calendar_mail": choice}
    assert owner.post(PATH, data=data).status_code == 303
    assert chosen() == choice
    assert f'value="{choice}" checked' in owner.get(PATH).text


@pytest.mark.parametrize("data", [{}, {"calendar_mail": "pigeon"}])
def test_anything_else_gets_a_sentence_at_the_field(owner, data):
    answer = owner.post(PATH, data=data | {"csrf_token": token_in(owner.get(PATH).text)})
    assert answer.status_code == 422
    assert 'id="calendar_mail-error"' in answer.text
    assert chosen() == "invitation"
