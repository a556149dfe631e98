"""Several people, several events: each error says whose it is, each button which event it is for."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape

from registration.booking.admission.services import register as register_application
from tests.booking import programme_arranging as programmes
from tests.factories import application, make_event, token_in


def controls(page):
    """Return what each button, summary and link of the page's main part is called; one link counts once."""
    main = page.split("<main")[1].split("</main>")[0]
    found = re.findall(r"<(button|summary)\b()[^>]*>(.*?)</\1>", main, re.S)
    found += set(re.findall(r'<(a)\b[^>]*href="([^"]+)"[^>]*>(.*?)</\1>', main, re.S))
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", inner)).split()) for _tag, _href, inner in found]


def booked(*events):
    wishes = tuple(wish for event in events for wish in application(event, "Ada").wishes)
    first = application(events[0], "Ada", email=f"ada+{len(events)}@example.org")
    receipt = register_application(replace(first, wishes=wishes))
    return f"/bookings/{receipt.token}/"


def test_no_two_controls_of_a_booking_have_the_same_name(page_client, page_app):
    events = [make_event(title=title, capacity=1) for title in ("Workshop", "Dinner", "Tour", "Talk")]
    programmes.make_programme(*events)
    for event in events[2:]:
        booked(event)
    page = page_client.get(booked(*events)).text
    names = Counter(controls(page))
    assert "Cancel my registration (Workshop)" in names
    assert "Leave the waitlist (Tour)" in names
    assert [name for name, count in names.items() if count > 1] == []


def test_a_booking_of_one_event_does_not_name_it_at_each_button(page_client, page_app):
    page = page_client.get(booked(make_event(title="Workshop"))).text
    assert "Cancel my registration" in controls(page)


def summary(page):
    part = page.split('id="errors"')[1].split("</ul>")[0]
    return [unescape(told) for told in re.findall(r'<a href="#[^"]+">([^<]+)</a>', part)]


def test_the_error_summary_says_whose_field_it_is(page_client, page_app):
    event = make_event(categories={"Member": None, "Press": None})
    path = f"/events/{event.slug}/register"
    data = {
        "submit_key": token_in(page_client.get(path).text, "submit_key"),
        "name": "Ada",
        "email": "ada@example.org",
        "locale": "en",
        "consent": "y",
        "attendees-0-name": "Ada",
        "attendees-1-name": "Ben",
        "attendees-2-name": "Cleo",
        "attendees-1-category": str(event.categories["Press"]),
    }
    told = summary(page_client.post(path, data=data).text)
    assert told == ["Person 1: Choose a category.", "Person 3: Choose a category."]


def test_names_that_were_saved_are_said_to_be_saved(page_client, page_app):
    booking = booked(make_event())
    page = page_client.get(booking).text
    people = next(one for one in re.findall(r'href="([^"]*/edit)"', page) if "registrations" in one)
    form = page_client.get(people).text.split('id="form"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form))
    answer = page_client.post(people, data=fields | {"attendees-0-name": "Ada King"})
    assert answer.status_code == 303, summary(answer.text)
    shown = page_client.get(answer.location).text
    assert re.search(r'role="status"[^>]*>Saved\.', shown)
    assert "Saved." not in page_client.get(booking).text
