"""The longest that each form takes fits where it is kept, in Latin and in Chinese, on both databases.

PostgreSQL refuses what is longer than its column, SQLite keeps it: what only one enforces is tried on both.
"""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import String

from registration.core.database import db
from registration.core.text import SLUG_LENGTH
from registration.events.services import free_slug
from registration.schema.tables import TABLES
from tests import factories
from tests.booking.arranging import fields_in
from tests.factories import make_event, sign_in
from tests.house.arranged import Stage
from tests.house.sent_forms import ROWS
from tests.house.test_sent_twice import form_at, post_rules, put_in
from tests.worlds import make_world

# What a form offers a choice of, or reads as a number, a moment, an address or a list, has its own bounds.
TYPED = {
    "organiser.add_category": ("name", "hint"),
    "organiser.category": ("name", "hint"),
    "organiser.add_question": ("label", "hint", "purpose", "retention"),
    "organiser.question": ("label", "hint", "purpose", "retention"),
    "organiser.add_material": ("title",),
    "organiser.sessions": ("name", "hint"),
    "organiser.session": ("name", "hint"),
    "organiser.edit": ("title", "summary", "venue", "street", "city"),
    "organiser.new_event": ("title", "summary", "venue", "street", "city"),
    "organiser.new_programme": ("title", "summary"),
    "organiser.edit_programme": ("title", "summary"),
    "organiser.translation": ("title", "summary"),
    "organiser.programme_translation": ("title", "summary"),
    "organiser.firm_limits": ("firm",),
    "organiser.add_coordinator": ("firm", "name"),
    "organiser.new_mailing": ("subject",),
    "organiser.text": ("subject",),
    "organiser.cancel": ("reason",),
    "organiser.reject": ("reason",),
    "organiser.seat": ("reason",),
    "organiser.cancel_event": ("reason",),
    "booking.submit": ("name", "firm"),
    "booking.save_contact": ("name",),
    "booking.add_person": ("name", "firm"),
    "booking.send_handover": ("name", "firm"),
    "firms.send": ("name", "firm"),
}
# A letter of each kind; folding makes the last one longer than it was typed.
LETTERS = {"latin": "x", "chinese": "名", "growing": "ß"}


def test_every_text_of_a_column_has_a_bound():
    """A column without one takes whatever is typed, on one database as on the other."""
    texts = [column for table in TABLES for column in table.columns if type(column.type) is String]
    assert [column for column in texts if column.type.length is None] == []


def bounds(client: Any, address: str, data: dict[str, str], names: tuple[str, ...]) -> dict[str, int]:
    """Return how many characters the form takes of each field, as its refusal says."""
    refused = client.post(address, data=data | dict.fromkeys(names, "x" * 5000))
    assert refused.status_code == 422, (address, refused.status_code)
    told = re.findall(r'<a href="#([^"]+)">[^<]*?Use (\d+) characters or fewer', refused.text)
    # A reason in a corner of a page is refused in one sentence, which says no number (LENGTH of its form).
    return {name: int(most) for name, most in told} or dict.fromkeys(names, 300)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_longest_of_each_form_is_kept(app, letter):
    password = factories.make_account("owner@example.org", "owner")
    client = app.test_client()
    sign_in(client, "owner@example.org", password)
    wrong = {}
    for number, (endpoint, names) in enumerate(TYPED.items()):
        stage = Stage(make_world("ditta", f"Ada{number}"))
        row, rule = ROWS[endpoint], post_rules(app)[endpoint]
        row.arrange(stage)
        with app.test_request_context():
            address = rule.build({one: stage.values[one] for one in rule.arguments})[1]
        page = put_in(row.page, stage.values) or address
        data = {
            name: unescape(value)
            for name, value in fields_in(form_at(client.get(page).text, address, page)).items()
        }
        data |= {name: put_in(value, stage.values) for name, value in row.data.items()}
        # What is told to people was looked at, where there is something to tell.
        data |= {"tell": "yes"}

        known = bounds(client, address, data, names)
        if set(known) != set(names):
            wrong[endpoint] = sorted(known)
            continue
        answer = client.post(address, data=data | {name: LETTERS[letter] * known[name] for name in names})
        if answer.status_code not in (302, 303):
            wrong[endpoint] = answer.status_code
    assert wrong == {}


def test_equal_titles_at_the_longest_get_addresses_that_fit(app):
    title = "nomenclature " * 9
    slugs = [make_event(title=title).slug for _one in range(12)]
    assert len(set(slugs)) == 12
    assert max(map(len, slugs)) <= SLUG_LENGTH
    assert free_slug(db.session(), slugs[0]) not in slugs
