"""What a screen reader is given: names, order, errors and what is announced, in English and in French."""

import time
from itertools import zip_longest

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_journey import MEETING

TOLD = ("alert", "heading", "group", "textbox", "radio", "checkbox", "button", "region")

# The form in English and French, from its heading to its button; long names as far as they tell them apart.
FORM = {
    "en": [
        "heading: Register for DITTA annua",
        "group: Your details",
        "textbox: Full name",
        "textbox: Email address",
        "textbox: Organisation (optional)",
        "group: Category",
        "radio: Member",
        "radio: Non-member",
        "radio: Speaker",
        "radio: Press",
        "radio: Staff",
        "group: Sessions (optional)",
        "checkbox: Cybersecurity Friday, 11 ",
        "checkbox: European health data spac",
        "textbox: Do you need anything to t",
        "checkbox: I agree that DITTA uses",
        "group: ",
        "button: Add another person",
        "checkbox: I agree that DITTA uses",
        "button: Register",
    ],
    "fr": [
        "heading: Inscription\N{NO-BREAK SPACE}: Réunion ann",
        "group: Vos coordonnées",
        "textbox: Nom complet",
        "textbox: Adresse e-mail",
        "textbox: Organisation (facultatif)",
        "group: Catégorie",
        "radio: Membre",
        "radio: Non-membre",
        "radio: Orateur",
        "radio: Presse",
        "radio: Équipe",
        "group: Sessions (facultatif)",
        "checkbox: Cybersecurity vendredi 11",
        "checkbox: European health data spac",
        "textbox: Avez-vous besoin de quelq",
        "checkbox: J’accepte que DITTA util",
        "group: ",
        "button: Ajouter une personne",
        "checkbox: J’accepte que DITTA util",
        "button: S’inscrire",
    ],
}
# The problem's heading, and what is read after the name of each control with an error: of a group also in
# its first choice, where the link leads.
ERRORS = {
    "en": (
        "There is a problem",
        [
            "Error: Enter your full name.",
            "Error: Enter your email address.",
            *["Error: Choose a category."] * 2,
            "Error: Tick the box to agree.",
        ],
    ),
    "fr": (
        "Il y a un problème",
        [
            "Erreur : Saisissez votre nom complet.",
            "Erreur : Saisissez votre adresse e-mail.",
            *["Erreur : Choisissez une catégorie."] * 2,
            "Erreur : Cochez la case pour donner votre accord.",
        ],
    ),
}
RESULT = {"en": "Your seat is confirmed", "fr": "Votre place est confirmée"}


def tree(page: Page) -> list[dict]:
    """Return the nodes of the main part of the page in the order in which they are read."""
    nodes = whole_tree(page)

    def below(node: dict) -> list[dict]:
        return [node] + [one for key in node.get("childIds", []) if key in nodes for one in below(nodes[key])]

    main = next(one for one in nodes.values() if value(one, "role") == "main")
    return [one for one in below(main) if not one["ignored"]]


def whole_tree(page: Page) -> dict[str, dict]:
    """Return the tree of the browser by id. It grows after the page is loaded: wait until it has stopped."""
    session = page.context.new_cdp_session(page)
    deadline = time.monotonic() + 10
    before: list[dict] = []
    while time.monotonic() < deadline:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        if nodes == before and any(value(one, "role") == "main" for one in nodes):
            session.detach()
            return {one["nodeId"]: one for one in nodes}
        before = nodes
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url} has no tree that stays")


def value(node: dict, key: str) -> str:
    return node.get(key, {}).get("value", "")


def spoken(page: Page) -> list[str]:
    return [f"{value(one, 'role')}: {value(one, 'name')}" for one in tree(page) if value(one, "role") in TOLD]


def differs(heard: list[str], wanted: list[str]) -> list[tuple[str, str]]:
    """Return where what is heard does not begin as it should."""
    pairs = zip_longest(heard, wanted, fillvalue="nothing")
    return [(one, start) for one, start in pairs if not one.startswith(start)]


def properties(node: dict) -> dict:
    return {one["name"]: one["value"].get("value") for one in node.get("properties", [])}


def press(page: Page) -> None:
    """Send the form and wait until the answer is loaded whole."""
    with page.expect_navigation():
        page.locator("main button.primary").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("code", ["en", "fr"])
def test_a_screen_reader_hears_the_form_its_errors_and_the_result(browser: Browser, site, code, scripts):
    context = browser.new_context(base_url=site.url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{MEETING}/register?lang={code}")
    assert page.locator("html").get_attribute("lang") == code
    assert differs(spoken(page), FORM[code]) == []

    press(page)
    problem, described = ERRORS[code]
    heard = spoken(page)
    # The summary itself, which has the focus, is a group without a name.
    assert heard[:3] == ["group: ", "alert: ", f"heading: {problem}"]
    assert differs(heard[3:], FORM[code]) == []
    told = tree(page)
    alert = next(one for one in told if value(one, "role") == "alert")
    assert properties(alert)["live"] == "assertive"
    focused = [one for one in told if properties(one).get("focused")]
    assert alert["nodeId"] in focused[0]["childIds"]
    read = [value(one, "description").replace("\u00a0", " ") for one in told]
    said = [one for one in read if described[0].split()[0] in one]
    assert len(said) == len(described)
    assert [one for one, sentence in zip(said, described, strict=True) if not one.endswith(sentence)] == []

    page.locator("#name").fill("Ada Heard")
    page.locator("#email").fill(f"ada.heard.{code}{scripts}@example.org")
    page.locator("input[type=radio]").first.check()
    page.locator("#consent").check()
    press(page)
    assert page.title().startswith({"en": "Your registration", "fr": "Votre inscription"}[code])
    assert spoken(page)[:2] == [f"region: {RESULT[code]}", f"heading: {RESULT[code]}"]
    context.close()
