"""The style sheet stays small, works both ways round and in both schemes, and can be read."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).resolve().parents[2] / "registration" / "static" / "style.css").read_text("utf-8")
BUDGET = 15_000
TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
PALETTES = {
    "light": {name: light for name, light, _dark in TOKEN.findall(STYLE)},
    "dark": {name: dark for name, _light, dark in TOKEN.findall(STYLE)},
}
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset)-)?(?:left|right)(?![\w-])"
    r"|(?<![\w-])(?:margin|padding|border|inset|scroll-margin)-(?:left|right|top|bottom)"
    r"|(?<![\w-])(?:min-|max-)?(?:width|height):(?=[^)]*[;}])"
)
TEXT = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "tint"),
    ("soft", "ground"),
    ("soft", "surface"),
    ("soft", "tint"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("on-accent", "accent"),
    ("good", "ground"),
    ("good", "surface"),
    ("good", "good-tint"),
    ("wait", "ground"),
    ("wait", "surface"),
    ("wait", "wait-tint"),
    ("bad", "ground"),
    ("bad", "surface"),
    ("bad", "bad-tint"),
]
CONTROLS = [
    ("edge", "ground"),
    ("edge", "surface"),
    ("accent", "line"),
    ("focus", "ground"),
    ("focus", "surface"),
    ("focus", "tint"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_style_sheet_keeps_its_budget():
    assert len(STYLE.encode()) <= BUDGET


def test_all_rules_lie_in_the_declared_layers():
    declared, _, rest = STYLE.partition(";")
    names = declared.removeprefix("@layer ").split(", ")
    assert names == ["tokens", "base", "layout", "parts", "print"]
    assert re.findall(r"^@layer (\w+) \{$", rest, re.MULTILINE) == names
    outside = [line for line in rest.splitlines() if line and not line.startswith((" ", "@layer", "}"))]
    assert outside == []


@pytest.mark.parametrize(
    "rule", ["margin-left: 1px;", "left: 0;", "text-align: right;", "padding-top: 1rem;"]
)
def test_a_physical_rule_is_caught(rule):
    assert PHYSICAL.search(f"p {{ {rule} }}")


def test_no_rule_knows_left_from_right():
    assert PHYSICAL.findall(STYLE) == []


@pytest.mark.parametrize("forbidden", ["url(", "data:", "@import", "scroll-behavior", "outline: 0"])
def test_nothing_is_loaded_and_no_focus_is_hidden(forbidden):
    assert forbidden not in STYLE


def test_only_the_main_part_itself_has_no_focus_ring():
    assert re.findall(r"([^{}]+)\{[^{}]*outline: none", STYLE.replace("\n", " ")) == ["   main:focus "]


@pytest.mark.parametrize(
    "feature",
    [
        "(prefers-reduced-motion: no-preference)",
        "(forced-colors: active)",
        "@media print",
        "color-scheme: light dark",
        "outline: 3px solid var(--focus)",
    ],
)
def test_the_style_sheet_cares_for(feature):
    assert feature in STYLE


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(scheme, front, back):
    assert contrast(PALETTES[scheme][front], PALETTES[scheme][back]) >= 4.5


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize(("front", "back"), CONTROLS)
def test_controls_can_be_seen(scheme, front, back):
    assert contrast(PALETTES[scheme][front], PALETTES[scheme][back]) >= 3


def test_every_colour_is_in_a_pair():
    decoration = {"line"}
    paired = {name for pair in TEXT + CONTROLS for name in pair}
    assert set(PALETTES["light"]) - decoration <= paired


def test_every_token_that_is_used_is_there():
    used = set(re.findall(r"var\(--([a-z-]+)", STYLE))
    assert used <= set(re.findall(r"--([a-z-]+):", STYLE))
