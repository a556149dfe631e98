"""What the page of somebody who waits costs: statements, counted."""

from registration.booking.admission.services import register as apply
from registration.booking.rules import Application, Wish
from tests.booking.statements import statements
from tests.factories import application, make_event, register

# For one event, and for each more on the same page.
ONE, MORE = 12, 2


def waiting(count):
    """Return the path of Ada's page, who waits for *count* full events of a programme."""
    made = [make_event(capacity=1, title=f"Day {number}") for number in range(count)]
    for event in made:
        register(event, "Ben")
    wishes = tuple(
        Wish(one.id, application(one, "Ada", email="ada@example.org").wishes[0].people) for one in made
    )
    asked = application(made[0], "Ada", email="ada@example.org")
    receipt = apply(Application(asked.submit_key, "Ada", "ada@example.org", "", "en", wishes))
    return f"/bookings/{receipt.token}/"


def page_costs(client, count):
    path = waiting(count)
    client.get(path)
    ran = statements(lambda: client.get(path))
    assert 'data-state="waitlisted"' in client.get(path).text
    return ran


def test_the_page_of_one_who_waits_asks_little(page_app, page_client):
    ran = page_costs(page_client, 1)
    assert len(ran) <= ONE, "\n".join(" ".join(one.split())[:170] for one in ran)


def test_each_further_event_adds_little(page_app, page_client):
    ran = page_costs(page_client, 10)
    assert len(ran) <= ONE + 9 * MORE, "\n".join(" ".join(one.split())[:170] for one in ran)
