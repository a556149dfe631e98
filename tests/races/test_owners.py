"""Owners who leave at the same moment: an organiser is never left without one."""

import threading

import pytest
from sqlalchemy import select

from registration.accounts import services
from registration.accounts.models import Account, Membership, Organiser
from registration.accounts.services import LastOwner
from registration.core.database import db
from registration.core.transaction import write_tx
from tests.factories import make_organiser
from tests.races.test_every_service import at_the_same_moment

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def two_owners():
    """Return the id of an organiser, and those of its two owners."""
    organiser_id = make_organiser()

    def work(session):
        organiser = session.get_one(Organiser, organiser_id)
        made = []
        for name in ("ada", "ben"):
            account, _password = services.create_account(session, f"{name}@example.org", name.title())
            services.add_member(session, account, organiser, "owner")
            made.append(account.id)
        return made

    return organiser_id, write_tx(work)


def owners(organiser_id):
    """Return who can still sign in as an owner."""
    db.session.rollback()
    query = select(Account.id).join(Membership, Membership.account_id == Account.id)
    found = db.session.scalars(
        query.where(Membership.organiser_id == organiser_id, Membership.role == "owner", Account.active)
    ).all()
    db.session.rollback()
    return found


def remove(account_id, organiser_id):
    return lambda: write_tx(lambda session: services.remove_member(session, account_id, organiser_id))


def close(account_id, _organiser_id):
    return lambda: write_tx(lambda session: services.close_account(session, account_id))


def step_down(account_id, organiser_id):
    def work(session):
        account = session.get_one(Account, account_id)
        services.add_member(session, account, session.get_one(Organiser, organiser_id), "manager")

    return lambda: write_tx(work)


WAYS = [(remove, remove), (close, close), (remove, close), (step_down, remove), (step_down, close)]


@pytest.mark.parametrize("ways", WAYS, ids=lambda ways: " and ".join(one.__name__ for one in ways))
def test_of_two_owners_who_go_at_once_one_stays(app, ways):
    organiser_id, (ada, ben) = two_owners()
    results = at_the_same_moment(app, ways[0](ada, organiser_id), ways[1](ben, organiser_id))
    assert [type(one) for one in results if one is not None] == [LastOwner]
    assert len(owners(organiser_id)) == 1


@pytest.mark.parametrize("ways", WAYS[:3], ids=lambda ways: " and ".join(one.__name__ for one in ways))
def test_without_the_lock_nobody_is_left(app, monkeypatch, ways):
    """The test would notice: both look before either goes, which the lock alone prevents."""
    organiser_id, (ada, ben) = two_owners()
    both_looked, look = threading.Barrier(2), services._keep_an_owner

    def looks(*args):
        look(*args)
        both_looked.wait(20)

    monkeypatch.setattr(services, "_lock", lambda *_args: None)
    monkeypatch.setattr(services, "_keep_an_owner", looks)
    at_the_same_moment(app, ways[0](ada, organiser_id), ways[1](ben, organiser_id))
    assert owners(organiser_id) == []


def test_who_is_made_owner_while_her_account_is_closed_does_not_leave_it_without_one(app):
    """Ada hands her role to Ben, and goes, while Ben's account is closed."""
    organiser_id, (ada, ben) = two_owners()
    step_down(ben, organiser_id)()

    def hand_on():
        def work(session):
            account, organiser = session.get_one(Account, ben), session.get_one(Organiser, organiser_id)
            services.add_member(session, account, organiser, "owner")
            services.remove_member(session, ada, organiser_id)

        return write_tx(work)

    results = at_the_same_moment(app, hand_on, close(ben, organiser_id))
    assert all(one is None or isinstance(one, LastOwner) for one in results)
    assert len(owners(organiser_id)) == 1
