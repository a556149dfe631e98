"""Arrange a programme with its one form, and send it as a person would."""

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import create_programme
from tests.factories import Made, token_in


def make_programme(*events: Made, title: str = "Autumn days", requires: dict[int, int] | None = None) -> str:
    """Link *events* on one page and return its slug; *requires* names by id what an event asks for."""

    def work(session: Session) -> str:
        rows = [session.get_one(Event, event.id) for event in events]
        return create_programme(session, events[0].organiser_id, title, "", "", rows, requires).slug

    return write_tx(work)


def path(slug: str) -> str:
    return f"/programmes/{slug}/register"


def filled(client: FlaskClient, slug: str, *events: Made, **changes: object) -> dict[str, object]:
    """Return the form as a person would send it for *events*."""
    data: dict[str, object] = {
        **hidden(client.get(path(slug)).text),
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "firm": "Nordlicht Imaging AB",
        "locale": "en",
        "consent": "y",
        "events": [event.slug for event in events],
        "attendees-0-name": "",
    }
    return data | changes


def hidden(html: str) -> dict[str, str]:
    """Return what a form sends along by itself."""
    return {
        "submit_key": token_in(html, "submit_key"),
        "seats_seen": re.findall(r'name="seats_seen"[^>]*value="([^"]*)"', html)[0],
    }


def errors(answer: object) -> dict[str, str]:
    """Return the sentences of the error summary by the control they lead to."""
    found = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', answer.text)  # type: ignore[attr-defined]
    return {one: unescape(told) for one, told in found}
