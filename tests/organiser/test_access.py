"""Who may open what: every route of the back office, asked by everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.accounts.models import Account
from registration.booking.answers.uploads import keep
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.journal.services import SYSTEM
from registration.organiser.attendees.queries import Filters
from registration.organiser.mailing.services import draft
from registration.seats import gate as gates
from tests import factories
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, sign_in
from tests.invitations.arranging import invite
from tests.site.arranging import publish

READ = {"owner", "manager", "viewer"}
EDIT = {"owner", "manager"}
DOOR = {"owner", "manager", "door"}
# Every endpoint of the back office has its line; a route without one fails below.
ALLOWED = {
    "home": READ | DOOR,
    "calendar": READ | DOOR,
    "renew_calendar": READ | DOOR,
    "end_calendar": READ | DOOR,
    "settings": EDIT,
    "new_event": EDIT,
    "firms": EDIT,
    "add_coordinator": EDIT,
    "send_coordinator": EDIT,
    "remove_coordinator": EDIT,
    "team": {"owner"},
    "remove_colleague": {"owner"},
    "sign_out_everywhere": READ | DOOR,
    "overview": READ,
    "edit": EDIT,
    "add_category": EDIT,
    "add_question": EDIT,
    "question": EDIT,
    "move_question": EDIT,
    "remove_question": EDIT,
    "new_programme": EDIT,
    "edit_programme": EDIT,
    "programme_translation": EDIT,
    "remove_programme_translation": EDIT,
    "answer_file": READ,
    "add_material": EDIT,
    "translation": EDIT,
    "remove_translation": EDIT,
    "move_material": EDIT,
    "remove_material": EDIT,
    "ways_in": EDIT,
    "reconfirmation": READ,
    "plan_reconfirmation": EDIT,
    "invitations": READ,
    "invite": EDIT,
    "send_invitations": EDIT,
    "remind_invited": EDIT,
    "withdraw_invitation": EDIT,
    "attendees": READ,
    "registration": READ,
    "cancel": EDIT,
    "cancel_attendee": EDIT,
    "waitlist": READ,
    "approve": EDIT,
    "reject": EDIT,
    "seat": EDIT,
    "merge": EDIT,
    "line": EDIT,
    "sessions": EDIT,
    "session": EDIT,
    "remove_session": EDIT,
    "category": EDIT,
    "remove_category": EDIT,
    "firm_limits": EDIT,
    "release": EDIT,
    "close": EDIT,
    "reopen": EDIT,
    "cancel_event": EDIT,
    "health": READ,
    "capacity": READ,
    "change_capacity": EDIT,
    "exports": READ,
    "export": READ,
    "messages": READ,
    "retry_mails": EDIT,
    "mail_choices": EDIT,
    "tell_materials": EDIT,
    "new_mailing": EDIT,
    "mailing": EDIT,
    "edit_mailing": EDIT,
    "send_mailing": EDIT,
    "test_mailing": EDIT,
    "stop_mailing": EDIT,
    "texts": EDIT,
    "text": EDIT,
    "text_ours": EDIT,
    "text_test": EDIT,
    "send_again": EDIT,
    "correct_address": EDIT,
    "journal": READ,
    "checkin": DOOR,
    "check_in": DOOR,
}

# What shows each account its own, a stranger's too.
OWN = {"home", "calendar", "renew_calendar", "end_calendar", "sign_out_everywhere"}


def _colleague() -> int:
    """Return the account of somebody else of the team."""
    factories.make_account("ben@example.org", "viewer", "ditta")
    return db.session.scalars(select(Account.id).where(Account.email == "ben@example.org")).one()


def hours_of(event):
    begins = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    return begins, begins + timedelta(hours=1)


@pytest.fixture
def office(page_app):
    """An event with a registration, and the addresses of the back office by endpoint."""
    event = make_event(
        categories={"Member": None, "Press": None}, questions=(QuestionFacts("Your paper", "file"),)
    )
    [paper] = event.questions
    ada = factories.register(
        event, category="Member", answers=((paper, keep(paper, "seed", "a.pdf", b"%PDF-1.7", 99)),)
    )
    programme = make_programme(event)
    values = {
        "slug": event.slug,
        "registration_id": ada.id,
        "attendee_id": 1,
        "account_id": _colleague(),
        "coordinator_id": factories.make_coordinator("ditta"),
        "message_id": 1,
        "mailing_id": draft(event.id, "Parking", "Use the east gate.", Filters(), None),
        "kind": "confirmed",
        "code": "en",
        "pool_id": factories.pool(event).id,
        "fmt": "csv",
        "question_id": paper,
        "answer_id": 1,
        "invitation_id": 1,
        "material_id": 1,
        "category_id": event.categories["Press"],
        "session_id": add_session(event.id, SessionFacts("Codes", *hours_of(event)), SYSTEM),
    }
    firm_pool = write_tx(
        lambda session: gates.add_pool(session, event.id, "firm", 0, 2, key="agfa", label="Agfa")
    )
    firms = ("firms", "add_coordinator", "send_coordinator", "remove_coordinator")
    slugs = dict.fromkeys(firms, "ditta") | dict.fromkeys(
        ("edit_programme", "programme_translation", "remove_programme_translation"), programme
    )
    slugs |= dict.fromkeys(("new_event", "settings", "new_programme"), "ditta")
    invite(event, "Ben")
    publish(event, "Slides", "https://example.org/slides.pdf")
    addresses = {}
    for rule in page_app.url_map.iter_rules():
        if rule.endpoint.startswith("organiser."):
            name = rule.endpoint.removeprefix("organiser.")
            slug = {"slug": slugs[name]} if name in slugs else {}
            slug = {"slug": "ditta"} if "/organisers/" in rule.rule else slug
            with page_app.test_request_context():
                own = values | slug | ({"pool_id": firm_pool} if name == "release" else {})
                built = rule.build({one: own[one] for one in rule.arguments})
            addresses[name] = (built[1], "POST" if "GET" not in rule.methods else "GET")
    return addresses


def test_every_route_has_its_line(office):
    assert set(office) == set(ALLOWED)


@pytest.mark.parametrize("role", ["owner", "manager", "viewer", "door", "stranger", "nobody"])
def test_a_route_opens_to_its_roles_and_to_nobody_else(page_app, page_client, office, role):
    if role != "nobody":
        organiser = "cocir" if role == "stranger" else "ditta"
        password = factories.make_account(
            "ada@example.org", "owner" if role == "stranger" else role, organiser
        )
        sign_in(page_client, "ada@example.org", password)
    page_app.config["WTF_CSRF_ENABLED"] = False
    for name in sorted(
        office, key=lambda one: (one.startswith("sign"), one.startswith(("cancel", "remove")))
    ):
        address, method = office[name]
        answer = page_client.open(address, method=method)
        if role == "nobody":
            assert answer.status_code in {302, 303}, name
            assert "/login" in answer.headers["Location"]
        elif name in OWN or role in ALLOWED[name]:
            assert answer.status_code in {200, 303, 400, 409, 422}, (name, answer.status_code)
        else:
            assert answer.status_code == 404, (name, answer.status_code)


def test_a_post_without_the_token_of_the_session_is_refused(page_app, page_client, office):
    sign_in(page_client, "ada@example.org", factories.make_account("ada@example.org", "owner"))
    for address, method in office.values():
        if method == "POST":
            assert page_client.post(address).status_code == 400


def test_the_list_of_events_shows_only_my_organisers(page_app, page_client):
    make_event(title="Ours")
    make_event(title="Theirs", organiser="cocir")
    sign_in(page_client, "ada@example.org", factories.make_account("ada@example.org", "viewer"))
    page = page_client.get("/organiser/").text
    assert "Ours" in page
    assert "Theirs" not in page
