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
from sqlalchemy import func, select

from registration.booking.answers.uploads import forget_unused
from registration.booking.changes.change_address import ask_address
from registration.booking.changes.move import finish
from registration.booking.event_settings.capacity import go_on_draining
from registration.booking.inbound import bounces, replies
from registration.booking.inbound.calendar_reply import CalendarAnswer, Speaker
from registration.booking.models import Booking
from registration.booking.notifications.kinds import ANSWERS, DECLINE_ASKED
from registration.booking.tasks.event_reminders import remind
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.tokens import new_nonce
from registration.doctor.repair import repair
from registration.events.models import Programme
from registration.events.services import Text
from registration.journal.models import JournalEntry
from registration.journal.services import SYSTEM
from registration.mail.addresses import numbered
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from registration.mail.reports import Report
from registration.organiser.mailing.services import queue_some
from registration.organiser.translations import services as translations
from registration.reconfirm.services import ask_again, ask_some, note_silence
from tests import factories
from tests.booking.arranging import fields_in, troubles
from tests.booking.programme_arranging import make_programme
from tests.factories import sign_in
from tests.house.arranged import Stage
from tests.house.files import ROOT
from tests.house.sent_forms import ROWS
from tests.house.test_sent_twice import form_at, post_rules, put_in
from tests.races.rivals import ALONE, RIVALS, Rivals
from tests.worlds import make_world

ADDRESS = "events@events.example.org"
# It ends the session of who presses: the other one is signed out in the middle, which is no race of a row.
SIGNS_OUT = {"organiser.sign_out_everywhere", "security.change_password", "security.reset_password"}


def note_bounce(stage: Stage) -> None:
    mail = stage.values["message_id"]
    to = numbered("bounces@example.org", bounces.BOUNCES, mail)
    report = Report("failed", "5.1.1", "", "No such user", (to,), says_nobody_there=True)
    bounces.note_bounce(report, "bounces@example.org")


def note_reply(stage: Stage) -> None:
    """Remove Let a calendar say that she."""
    address = numbered(ADDRESS, ANSWERS, stage.world.event.id, stage.email)
    answer = CalendarAnswer("declined", stage.uid, (address,), (Speaker(stage.email, "DECLINED"),))
    replies.note_reply(answer, ADDRESS)


# What the clock, a mailbox or a command leads to.
DIRECT: dict[str, Callable[[Stage], object]] = {
    "repair": lambda _stage: repair(),
    "ask_some": lambda stage: ask_some(stage.world.event.id),
    "note_silence": lambda stage: note_silence(stage.values["registration_id"]),
    "forget_unused": lambda stage: forget_unused(timedelta(days=-1)),
    "finish": lambda stage: finish(stage.values["registration_id"]),
    "ask_address": lambda stage: ask_address(stage.booking_id, f"{new_nonce()}@example.org"),
    "note_bounce": note_bounce,
    "note_reply": note_reply,
    "ask_again": lambda stage: ask_again([stage.values["registration_id"]]),
    "go_on_draining": lambda stage: go_on_draining(stage.world.event.id),
    "queue_some": lambda _stage: queue_some(),
    "sweep": lambda _stage: sweep(),
    "remind": lambda _stage: remind(),
}
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


def staged(name: str, person: str, password: str) -> Stage:
    """Return a world in which *name* can be done."""
    stage = Stage(make_world("ditta", person))
    stage.values["password"] = password
    if name in ROWS:
        ROWS[name].arrange(stage)
    return stage


def press(app: Any, endpoint: str, stage: Stage, password: str) -> Callable[[], object]:
    """Return what presses the button of *endpoint* on a page that is open already."""
    if endpoint in DIRECT:
        return lambda: DIRECT[endpoint](stage)
    row, rule, values = ROWS[endpoint], post_rules(app)[endpoint], dict(stage.values)
    client = app.test_client()
    if endpoint.startswith("organiser."):
        sign_in(client, "owner@example.org", password)
    with app.test_request_context():
        address = rule.build({one: values[one] for one in rule.arguments})[1]
    page = put_in(row.page, values) or address
    data = fields_in(form_at(client.get(page).text, address, page))
    body = {name: unescape(value) for name, value in data.items()}
    body |= {name: put_in(value, values) for name, value in row.data.items()}
    return lambda: client.post(address, data=body).status_code


def press_both(app: Any, endpoint: str, number: int, password: str) -> list[object]:
    """Let two people press the button of *endpoint* at once; return what each was answered."""
    stage = staged(endpoint, f"Ada{number}", password)
    return at_the_same_moment(app, *(press(app, endpoint, stage, password) for _one in range(2)))


def press_rivals(app: Any, rivals: Rivals, number: int, password: str) -> list[object]:
    """Let one person do the one act while another does the other; return what each was answered."""
    stage = staged(rivals.first, f"Ada{number}", password)
    first = press(app, rivals.first, stage, password)
    rivals.differs(stage)
    return at_the_same_moment(app, first, press(app, rivals.second, stage, password))


def is_fault(answer: object) -> bool:
    if isinstance(answer, Exception):
        return not isinstance(answer, Refusal | Ignored)
    return isinstance(answer, int) and answer >= 500


@pytest.mark.parametrize("part", range(4))
def test_rivals_at_the_same_moment_meet_no_fault(app, part):
    app.config["REPLY_ADDRESS"] = ADDRESS
    password = factories.make_account("owner@example.org", "owner")
    wrong = {}
    for number, rivals in enumerate(RIVALS):
        if number % 4 != part:
            continue
        answers = press_rivals(app, rivals, number, password)
        # One of the two is done. What the clock does may take it from who presses.
        done = [one == 303 or name in DIRECT for one, name in zip(answers, rivals[:2], strict=True)]
        if any(is_fault(one) for one in answers) or not any(done):
            wrong[rivals[:2]] = answers
    assert wrong == {}
    assert troubles() == []


def test_every_act_has_its_rival(app):
    asked = {name for rivals in RIVALS for name in rivals[:2]}
    assert asked - set(ROWS) - set(DIRECT) == set()
    assert (set(ROWS) | set(DIRECT)) - asked == set(ALONE)


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
    app.config["REPLY_ADDRESS"] = ADDRESS
    wrong = {}
    for number, (name, work) in enumerate(DIRECT.items()):
        stage = staged(name, f"Ada{number}", "")
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
    assert beside - set(DIRECT) == set()
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


def test_the_silent_are_asked_once_more_once(app):
    stage = staged("reconfirm.reconfirm", "Ada", "")
    answers = at_the_same_moment(app, *(lambda: DIRECT["ask_again"](stage) for _one in range(2)))
    assert sorted(answers) == [0, 1]


def test_an_answer_of_a_calendar_that_comes_twice_is_noted_once(app):
    app.config["REPLY_ADDRESS"] = ADDRESS
    stage = staged("note_reply", "Ada", "")
    assert at_the_same_moment(app, *(lambda: DIRECT["note_reply"](stage) for _one in range(2))) == [
        None,
        None,
    ]
    noted = select(func.count()).where(
        JournalEntry.action == "calendar-answer",
        JournalEntry.registration_id == stage.values["registration_id"],
    )
    assert db.session.scalar(noted) == 1
    asked = select(func.count()).where(
        OutgoingMessage.kind == DECLINE_ASKED, OutgoingMessage.booking_id == stage.booking_id
    )
    assert db.session.scalar(asked) == 1
