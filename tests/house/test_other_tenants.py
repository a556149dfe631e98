"""Ids of other organisers, and of one's own other event, under one's own address: every rule refuses them.

The rules are read from the URL map, so a new one without a row here fails.
"""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from registration.booking.models import Attendee
from registration.core.database import Model, db
from registration.web.guards import action_key
from tests import factories
from tests.factories import sign_in
from tests.site.arranging import link
from tests.worlds import make_world

# What is sent with a POST, so that the id is what is looked at and not an empty form.
BODIES = {
    "organiser.change_capacity": {"wanted": "7"},
    "organiser.seat": {"reason": "By hand"},
    "organiser.merge": {"other": "1"},
    "organiser.reject": {"reason": "No"},
    "organiser.correct_address": {"email": "cleo@example.org"},
    "organiser.edit_mailing": {"subject": "Parking", "body": "West gate."},
    "organiser.category": {"name": "Stolen"},
    "organiser.session": {
        "name": "Stolen",
        "starts_at": "2027-01-01T10:00",
        "ends_at": "2027-01-01T11:00",
    },
    "organiser.question": {"label": "Stolen", "kind": "text", "scope": "attendee"},
    "organiser.move_question": {"by": "1"},
    "booking.save_people": {"people-0-name": "Stolen"},
    "booking.send_handover": {"name": "Cleo", "email": "cleo@example.org"},
    "firms.send": {"name": "Cleo", "email": "cleo@example.org"},
    "booking.choose": {"category": "1"},
    "booking.add_person": {"name": "Cleo"},
    "booking.move": {"go": "1"},
}
# Each adds one parameter's value in a world; a rule with another parameter fails.
PARAMETERS = {
    "registration_id",
    "attendee_id",
    "pool_id",
    "category_id",
    "session_id",
    "question_id",
    "answer_id",
    "invitation_id",
    "material_id",
    "mailing_id",
    "message_id",
    "coordinator_id",
    "handover_id",
    "account_id",
}


@pytest.fixture
def worlds(page_app, page_client):
    mine, sister, other = make_world("ditta", "Ada"), make_world("ditta", "Ben"), make_world("cocir", "Cleo")
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    page_app.config["WTF_CSRF_ENABLED"] = False
    return mine, sister, other


def with_ids(app):
    """Return every rule with an id in its path, and its method."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if any(one.endswith("_id") for one in rule.arguments)
    ]


def base_values(rule, world):
    slug = world.event.slug
    if "/organisers/" in rule.rule:
        slug = world.organiser
    if rule.rule.endswith("/move/<slug>"):
        slug = world.sister
    return {"slug": slug, "token": world.firm if rule.rule.startswith("/firms/") else world.booking}


def address_of(app, rule, world, ids):
    values = base_values(rule, world) | ids
    with app.test_request_context():
        return rule.build({one: values[one] for one in rule.arguments})[1]


def body_of(app, rule, world):
    purpose = f"firm:{world.firm}" if rule.rule.startswith("/firms/") else f"booking:{world.booking}"
    with app.test_request_context():
        return {"key": action_key(purpose)} | BODIES.get(rule.endpoint, {})


def stored(app):
    """Keep the database as it is; return what puts it back."""
    path = Path(db.engine.url.database or "")
    copy = path.with_suffix(".kept")

    def close():
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()

    close()
    shutil.copy(path, copy)

    def put_back():
        close()
        shutil.copy(copy, path)

    return put_back


def snapshot():
    """Return every row of every table, but for what a page may leave of its own."""
    session = db.session()
    rows = {
        table.name: sorted(map(repr, session.execute(select(*table.c)).all()))
        for table in Model.metadata.sorted_tables
        # Each try is counted, whatever comes of it.
        if table.name != "spending"
    }
    db.session.rollback()
    return rows


def test_every_parameter_has_its_row(page_app):
    named = {one for rule, _method in with_ids(page_app) for one in rule.arguments if one.endswith("_id")}
    assert named == PARAMETERS


def test_an_id_of_somebody_else_is_refused_under_ones_own_address(page_app, page_client, worlds):
    mine, sister, other = worlds
    before = snapshot()
    wrong = []
    for rule, method in with_ids(page_app):
        names = [one for one in rule.arguments if one.endswith("_id")]
        own = {one: mine.ids[one] for one in names}
        for stranger in (sister, other):
            # Each id by itself and all of them: a child may be looked up beside the right parent.
            for swapped in [names, *([[one] for one in names] if len(names) > 1 else [])]:
                if stranger is sister and {"coordinator_id", "account_id"} & set(swapped):
                    # Both events are of this organiser, and so are its colleagues and who looks after a firm.
                    continue
                ids = own | {one: stranger.ids[one] for one in swapped}
                address = address_of(page_app, rule, mine, ids)
                data = body_of(page_app, rule, mine) if method == "POST" else None
                answer = page_client.open(address, method=method, data=data)
                if not 400 <= answer.status_code < 500 or answer.status_code in (400, 413, 422):
                    wrong.append((method, rule.endpoint, swapped, answer.status_code))
                if (after := snapshot()) != before:
                    wrong.append((method, rule.endpoint, swapped, "changed"))
                    before = after
    assert not wrong, "\n".join(map(str, wrong))


def test_the_same_address_with_ones_own_ids_is_served(page_app, page_client, worlds):
    """Without this the test above could pass on addresses that nobody can use."""
    mine = worlds[0]
    # A file of a paper and a certificate come once the event is over, another event from a programme.
    absent = {
        "afterwards.own_certificate",
        "afterwards.own_material",
        "afterwards.material",
        "booking.move_page",
        "booking.move",
    }
    put_back = stored(page_app)
    wrong = []
    for rule, method in with_ids(page_app):
        ids = {one: mine.ids[one] for one in rule.arguments if one.endswith("_id")}
        data = body_of(page_app, rule, mine) if method == "POST" else None
        answer = page_client.open(address_of(page_app, rule, mine, ids), method=method, data=data)
        if (
            rule.endpoint not in absent
            and answer.status_code >= 404
            and answer.status_code not in (409, 410, 422)
        ):
            wrong.append((method, rule.endpoint, answer.status_code))
        if method == "POST":
            put_back()
    assert not wrong, "\n".join(map(str, wrong))


def test_an_id_of_somebody_else_in_a_body_is_refused(page_app, page_client, worlds):
    mine, sister, other = worlds
    office = f"/organiser/events/{mine.event.slug}"
    seat = f"/bookings/{mine.booking}/registrations/{mine.ids['registration_id']}"
    person = f"{seat}/attendees/{mine.ids['attendee_id']}"
    with page_app.test_request_context():
        key = {"key": action_key(f"booking:{mine.booking}")}
    before = snapshot()
    wrong = []
    for stranger in (sister, other):
        their = stranger.ids
        one = f"{office}/registrations/{mine.ids['registration_id']}"
        bodies = {
            f"{one}/merge": {"other": their["registration_id"]},
            f"{office}/edit/questions": {
                "label": "New", "kind": "text", "scope": "attendee", "category_ids": their["category_id"],
            },
            f"{office}/edit/questions/{mine.ids['question_id']}": {
                "label": "Your paper", "kind": "file", "scope": "attendee",
                "category_ids": their["category_id"], "when": f"{their['question_id']}:yes",
            },
            f"{person}/choice": key | {"category": their["category_id"], "sessions": their["session_id"]},
            f"{seat}/attendees/add": key | {"name": "Cleo", "category": their["category_id"]},
            f"{seat}/edit": key | {
                "people-0-attendee_id": their["attendee_id"], "people-0-name": "Stolen",
            },
            "/organiser/organisers/ditta/programmes/new": {
                "title": "Both", "locale": "en",
                "events-0-event_id": stranger.event.id, "events-0-is_in": "y",
                "events-1-event_id": mine.event.id, "events-1-is_in": "y",
                "events-1-requires": stranger.event.id,
            },
        }  # fmt: skip
        if stranger is sister:
            # One's own event may be linked.
            bodies.pop("/organiser/organisers/ditta/programmes/new")
        for address, data in bodies.items():
            answer = page_client.post(address, data=data)
            if answer.status_code >= 500:
                wrong.append((address, answer.status_code))
            if (after := snapshot()) != before:
                changed = [name for name in after if after[name] != before[name]]
                wrong.append((address, answer.status_code, changed))
                before = after
    assert not wrong, "\n".join(map(str, wrong))


def test_no_organiser_links_an_event_of_another_one(page_app, page_client, worlds):
    mine, _sister, other = worlds
    slug = link("Ours", mine.event)
    page = page_client.get(f"/organiser/programmes/{slug}/edit")
    assert page.status_code == 200
    assert other.event.slug not in page.text
    assert db.session.scalar(select(Attendee.id).limit(1)) is not None
