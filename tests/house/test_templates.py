"""Templates keep the rules of the house: what the page policy forbids, titles, one heading."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import render_template_string
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

FOLDER = Path(__file__).resolve().parents[2] / "templates"
ALL = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*"))
WEB = [name for name in ALL if name.endswith(".html") and not name.startswith("email/")]
PAGES = [name for name in WEB if "{% extends" in (FOLDER / name).read_text("utf-8")]
# Screens are drawn inside these, which have no heading of their own.
FRAMES = {"organiser/layout.html"}
# Structured data is no program; the policy lets it stand (site/event.html).
INLINE_SCRIPTS = {"site/event.html": ["application/ld+json"]}


def source(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


@pytest.mark.parametrize("name", ALL)
def test_every_template_compiles(page_app, name):
    page_app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", WEB)
def test_no_template_has_inline_style_script_or_handler(name):
    text = source(name)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    scripts = [tag for tag in re.findall(r"<script[^>]*>", text) if " src=" not in tag]
    assert [re.search(r'type="([^"]+)"', tag)[1] for tag in scripts] == INLINE_SCRIPTS.get(name, [])


@pytest.mark.parametrize("name", ALL)
def test_no_template_switches_escaping_off(name):
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", source(name))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_title_and_one_heading(name):
    if name in FRAMES:
        return
    text = source(name)
    assert len(re.findall(r"{% block title %}\s*\S", text)) == 1
    # A heading whose level is a variable counts where that variable may be h1.
    headings = len(re.findall(r"<h1[ >]", text))
    assert headings == 1, "the page needs exactly one h1"


@pytest.mark.parametrize("name", WEB)
def test_every_form_that_is_posted_keeps_the_browser_quiet_and_has_a_button(name):
    for form in re.findall(r"<form\b.*?</form>", source(name), re.DOTALL):
        assert "<button" in form or "send_button(" in form
        if 'method="post"' in form and re.search(r"\bfield\(", form):
            assert "novalidate" in form


# Registering draws its key with the form's other fields; signing in and out need none, and what could not
# be saved is sent again with the key it had.
UNKEYED = {
    "booking/programme.html": "asked.start(",
    "booking/register.html": "asked.start(",
    "errors/error.html": "in typed",
    "invitations/yes.html": "form.submit_key(",
    "organiser/layout.html": "security.logout",
    "security/login_user.html": "security.login",
    "security/logout_user.html": "security.logout",
}


@pytest.mark.parametrize("name", WEB)
def test_every_form_that_is_posted_has_a_key_of_its_own(name):
    for form in re.findall(r"<form\b.*?</form>", source(name), re.DOTALL):
        if 'method="post"' in form:
            own = UNKEYED.get(name)
            keys = form.count("submit_key_field()") + form.count("form_keys()")
            # A form may have two beginnings, of which a page has one.
            is_keyed = keys == form.count('method="post"')
            assert is_keyed or (own is not None and own in form)


@pytest.mark.parametrize("name", WEB)
def test_every_icon_is_hidden_from_readers(name):
    for icon in re.findall(r"<svg[^>]*>", source(name)):
        assert 'aria-hidden="true"' in icon
        assert 'focusable="false"' in icon


class Sample(Form):
    """A field of each kind."""

    name = StringField("Full name", [InputRequired("Enter your full name.")], description="As on the badge.")
    email = EmailField("E-mail", [InputRequired("Enter your e-mail address.")])
    secret = PasswordField("Password", [InputRequired("Enter your password.")])
    need = TextAreaField("Do you need anything?")
    zone = SelectField("Time zone", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    category = RadioField(
        "Category",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("m", "Member"), SelectChoice("s", "Staff")],
    )
    consent = BooleanField("I agree", [InputRequired("Tick the box.")])


class Reader(HTMLParser):
    """Collects the elements of a page by id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def by_id(self, wanted: str) -> tuple[str, dict[str, str | None]]:
        [found] = [element for element in self.elements if element[1].get("id") == wanted]
        return found


@pytest.fixture
def drawn(page_app):
    """Draw the form as it comes back when it was sent empty."""
    form = Sample(formdata=None, data={"name": "", "need": "<b>Ada</b>", "zone": "a"})
    form.validate()
    with page_app.test_request_context("/"):
        html = render_template_string(
            '{% from "parts/fields.html" import field %}{% for one in form %}{{ field(one) }}{% endfor %}',
            form=form,
        )
    return Reader(html), Markup(html)


@pytest.mark.parametrize("name", ["name", "email", "secret"])
def test_a_control_is_tied_to_its_label_hint_and_error(drawn, name):
    page, _html = drawn
    _tag, control = page.by_id(name)
    assert control["aria-required"] == "true"
    assert control["aria-invalid"] == "true"
    for described_by in control["aria-describedby"].split():
        page.by_id(described_by)
    assert f"{name}-error" in control["aria-describedby"]
    assert any(tag == "label" and attributes.get("for") == name for tag, attributes in page.elements)


def test_the_hint_is_read_before_the_error(drawn):
    page, _html = drawn
    assert page.by_id("name")[1]["aria-describedby"] == "name-hint name-error"


def test_radios_stand_in_a_named_group_and_must_be_chosen(drawn):
    page, _html = drawn
    [group] = [attributes for tag, attributes in page.elements if tag == "fieldset"]
    assert group["aria-describedby"] == "category-error"
    assert any(tag == "legend" for tag, _attributes in page.elements)
    radios = [attributes for _tag, attributes in page.elements if attributes.get("type") == "radio"]
    assert [radio["id"] for radio in radios] == ["category-0", "category-1"]
    assert all("required" in radio and "aria-required" not in radio for radio in radios)


def test_only_what_may_stay_empty_says_so(drawn):
    _page, html = drawn
    assert html.count("(optional)") == 1
    assert 'Do you need anything?</span> <span class="optional">' in html
    assert "*" not in html


def test_each_error_has_the_word_for_readers(drawn):
    _page, html = drawn
    assert html.count('<span class="visually-hidden">Error:</span>') == 5


def test_what_was_typed_is_kept_and_escaped(drawn):
    _page, html = drawn
    assert "&lt;b&gt;Ada&lt;/b&gt;" in html


def seats(page_app, *values):
    with page_app.test_request_context("/"):
        return render_template_string(
            '{% from "parts/seats.html" import seats_left %}{{ seats_left(*values) }}', values=values
        )


@pytest.mark.parametrize(
    ("left", "capacity", "waiting", "words"),
    [
        (24, 120, 0, "24 of 120 seats left"),
        (25, 120, 0, "Seats available"),
        (10, 12, 0, "10 of 12 seats left"),
        (1, 120, 0, "1 of 120 seats left"),
        (0, 120, 5, "Full – you can join the waitlist (5 waiting)"),
        (-2, 120, 0, "Full – you can join the waitlist"),
    ],
)
def test_seats_are_told_without_hurry(page_app, left, capacity, waiting, words):
    html = seats(page_app, left, capacity, waiting, True)
    assert f">{words}</span>" in html
    assert f'data-seats-left="{max(left, 0)}"' in html


def test_an_organiser_may_hide_the_numbers(page_app):
    html = seats(page_app, 3, 120, 0, False)
    assert "Seats available" in html
    assert "data-seats-left" not in html


def test_without_a_waitlist_nobody_is_sent_there(page_app):
    assert ">All seats are taken</span>" in seats(page_app, 0, 120, 0, True, False)


@pytest.mark.parametrize(("taken", "capacity", "width"), [(1, 3, "33.3"), (130, 120, "100"), (0, 0, "100")])
def test_the_fill_bar_stays_within_its_frame(page_app, taken, capacity, width):
    with page_app.test_request_context("/"):
        html = render_template_string(
            '{% from "parts/seats.html" import fill_bar %}{{ fill_bar(taken, capacity, "label") }}',
            taken=taken,
            capacity=capacity,
        )
    assert re.search(rf'class="bar-taken" width="{width}(\.0)?"', html)


def test_the_title_of_a_page_with_errors_begins_with_the_word(page_app):
    with page_app.test_request_context("/"):
        html = render_template_string(
            '{% extends "layout.html" %}{% block title %}Register{% endblock %}',
            errors=[("name", "Enter it.")],
        )
    assert re.search(r"<title>Error: Register – ", html)


def test_a_page_without_facts_has_no_empty_landmark(page_app):
    with page_app.test_request_context("/"):
        assert "<aside" not in render_template_string('{% extends "layout.html" %}')
        with_facts = render_template_string('{% extends "layout.html" %}{% block aside %}Facts{% endblock %}')
    assert with_facts.count("<aside") == 1
