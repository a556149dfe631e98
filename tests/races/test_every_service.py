"""Every service twice at the same moment, on the same thing: nobody meets a fault, and nothing is lost.

What a form leads to is asked through it: the rows of tests/house/sent_forms.py, by two people with keys of
their own. What no form leads to has its row here. A service without a row fails.
"""

import ast
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from registration.booking.answers.uploads import forget_unused
from registration.booking.changes.change_address import ask_address
from registration.booking.changes.move import finish
from registration.booking.event_settings.capacity import go_on_draining
from registration.booking.inbound import bounces
from registration.booking.models import Booking
from registration.booking.tasks.event_reminders import remind
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.tokens import new_nonce
from registration.doctor.repair import repair
from registration.events.models import Programme
from registration.events.services import Text
from registration.journal.services import SYSTEM
from registration.mail.addresses import numbered
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from registration.mail.reports import Report
from registration.organiser.mailing.services import queue_some
from registration.organiser.translations import services as translations
from registration.reconfirm.services import ask_some, note_silence
from tests import factories
from tests.booking.arranging import fields_in, troubles
from tests.booking.programme_arranging import make_programme
from tests.factories import sign_in
from tests.house.arranged import Stage
from tests.house.files import ROOT
from tests.house.sent_forms import ROWS
from tests.house.test_sent_twice import form_at, post_rules, put_in
from tests.worlds import make_world

# It ends the session of who presses: the other one is signed out in the middle, which is no race of a row.
SIGNS_OUT = {"organiser.sign_out_everywhere", "security.change_password", "security.reset_password"}


def note_bounce(stage: Stage) -> None:
    mail = stage.values["message_id"]
    to = numbered("bounces@example.org", bounces.BOUNCES, mail)
    report = Report("failed", "5.1.1", "", "No such user", (to,), says_nobody_there=True)
    bounces.note_bounce(report, "bounces@example.org")


# What the clock, a mailbox or a command leads to.
DIRECT: dict[str, Callable[[Stage], object]] = {
    "repair": lambda _stage: repair(),
    "ask_some": lambda stage: ask_some(stage.world.event.id),
    "note_silence": lambda stage: note_silence(stage.values["registration_id"]),
    "forget_unused": lambda stage: forget_unused(timedelta(days=-1)),
    "finish": lambda stage: finish(stage.values["registration_id"]),
    "ask_address": lambda stage: ask_address(stage.booking_id, f"{new_nonce()}@example.org"),
    "note_bounce": note_bounce,
    "go_on_draining": lambda stage: go_on_draining(stage.world.event.id),
    "queue_some": lambda _stage: queue_some(),
    "sweep": lambda _stage: sweep(),
    "remind": lambda _stage: remind(),
}
# Asked at once by the tests that are named.
ELSEWHERE = {"note_reply": "tests/booking/inbound", "ask_again": "tests/reconfirm"}

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def at_the_same_moment(app: Any, *jobs: Callable[[], object]) -> list[object]:
    """Do *jobs* in threads that begin together; return what each returned or raised."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def work(number: int) -> None:
        with app.app_context():
            gate.wait(20)
            try:
                results[number] = jobs[number]()
            except Exception as error:
                results[number] = error
            db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def press_both(app: Any, endpoint: str, number: int, password: str) -> list[int]:
    """Let two people press the button of *endpoint* at once; return what each was answered."""
    row, rule = ROWS[endpoint], post_rules(app)[endpoint]
    stage = Stage(make_world("ditta", f"Ada{number}"))
    stage.values["password"] = password
    row.arrange(stage)
    clients = [app.test_client(), app.test_client()]
    if endpoint.startswith("organiser."):
        for client in clients:
            sign_in(client, "owner@example.org", password)
    with app.test_request_context():
        address = rule.build({one: stage.values[one] for one in rule.arguments})[1]
    page = put_in(row.page, stage.values) or address
    bodies = []
    for client in clients:
        shown = client.get(page)
        data = fields_in(form_at(shown.text, address, page))
        bodies.append({name: unescape(value) for name, value in data.items()})
        bodies[-1] |= {name: put_in(value, stage.values) for name, value in row.data.items()}
    presses = [
        lambda client=client, body=body: client.post(address, data=body).status_code
        for client, body in zip(clients, bodies, strict=True)
    ]
    return at_the_same_moment(app, *presses)  # type: ignore[return-value]


@pytest.mark.parametrize("part", range(4))
def test_two_people_at_one_form_meet_no_fault(app, part):
    password = factories.make_account("owner@example.org", "owner")
    wrong = {}
    for number, endpoint in enumerate(sorted(set(ROWS) - SIGNS_OUT)):
        if number % 4 != part:
            continue
        answers = press_both(app, endpoint, number, password)
        if not all(isinstance(one, int) and one < 500 for one in answers) or 303 not in answers:
            wrong[endpoint] = answers
    assert wrong == {}
    assert troubles() == []


def test_what_no_form_leads_to_meets_no_fault_either(app):
    wrong = {}
    for number, (name, work) in enumerate(DIRECT.items()):
        stage = Stage(make_world("ditta", f"Ada{number}"))
        results = at_the_same_moment(app, *(lambda work=work, stage=stage: work(stage) for _one in range(2)))
        faults = [
            one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal | Ignored)
        ]
        if faults:
            wrong[name] = faults
    assert wrong == {}
    assert troubles() == []


def test_every_service_has_a_row(app):
    """A public function that writes is called by a view, whose form has a row, or has a row of its own."""
    package = ROOT / "registration"
    seen, services = "", set()
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] in {"proof", "demo", "cli", "schema", "core"}:
            continue
        source = path.read_text(encoding="utf-8")
        seen += source if "view" in str(path.relative_to(package)) else ""
        services |= {
            node.name
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and "write_tx(" in ast.unparse(node)
        }
    beside = {one for one in services if not re.search(rf"\b{one}\b", seen)}
    assert beside - set(DIRECT) - set(ELSEWHERE) == set()
    assert set(post_rules(app)) - set(ROWS) == {"security.login", "security.logout"}


def translated_at_once(app: Any, wrap: Callable[[Any], Any]) -> set[str]:
    """Save two languages of one programme at once; return which are there."""
    world = make_world("ditta", "Ada")
    make_programme(world.event)
    programme_id = db.session.scalars(select(Programme.id)).one()
    db.session.rollback()
    wrap(translations)
    jobs = [
        lambda code=code: translations.translate_programme(programme_id, Text(code, f"In {code}"), SYSTEM)
        for code in ("fr", "de")
    ]
    assert at_the_same_moment(app, *jobs) == [None, None]
    found = set(db.session.get_one(Programme, programme_id).translations)
    db.session.rollback()
    return found


def test_two_languages_of_a_programme_saved_at_once_are_both_kept(app):
    assert translated_at_once(app, lambda _module: None) == {"fr", "de"}


def test_without_the_lock_one_of_them_is_lost(app, monkeypatch):
    """The runner would notice: both read before either writes, which the lock alone prevents."""
    both_read = threading.Barrier(2)

    def unlocked(session: Any, model: Any, key: Any) -> Any:
        row = session.get_one(model, key)
        both_read.wait(20)
        return row

    kept = translated_at_once(app, lambda module: monkeypatch.setattr(module, "locked_one", unlocked))
    assert len(kept) == 1


def test_two_bounces_at_once_count_as_two(app):
    stage = Stage(make_world("ditta", "Ada"))
    with app.app_context():
        query = select(OutgoingMessage.id).where(OutgoingMessage.booking_id == stage.booking_id)
        mails = db.session.scalars(query.where(OutgoingMessage.attendee_id.is_(None)).limit(2)).all()
        db.session.rollback()

    def job(mail: int) -> Callable[[], object]:
        return lambda: bounces.write_tx(lambda session: bounces._count(session, stage.booking_id, mail))

    assert at_the_same_moment(app, job(mails[0]), job(mails[-1])) == [None, None]
    assert db.session.get_one(Booking, stage.booking_id).bounces == 2
