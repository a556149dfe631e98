"""A robot that finds every form of the house on its pages and fills it in, as a browser would send it."""

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from registration.booking.changes.handover import Successor, hand_over
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.queries.own_seats import own_url
from registration.capability.services import BOOKING, FIRM, HANDOVER, INVITATION, token_of
from registration.core.database import db
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE, SYSTEM
from registration.organiser.attendees.queries import Filters
from registration.organiser.mailing.services import draft
from registration.seats.models import Registration
from tests import factories
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, sign_in, target
from tests.invitations.arranging import invitation, invite
from tests.site.arranging import publish

QUESTIONS = (
    QuestionFacts("Diet", "choice", choices=("Meat", "Fish"), purpose="So that all can eat"),
    QuestionFacts("Days", "choices", choices=("Monday", "Tuesday")),
    QuestionFacts("Wishes", "long"),
    QuestionFacts("Invoice", "text", scope="booking"),
    QuestionFacts("Your paper", "file"),
)
TEXT_KINDS = {"text", "email", "url", "tel", "textarea"}


@dataclass
class Control:
    """A control of a form: its kind, its value as shown, and what may be chosen."""

    name: str
    kind: str
    value: str = ""
    is_on: bool = False
    options: list[str] = field(default_factory=list)


@dataclass
class Found:
    """A form on the page at *page*, which is sent to *action*."""

    endpoint: str
    page: str
    action: str
    takes_files: bool
    controls: list[Control]

    @property
    def texts(self) -> list[Control]:
        # The trap for programs is none that people fill in.
        return [one for one in self.controls if one.kind in TEXT_KINDS and one.name != "website"]

    @property
    def files(self) -> list[Control]:
        return [one for one in self.controls if one.kind == "file"]

    def shown(self) -> MultiDict[str, str]:
        """Return what a browser sends when nothing was touched."""
        data: MultiDict[str, str] = MultiDict()
        for one in self.controls:
            if one.kind in ("checkbox", "radio"):
                if one.is_on:
                    data.add(one.name, one.value)
            elif one.kind not in ("file", "submit"):
                data.add(one.name, one.value)
        return data

    def filled(self, words: str) -> MultiDict[str, str]:
        """Return it with *words* in each text."""
        data = self.shown()
        for one in self.texts:
            data[one.name] = words
        return data


def forms_in(html: str, page: str) -> list[tuple[str, bool, list[Control]]]:
    """Return (action, takes files, controls) of each form of *html* that is posted."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page
        self._form: list[Control] | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self.found: list[tuple[str, bool, list[Control]]] = []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        name = known.get("name") or ""
        if tag == "form":
            self._form = [] if known.get("method") == "post" else None
            if self._form is not None:
                action = known.get("action") or self._page
                self.found.append((action, known.get("enctype") == "multipart/form-data", self._form))
        elif self._form is None or not name:
            if tag == "option" and self._select is not None:
                self._option(known)
        elif tag == "input":
            kind = known.get("type") or "text"
            self._form.append(Control(name, kind, known.get("value") or "", "checked" in known))
        elif tag == "select":
            self._select = Control(name, "select")
            self._form.append(self._select)
        elif tag == "textarea":
            self._area = Control(name, "textarea")
            self._form.append(self._area)

    def _option(self, known):
        value = known.get("value") or ""
        self._select.options.append(value)
        if "selected" in known or len(self._select.options) == 1:
            self._select.value = value

    def handle_data(self, data):
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\r").removeprefix("\n")
            self._area = None


class House:
    """An installation with one of everything, and the addresses of its pages."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.app, self.client = app, client
        sign_in(client, "ada@example.org", factories.make_account("ada@example.org", "owner"))
        self.event = make_event(
            capacity=9, categories={"Member": None, "Press": None}, questions=QUESTIONS, has_waitlist=True
        )
        other = make_event(capacity=9, title="The same again")
        self.programme = make_programme(self.event, other)
        begins = db.session.get_one(Event, self.event.id).starts_at
        db.session.rollback()
        hours = begins, begins + timedelta(hours=1)
        session_id = add_session(self.event.id, SessionFacts("Codes", *hours), SYSTEM)
        diet, _days, wishes, invoice, _paper = self.event.questions
        known = ((diet, "Fish"), (wishes, "A window"), (invoice, "Agfa"))
        ada = factories.register(self.event, "Ada", category="Member", party=2, answers=known)
        held = factories.register(self.event, "Ben", category="Press")
        waiting = self._registered_for_approval()
        person = factories.attendees(held)[0].id
        hand_over(target(held), person, Successor("Cleo", "cleo@example.org", "", "en"), ATTENDEE)
        invite(self.event, "Dora", guests=1)
        publish(self.event, "Slides", "https://example.org/slides.pdf")
        coordinator = factories.make_coordinator("ditta", "Agfa")
        firm = factories.register(self.event, "Eve", category="Press", firm="Agfa")
        self.values = {
            "slug": self.event.slug,
            "registration_id": ada.id,
            "attendee_id": factories.attendees(ada)[0].id,
            "coordinator_id": coordinator,
            "message_id": 1,
            "mailing_id": draft(self.event.id, "Parking", "Use the east gate.", Filters(), None),
            "kind": "confirmed",
            "code": "fr",
            "question_id": diet,
            "category_id": self.event.categories["Press"],
            "session_id": session_id,
        }
        session = db.session()
        tokens = {
            "bookings": token_of(session, ada.booking_id, BOOKING),
            "handovers": token_of(session, 1, HANDOVER),
            "invitations": token_of(session, invitation("Dora").id, INVITATION),
            "firms": token_of(session, coordinator, FIRM),
        }
        db.session.rollback()
        guest = factories.attendees(ada)[0]
        tokens["attendees"] = own_url(guest.code, guest.email_normal).rstrip("/").rpartition("/")[2]
        self.tokens = {name: token for name, token in tokens.items() if token}
        self.other, self.waiting, self.firm = other, waiting, factories.attendees(firm)[0].id

    def _registered_for_approval(self) -> tuple[str, Registration]:
        strict = make_event(capacity=1, title="Decided by hand", line={"needs_approval": True})
        return strict.slug, factories.register(strict, "Finn")

    def pages(self) -> list[str]:
        """Return the address of every page that has a form."""
        found = []
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/static", "/dev", "/reset")):
                continue
            address = self._address(rule)
            if address is not None:
                found.append(address)
        slug, waiting = self.waiting
        return [*found, f"/organiser/events/{slug}/registrations/{waiting.id}"]

    def _address(self, rule) -> str | None:
        values = dict(self.values)
        head = rule.rule.split("/")[1]
        values["token"] = self.tokens.get(head, "")
        if head == "programmes" or rule.rule.startswith("/organiser/programmes"):
            values["slug"] = self.programme
        elif "/organisers/" in rule.rule:
            values["slug"] = "ditta"
        elif "move" in rule.rule:
            values["slug"] = self.other.slug
        if head == "firms":
            values["attendee_id"] = self.firm
        if any(not values.get(name) for name in rule.arguments):
            return None
        with self.app.test_request_context():
            built = rule.build({name: values[name] for name in rule.arguments})
        return None if built is None else built[1]

    def forms(self) -> dict[str, Found]:
        """Return one form for each endpoint that takes one from a page."""
        found: dict[str, Found] = {}
        adapter = self.app.url_map.bind("localhost")
        for page in self.pages():
            answer = self.client.get(page)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            for action, takes_files, controls in forms_in(answer.text, page.partition("?")[0]):
                endpoint, _values = adapter.match(action.partition("?")[0], method="POST")
                known = found.get(endpoint)
                if known is None or len(known.controls) < len(controls):
                    found[endpoint] = Found(endpoint, page, action, takes_files, controls)
        return found

    def fresh(self, form: Found) -> Found:
        """Return *form* as it stands on its page now, with the keys of this moment."""
        answer = self.client.get(form.page)
        for action, takes_files, controls in forms_in(answer.text, form.page.partition("?")[0]):
            if action == form.action:
                return Found(form.endpoint, form.page, action, takes_files, controls)
        raise AssertionError(f"no form for {form.endpoint} on {form.page}")
