"""Any number of values is one parameter, and asks for the same rows as a list of parameters would."""

import pytest
from sqlalchemy import event as events
from sqlalchemy import func, select, update

from registration.accounts.models import Organiser
from registration.core.among import among
from registration.core.database import db
from registration.core.transaction import write_tx
from tests.factories import make_organiser

ODD = "Agfa \"Ä\\b\" ☃, {1} '2'"


@pytest.fixture
def organisers(app):
    return {slug: make_organiser(slug) for slug in ("agfa", "cocir", "ditta")}


def slugs(condition):
    found = set(db.session.scalars(select(Organiser.slug).where(condition)))
    db.session.rollback()
    return found


def test_numbers_and_texts_are_found(organisers):
    ids = [organisers["agfa"], organisers["cocir"], 9_999_999]
    assert slugs(among(Organiser.id, ids)) == {"agfa", "cocir"}
    assert slugs(among(Organiser.slug, {"ditta", "unknown"})) == {"ditta"}
    assert slugs(~among(Organiser.id, ids)) == {"ditta"}


def test_no_value_finds_nothing_and_none_is_like_no_row(organisers):
    assert slugs(among(Organiser.id, [])) == set()
    assert slugs(~among(Organiser.id, [])) == set(organisers)
    assert slugs(among(Organiser.id, [None, organisers["ditta"]])) == {"ditta"}


def test_one_statement_takes_other_values_each_time(organisers):
    query = select(Organiser.slug).where(among(Organiser.id, "ids"))
    for slug in ("agfa", "ditta"):
        assert db.session.scalars(query, {"ids": [organisers[slug]]}).all() == [slug]
        assert slugs(among(Organiser.id, [organisers[slug]])) == {slug}


def test_a_hundred_thousand_values_are_one_parameter(organisers):
    sizes = []
    events.listen(db.engine, "before_cursor_execute", lambda *given: sizes.append(len(given[3])))
    count = select(func.count()).select_from(Organiser).where(among(Organiser.id, range(1, 100_000)))
    assert db.session.scalar(count) == len(organisers)
    assert max(sizes) == 1


def test_rows_are_written_by_it_too(organisers):
    write_tx(
        lambda session: session.execute(
            update(Organiser).where(among(Organiser.id, [organisers["agfa"]])).values(name=ODD)
        )
    )
    assert slugs(among(Organiser.name, [ODD])) == slugs(Organiser.name == ODD) == {"agfa"}
