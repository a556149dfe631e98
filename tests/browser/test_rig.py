"""The rig can see: each fault that is sown into a sound page is found, and in the sound page nothing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from registration.web.headers import POLICY
from tests.browser.rig import NARROW, blocked, by_axe, by_eye, inspect

SOUND = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error: Register</title>
<link rel="stylesheet" href="/sound.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<main id="main">
<div id="errors" tabindex="-1" autofocus><div role="alert"><h2>There is a problem</h2>
<ul><li><a href="#name">Enter your full name.</a></li></ul></div></div>
<h1>Register</h1>
<form method="post">
<p><label for="name">Your full name</label></p>
<p class="error" id="name-error">Error: Enter your full name.</p>
<input id="name" name="name" autocomplete="name" aria-describedby="name-error" aria-invalid="true">
<fieldset><legend>Category</legend>
<label for="one"><input type="radio" id="one" name="category" value="1">Member</label>
<label for="two"><input type="radio" id="two" name="category" value="2">Guest</label>
</fieldset>
<div><button type="submit">Register</button></div>
</form>
</main>
</body>
</html>
"""
SHEET = """
body { color: #111; background: #fff; font: 16px/1.5 sans-serif }
:focus-visible { outline: 3px solid #0b5cd5 }
#errors a { display: inline-block; min-height: 24px }
input { min-height: 44px }
button { min-height: 44px }
input[type=radio] { min-height: 0; width: 24px; height: 24px; margin: 0 }
.skip { position: absolute; top: -10rem }
.skip:focus { top: 0 }
"""
# What is sown (in the page or its style sheet): what becomes of it, and what the rig must tell.
FAULTS = {
    "a field without a label": ('<label for="name">Your full name</label>', "Your full name", "axe label"),
    "text too pale": ("color: #111", "color: #aaa", "axe color-contrast"),
    "no language": ('<html lang="en">', "<html>", "axe html-has-lang"),
    "an order of its own": ('id="name" name', 'id="name" tabindex="3" name', "axe tabindex"),
    "a way past the menu to nowhere": ('href="#main"', 'href="#content"', "axe skip-link"),
    "a made-up purpose": ('autocomplete="name"', 'autocomplete="whole"', "axe autocomplete-valid"),
    "a heading left out": ("<h1>Register</h1>", "<h1>Register</h1><h4>Details</h4>", "axe heading-order"),
    "a second first heading": ("<h1>Register</h1>", "<h1>Register</h1><h1>Again</h1>", "one h1"),
    "an id twice": ("<h1>Register", '<h1 id="name-error">Register', "unique ids: name-error"),
    "no ring": ("outline: 3px solid #0b5cd5", "outline: none", "focus unseen"),
    "a ring too thin": ("outline: 3px", "outline: 1px", "focus unseen"),
    "a box for a button": (
        '<button type="submit">Register</button>',
        '<span class="button">Register</span>',
        "button that is none",
    ),
    "a hand over text": ("button {", "h1 { cursor: pointer } button {", "button that is none"),
    "the focus left where it was": (" autofocus>", ">", "focus on the summary"),
    "a summary that takes no focus": ('tabindex="-1" autofocus', "autofocus", "focus on the summary"),
    "a summary that is not spoken": ('<div role="alert">', "<div>", "summary is announced"),
    "a title as if all were well": ("Error: Register</title>", "Register</title>", "title says Error"),
    "a link to nowhere": ('<a href="#name">', '<a href="#nome">', "summary links"),
    "a link to what takes no focus": ('<a href="#name">', '<a href="#name-error">', "summary links"),
    "an error that the field does not know": ('aria-describedby="name-error" ', "", "error described"),
    "an error without the word": (">Error: Enter", ">Enter", "word Error"),
    "small radios": ("width: 24px; height: 24px", "width: 13px; height: 13px", "target of 24 pixels"),
    "a low button": (
        "min-height: 44px",
        "min-height: 0; line-height: 1; padding: 0; border: 0",
        "target of 24 pixels",
    ),
    "a group without a name": ("<legend>Category</legend>", "", "group has a legend"),
    "a group without a word": ("<legend>Category</legend>", "<legend></legend>", "group has a legend"),
    "a wide box": ("button {", "form { min-width: 400px } button {", "sideways scroll"),
    "a height for text": (
        "button {",
        "button { width: 62px; padding: 0; overflow: hidden; white-space: nowrap } button {",
        "text is cut",
    ),
    "a style in the page": ("<h1>", '<h1 style="color: red">', "inline style"),
    "a script in the page": ("</form>", "</form><script>1</script>", "Content Security Policy"),
    "a trap": ("</form>", '</form><script src="/trap.js"></script>', "keyboard trap"),
}
TRAP = "document.querySelector('#one').addEventListener('keydown', e => e.preventDefault())"


NARROW_ONES = ("sideways scroll", "text is cut")


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[dict[int, Page]]:
    """A narrow page and a wide one."""
    opened = {
        width: browser.new_context(viewport={"width": width, "height": 800}).new_page()
        for width in (NARROW, 1280)
    }
    yield opened
    for page in opened.values():
        page.context.close()


def told(page: Page, html: str, sheet: str, eyes: Callable[[Page], list[str]]) -> str:
    """Return what *eyes* and the browser's own policy say of the page."""
    kinds = {"sound.css": ("text/css", sheet), "trap.js": ("text/javascript", TRAP)}

    def answer(route: Route) -> None:
        kind, body = kinds.get(route.request.url.rsplit("/", 1)[1], ("text/html; charset=utf-8", html))
        route.fulfill(content_type=kind, body=body, headers={"Content-Security-Policy": POLICY})

    page.unroute_all()
    page.route("**/*", answer)
    refused = blocked(page)
    page.goto("http://rig.example.org/sound")
    return "\n".join(eyes(page) + refused)


@pytest.mark.parametrize("width", [NARROW, 1280])
def test_the_rig_finds_nothing_in_a_sound_page(pages, width):
    assert told(pages[width], SOUND, SHEET, inspect) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_rig_finds_a_seeded_fault(pages, fault):
    old, new, finding = FAULTS[fault]
    assert old in SOUND + SHEET
    page = pages[NARROW if finding in NARROW_ONES else 1280]
    eyes = by_axe if finding.startswith("axe") else by_eye
    assert finding in told(page, SOUND.replace(old, new), SHEET.replace(old, new), eyes)
