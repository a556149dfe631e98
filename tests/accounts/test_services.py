"""Organisers and their teams."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.accounts import access, queries, services
from registration.accounts.models import Account, Organiser
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.journal.models import JournalEntry

COCIR = services.NewOrganiser("COCIR Événements", "events@example.org")


def make_organiser(session: Session) -> Organiser:
    return services.create_organiser(session, COCIR)


def test_an_organisers_name_becomes_its_slug_without_accents(app: Flask) -> None:
    with app.app_context():
        assert write_tx(make_organiser).slug == "cocir-evenements"


def test_a_slug_that_is_taken_is_refused_and_leaves_the_transaction_whole(app: Flask) -> None:
    def twice(session: Session) -> str:
        make_organiser(session)
        with pytest.raises(services.SlugTaken) as refusal:
            make_organiser(session)
        return refusal.value.sentence

    with app.app_context():
        assert "cocir-evenements" in write_tx(twice)
        assert len(db.session.scalars(select(Organiser)).all()) == 1


def test_each_account_gets_a_password_of_its_own(app: Flask) -> None:
    def work(session: Session) -> list[tuple[Account, str]]:
        return [services.create_account(session, f"{name}@example.org", name) for name in ("ada", "ben")]

    with app.app_context():
        (ada, first), (_ben, second) = write_tx(work)
    assert first != second
    assert len(first) == 19
    assert ada.password is not None
    assert ada.password.startswith("$argon2id$")


def test_two_accounts_cannot_share_an_address_in_another_spelling(app: Flask) -> None:
    with app.app_context():
        write_tx(lambda session: services.create_account(session, "ada@example.org", "Ada"))
        with pytest.raises(services.AccountExists):
            write_tx(lambda session: services.create_account(session, "Ada@EXAMPLE.org", "Ada"))


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a\r\nBcc: b@example.org"])
def test_what_is_no_address_gets_no_account(app: Flask, address: str) -> None:
    with app.app_context(), pytest.raises(Refusal) as refusal:
        write_tx(lambda session: services.create_account(session, address, "Ada"))
    assert refusal.value.field == "email"


def test_a_new_role_takes_the_place_of_the_old_one(app: Flask) -> None:
    def work(session: Session) -> tuple[Account, Organiser]:
        organiser = make_organiser(session)
        account, _password = services.create_account(session, "ada@example.org", "Ada")
        services.add_member(session, account, organiser, "viewer")
        services.add_member(session, account, organiser, "door")
        return account, organiser

    with app.app_context():
        account, organiser = write_tx(work)
        assert queries.role_at(account, organiser.id) == "door"
        assert [member.role for member in queries.memberships(account)] == ["door"]
        assert [member.account.email for member in queries.team(organiser)] == ["ada@example.org"]
        assert access.organisers_for(account, access.READ) == []
        assert [found.slug for found in access.organisers_for(account, access.DOOR)] == ["cocir-evenements"]


def test_the_last_owner_cannot_step_down(app: Flask) -> None:
    def work(session: Session) -> tuple[Account, Organiser]:
        organiser = make_organiser(session)
        account, _password = services.create_account(session, "ada@example.org", "Ada")
        services.add_member(session, account, organiser, "owner")
        return account, organiser

    with app.app_context():
        account, organiser = write_tx(work)
        with pytest.raises(services.LastOwner):
            write_tx(lambda session: services.add_member(session, account, organiser, "viewer"))
        ben, _password = write_tx(lambda session: services.create_account(session, "ben@example.org", "Ben"))
        write_tx(lambda session: services.add_member(session, ben, organiser, "owner"))
        write_tx(lambda session: services.add_member(session, account, organiser, "viewer"))
        assert queries.role_at(account, organiser.id) == "viewer"


def test_an_unknown_role_is_refused(app: Flask) -> None:
    def work(session: Session) -> None:
        organiser = make_organiser(session)
        account, _password = services.create_account(session, "ada@example.org", "Ada")
        services.add_member(session, account, organiser, "superuser")

    with app.app_context(), pytest.raises(Refusal) as refusal:
        write_tx(work)
    assert refusal.value.field == "role"


def test_the_journal_tells_what_was_set_up_and_names_nobody(app: Flask, hire) -> None:
    hire("ada", "owner")
    with app.app_context():
        entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [(entry.action, entry.after) for entry in entries] == [
        ("account.created", None),
        ("organiser.created", None),
        ("member.role", "owner"),
    ]
    assert "ada" not in str([entry.facts for entry in entries])
