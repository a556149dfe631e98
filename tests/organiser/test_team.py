"""An owner sees her team and shuts a colleague out; nobody else does, and the last owner stays."""

import re

import pytest
from sqlalchemy import select

from registration.accounts import services
from registration.accounts.models import Account, Membership, Organiser
from registration.core.database import db
from registration.core.transaction import write_tx
from tests.factories import make_event, sign_in


@pytest.fixture
def people(page_app):
    """The owner Ada and the manager Ben of COCIR, and the owner Cleo of DITTA: (id, password) by name."""
    make_event(organiser="cocir")
    make_event(organiser="ditta")
    made = {}

    def work(session):
        for name, slug, role in (
            ("ada", "cocir", "owner"),
            ("ben", "cocir", "manager"),
            ("cleo", "ditta", "owner"),
        ):
            organiser = session.scalars(select(Organiser).where(Organiser.slug == slug)).one()
            account, password = services.create_account(session, f"{name}@example.org", name.title())
            services.add_member(session, account, organiser, role)
            made[name] = (account.id, password)

    write_tx(work)
    return made


def client_of(app, people, name):
    client = app.test_client()
    sign_in(client, f"{name}@example.org", people[name][1])
    return client


def removal(client, slug, account_id):
    page = client.get("/change").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    return client.post(f"/organiser/organisers/{slug}/team/{account_id}/remove", data={"csrf_token": token})


def roles(slug):
    db.session.rollback()
    query = select(Account.email).join(Membership).join(Organiser).where(Organiser.slug == slug)
    return set(db.session.scalars(query))


def test_an_owner_sees_the_team_and_its_sign_ins(page_app, people):
    client_of(page_app, people, "ben")
    page = client_of(page_app, people, "ada").get("/organiser/organisers/cocir/team").text
    assert "ben@example.org" in page
    assert "Manager: events and attendees" in page
    assert page.count("Signed in") >= 2
    assert "127.0.0.0/24" in page
    assert "cleo@example.org" not in page


def test_a_colleague_is_shut_out_at_once(page_app, people):
    ada, ben = client_of(page_app, people, "ada"), client_of(page_app, people, "ben")
    assert ben.get("/organiser/").status_code == 200
    assert removal(ada, "cocir", people["ben"][0]).status_code == 303
    assert ben.get("/organiser/").status_code == 303
    assert "ben@example.org" not in roles("cocir")


def test_the_last_owner_stays(page_app, people):
    ada = client_of(page_app, people, "ada")
    assert removal(ada, "cocir", people["ada"][0]).status_code == 409
    assert "ada@example.org" in roles("cocir")


@pytest.mark.parametrize(("who", "slug", "whom"), [
    ("ben", "cocir", "ada"), ("cleo", "cocir", "ben"), ("cleo", "ditta", "ben"), ("ada", "cocir", "cleo"),
])  # fmt: skip
def test_nobody_else_removes_anybody_and_no_owner_somebody_of_another_team(page_app, people, who, slug, whom):
    client = client_of(page_app, people, who)
    assert removal(client, slug, people[whom][0]).status_code == 404
    assert {"ada@example.org", "ben@example.org"} <= roles("cocir")
    assert "cleo@example.org" in roles("ditta")
    assert client.get("/organiser/organisers/cocir/team").status_code == (200 if who == "ada" else 404)
