"""What pages and mails say of an address is what people write: no international domain in punycode."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

ROOT = Path(__file__).parents[2] / "templates"
NAMES = {"email", "to_email", "organiser_email", "contact_email", "attendee_email", "wanted_address"}
SOURCES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.*"))


def unspoken(source: str) -> list[int]:
    """Return the lines on which *source* shows an address as it is stored."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    return [line for output in tree.find_all(nodes.Output) for line in _shown(output)]


def _shown(output: nodes.Output) -> Iterator[int]:
    before = ""
    for part in output.nodes:
        if isinstance(part, nodes.TemplateData):
            before = part.data
        elif not before.endswith(("mailto:", 'value="')):
            yield from _bare(part)


def _bare(node: nodes.Node) -> Iterator[int]:
    """Yield the lines of addresses that no filter speaks; what other calls are given they show themselves."""
    if isinstance(node, nodes.Filter) and node.name == "spoken_email":
        return
    if isinstance(node, nodes.CondExpr):
        # What is asked is not shown.
        yield from _bare(node.expr1)
        if node.expr2 is not None:
            yield from _bare(node.expr2)
        return
    if isinstance(node, nodes.Call) and not _is_text(node):
        return
    if isinstance(node, nodes.Getattr | nodes.Name):
        if getattr(node, "attr", getattr(node, "name", "")) in NAMES:
            yield node.lineno
        return
    for child in node.iter_child_nodes():
        yield from _bare(child)


def _is_text(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext", "pgettext"}


@pytest.mark.parametrize("name", SOURCES)
def test_no_template_shows_an_address_as_it_is_stored(name):
    lines = unspoken((ROOT / name).read_text())
    assert lines == [], f"{name}: pass what people read through spoken_email"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{{ one.email }}", [1]),
        ("{% trans email=booking.email %}To {{ email }}{% endtrans %}", [1]),
        ("{{ one.name or one.email }}", [1]),
        ("{{ _('%(to)s', to=wanted_address) }}", [1]),
        ("{{ one.email | spoken_email }}", []),
        ('<a href="mailto:{{ one.email }}">', []),
        ("{{ field(form.email) }}", []),
        ("{% if one.email %}x{% endif %}", []),
    ],
)
def test_the_search_sees_what_it_should(source, found):
    assert unspoken(source) == found
