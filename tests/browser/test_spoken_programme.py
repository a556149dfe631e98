"""What a screen reader is given of a programme: the form, an error and a mixed result, in two languages."""

import pytest
from playwright.sync_api import Page

from tests.browser.test_journey import WORKSHOP, register
from tests.browser.test_spoken import differs, press, properties, spoken, tree, value

PROGRAMME = "/programmes/ditta-annual-meeting-and-workshop/register"
# What the form of a single event does not have: which events, all or nothing, and what each asks.
FORM = {
    "en": [
        "heading: Register for DITTA annual meeting an",
        "group: Which events?",
        "checkbox: Workshop on nomenclatures Friday, 11 December",
        "checkbox: DITTA annual meeting Friday, 11 December",
        "checkbox: DITTA dinner Friday, 11 December",
        "checkbox: Register only if all the chosen events",
        "group: Your details",
        "textbox: Full name",
        "textbox: Email address",
        "textbox: Organisation (optional)",
    ],
    "de": [
        "heading: Anmeldung: Jahresversammlung und Work",
        "group: Welche Veranstaltungen?",
        "checkbox: Workshop on nomenclatures Freitag, 11. Dezember",
        "checkbox: Jahresversammlung von DITTA Freitag, 11. Dezember",
        "checkbox: DITTA dinner Freitag, 11. Dezember",
        "checkbox: Nur anmelden, wenn alle gewählten Vera",
        "group: Ihre Angaben",
        "textbox: Vollständiger Name",
        "textbox: E-Mail-Adresse",
        "textbox: Organisation (freiwillig)",
    ],
}
NONE_CHOSEN = {
    "en": "Error: Choose at least one event.",
    "de": "Fehler: Wählen Sie mindestens eine Veranstaltung.",
}
RESULTS = {
    "en": {
        "waitlisted": ("You are on the waitlist, number ", " Workshop on nomenclatures"),
        "confirmed": ("Your seat is confirmed", " DITTA annual meeting"),
    },
    "de": {
        "waitlisted": ("Sie stehen auf der Warteliste, Nummer ", " Workshop on nomenclatures"),
        "confirmed": ("Ihr Platz ist bestätigt", " Jahresversammlung von DITTA"),
    },
}


@pytest.fixture
def full_workshop(page: Page, request: pytest.FixtureRequest) -> None:
    """Take the seats that earlier stories may have left, so that the next one waits."""
    for number in range(3):
        who = f"ben{number}.spoken{request.node.callspec.id}@example.org"
        register(page, WORKSHOP, "Ben Before", who)
        if page.locator("[data-state]").get_attribute("data-state") == "waitlisted":
            return


def choose(page: Page, code: str) -> None:
    """Fill in the form for the workshop, which is full, and the meeting, which is not."""
    page.locator("#name").fill("Ada Heard")
    page.locator("#email").fill(f"ada.programme.{code}@example.org")
    for event in (0, 1):
        page.locator(f"#events-{event}").check()
    page.locator("#attendees-0-category-0").check()
    page.locator("#attendees-0-category-ditta-annual-meeting-0").check()
    page.locator("#consent").check()


@pytest.mark.parametrize("code", ["en", "de"])
def test_a_screen_reader_hears_the_form_of_a_programme_and_a_mixed_result(page: Page, full_workshop, code):
    page.goto(f"{PROGRAMME}?lang={code}")
    assert differs(spoken(page)[: len(FORM[code])], FORM[code]) == []

    press(page)
    told = tree(page)
    alert = next(one for one in told if value(one, "role") == "alert")
    focused = [one for one in told if properties(one).get("focused")]
    assert alert["nodeId"] in focused[0]["childIds"]
    described = [value(one, "description") for one in told]
    # The group and each event in it say what is wrong with them.
    assert sum(one.endswith(NONE_CHOSEN[code]) for one in described) >= 2

    choose(page, code)
    press(page)
    states = [one.get_attribute("data-state") or "" for one in page.locator(".registration").all()]
    assert states == ["waitlisted", "confirmed"]
    regions = [one.removeprefix("region: ") for one in spoken(page) if one.startswith("region: ")]
    for heard, state in zip(regions, states, strict=True):
        begins, ends = RESULTS[code][state]
        assert heard.startswith(begins)
        assert heard.endswith(ends)
