"""Where the reader's system sets the colours, nothing is told by a colour of ours and nothing vanishes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.hands import follow
from tests.browser.test_accessibility import OFFICE, PUBLIC, WRONG
from tests.browser.test_journey import MEETING, sign_in

FORCED = (Path(__file__).parent / "forced.js").read_text("utf-8")
DESK = [address for address in OFFICE[:16] if "{" not in address]

SOUND = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Seats</title>
<link rel="stylesheet" href="/sound.css"></head>
<body><header><svg class="mark"><rect width="20" height="20"></rect><path d="M5 5l5 5"></path></svg>
<nav><a href="#a" aria-current="page">Seats</a> <a href="#b">People</a></nav></header>
<main><h1>Seats</h1><div class="notice"><p>Seats are left.</p></div>
<p><span class="pill" data-state="confirmed">Confirmed</span> <span class="seats">3 seats left</span></p>
<span class="fill"><svg class="bar"><rect class="all" width="100" height="8"></rect>
<rect class="taken" width="60" height="8"></rect></svg> <span>6 of 10</span></span>
<section class="registration" data-state="confirmed"><h2>Your seat is confirmed</h2></section>
<form><div class="field has-error"><label for="name">Name</label> <input id="name"></div>
<label class="choice"><input type="checkbox"> Vegetarian</label><button>Register</button></form>
</main></body></html>
"""
SHEET = """
a { outline-offset: 2px }
:focus-visible { outline: 3px solid #0b5cd5 }
input, button { border: 1px solid #777 }
.notice, .has-error { border-left: 5px solid #a00 }
.pill { border: 1px solid; background: #efe }
.seats::before { content: ""; display: inline-block; border: 5px solid green }
@media (forced-colors: active) {
  [aria-current] { border-bottom: 3px solid Highlight }
  .mark rect, .taken { fill: CanvasText }
  .mark path { stroke: Canvas }
  .all { fill: Canvas; stroke: CanvasText }
}
"""
# What is sown into the page or its style sheet: what becomes of it, and what must be told.
FAULTS = {
    "colours that are not given up": ("background: #efe", "forced-color-adjust: none", "colours of its own"),
    "a field by its background": ("input, button { border: 1px", "input { border: 0px", "an edge: <input"),
    "a field in a colour that fades": ("solid #777", "solid Canvas", "an edge: <input"),
    "a button by its background": (
        "button { border: 1px solid #777",
        "button { border: 0",
        "an edge: <button",
    ),
    "a tick that is ours": ("a { outline", "[type=checkbox] { appearance: none } a { outline", "an edge"),
    "an error by its colour": (".notice, .has-error", ".notice", 'an edge: <div class="field'),
    "a notice by its colour": (".notice, .has-error", ".has-error", 'an edge: <div class="notice'),
    "a state by its background": ("border: 1px solid; background", "background", "a frame"),
    "a state without a word": (">Confirmed<", "><", "a state in words: <span"),
    "a state by its sign": (">Your seat is confirmed<", ">✓<", "a state in words: <section"),
    "where one is, by its background": (
        "border-bottom: 3px solid Highlight",
        "background: #ff0",
        "where one is",
    ),
    "where one is, by its shadow": ("border-bottom: 3px solid", "box-shadow: 0 0 0 3px", "where one is"),
    "a drawing in black": (".mark rect, .taken", ".taken", "a drawing one sees"),
    "a tick in black on black": ("stroke: Canvas }", "stroke: CanvasText }", "a drawing one sees: <path"),
    "a bar that is all one": (".mark rect, .taken", ".mark rect", 'a drawing one sees: <rect class="taken'),
    "a bar alone": ("6 of 10", "", "a bar in words"),
    "a dot by its background": (
        "border: 5px solid green",
        "padding: 5px; background: green",
        "background ::before",
    ),
    "an icon by its background": (
        "<h1>Seats</h1>",
        '<h1>Seats</h1><hr><i class="icon"></i>',
        "more than a background",
    ),
    "a ring by its shadow": ("outline: 3px solid #0b5cd5", "outline: none; box-shadow: 0 0 0 3px", "a ring"),
    "a ring that is there before": ("border-bottom: 3px solid", "outline: 3px solid", "a ring: <a"),
    "a ring in a colour that fades": ("solid #0b5cd5", "solid Canvas", "a ring"),
}


@pytest.fixture(scope="module")
def forced(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(forced_colors="active")
    yield context.new_page()
    context.close()


def both(page: Page) -> list[str]:
    """Return what is lost on the page, in dark letters on a light ground and the other way round."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        found += [f"{page.url}, {scheme}: {one}" for one in page.evaluate(FORCED)]
    return found


def seen(page: Page, html: str, sheet: str) -> str:
    """Return what is told of a page that is made so."""

    def answer(route: Route) -> None:
        is_sheet = route.request.url.endswith(".css")
        kind = "text/css" if is_sheet else "text/html; charset=utf-8"
        route.fulfill(content_type=kind, body=sheet if is_sheet else html)

    page.unroute_all()
    page.route("**/*", answer)
    page.goto("http://rig.example.org/sound")
    return "\n".join(both(page))


def test_nothing_is_found_in_a_sound_page(forced: Page):
    assert seen(forced, SOUND, SHEET) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(forced: Page, fault):
    old, new, finding = FAULTS[fault]
    assert old in SOUND + SHEET
    icon = ".icon { display: block; width: 20px; height: 20px; background: red }"
    assert finding in seen(forced, SOUND.replace(old, new), SHEET.replace(old, new) + icon)


@pytest.fixture
def visitor(browser: Browser, site) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=site.url, forced_colors="active")
    yield opened
    opened.close()


def test_nothing_vanishes_from_a_public_page(visitor: BrowserContext, site):
    page = visitor.new_page()
    found: list[str] = []
    for address in [*PUBLIC, *site.bookings()]:
        page.goto(address)
        found += both(page)
    for address in WRONG:
        page.goto(address)
        follow(page.locator("main button.primary").first)
        found += both(page)
    assert found == []


def test_nothing_vanishes_from_the_back_office(visitor: BrowserContext, site):
    page = visitor.new_page()
    sign_in(page, site, "owner.ditta@example.org")
    found: list[str] = []
    for address in DESK:
        page.goto(address)
        found += both(page)
    assert found == []


def test_what_is_chosen_differs_from_what_is_not_and_from_what_has_the_focus(visitor: BrowserContext):
    page = visitor.new_page()
    page.goto(f"{MEETING}/register")
    page.get_by_label("Member", exact=True).check()
    edges = [
        one.evaluate("one => getComputedStyle(one).borderBlockEndWidth")
        for one in page.locator(".choice").all()
    ]
    assert edges.count("1px") == len(edges) - 1
    assert both(page) == []
