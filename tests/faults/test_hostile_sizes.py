"""Patterns and readers of what strangers write take time in proportion to its length.

Every pattern of the package is tried, in the way it is used, so the next one is as well.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any

import pytest

import registration
from registration.booking.inbound.calendar_reply import read_answer
from registration.core import text
from registration.core.header import one_line
from registration.ical.text import calendar_name, calendar_text, folded
from registration.invitations.rules import read_guests
from registration.mail import incoming, wording
from registration.mail.addresses import read_number
from registration.mail.incoming import Ignored
from registration.mail.reports import read_report
from registration.mail.undeliverable import says_nobody_there, specific_status
from registration.web.spoken import _page_asking

# The second is there so that what is quadratic is found in little time.
SIZES = (1_500, 4_500, 72_000)
# By how much more than in proportion a longer text may be. What is quadratic is off by as much as the text
# grows, by 3 and by 48; what is not is off by up to 2, as the longest leaves the processor's nearest memory.
SLACK = (2.0, 3.5)
# How often that must be seen: now and then a machine is slower in between.
TRIES = 5
# Too short to be measured. Even a text that is cut at its front again and again takes several times that.
UNSEEN = 0.02
UNITS = (
    "a", "1", " ", "\n", "\t ", "\n ", "\r", "\r\n", "(", "<", "<a", "=", ".", ",", ";", ":", "-", "@", "a@",
    "a.", "1.", "5.1.1", "a-", "=?", "{", "{a", "\\", "\\x{", '"', "/", "?", "&", "+", "%", "_", "a=b&", "é",
    "。 ", "\u0301", "\u2028", "\u202e", "<form ", 'href="/', "METHOD;", "password=", "x,", "M1.",
)  # fmt: skip
AROUND = (("", ""), ("<", "!"))
METHODS = ("search", "match", "fullmatch", "findall", "finditer", "sub", "split")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(registration.__path__, "registration."):
        # A program of its own, which runs when it is read by its name alone.
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def used(module: ModuleType, tree: ast.Module) -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """Yield each pattern that *module* uses: where, the pattern, and by which method."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, owner = node.func.attr, node.func.value
        if method not in METHODS or not isinstance(owner, ast.Name):
            continue
        where = f"{module.__name__}:{node.lineno}"
        if owner.id == "re":
            yield where, _written(node.args[0], module), method
        elif isinstance(found := getattr(module, owner.id, None), re.Pattern):
            yield where, found, method


def _written(node: ast.expr, module: ModuleType) -> re.Pattern[Any]:
    """Return a pattern that stands where it is used; what is filled into it is a word."""
    if isinstance(node, ast.JoinedStr):
        parts = [one.value if isinstance(one, ast.Constant) else "word" for one in node.values]
        return re.compile("".join(map(str, parts)))
    if isinstance(node, ast.Constant):
        return re.compile(node.value)
    # A variable: each of the patterns that it may be is in the module.
    return re.compile("|".join(f"(?:{re.sub('[?]P<[a-z_]+>', '', one)})" for one in _table(module)))


def _table(module: ModuleType) -> list[str]:
    return [pattern for pattern, _words in module.__dict__["_SENTENCES"]]


def everywhere() -> list[tuple[str, re.Pattern[Any], str]]:
    """Return what the package uses, each once: where it stands first, the pattern, and the method."""
    found: dict[tuple[re.Pattern[Any], str], str] = {}
    for module in modules():
        if module.__file__ is not None:
            with open(module.__file__, encoding="utf-8") as file:
                for where, pattern, method in used(module, ast.parse(file.read())):
                    found.setdefault((pattern, method), where)
    return [(where, pattern, method) for (pattern, method), where in found.items()]


def run(pattern: re.Pattern[Any], method: str, asked: str) -> None:
    given: str | bytes = asked.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else asked
    if method == "sub":
        pattern.sub("" if isinstance(given, str) else b"", given)
    elif method == "finditer":
        list(pattern.finditer(given))
    else:
        getattr(pattern, method)(given)


@cache
def texts_of(before: str, unit: str, after: str) -> list[str]:
    return [(before + unit * (size // len(unit)))[: size - 1] + after for size in SIZES]


def seconds(work: Callable[[str], object], asked: str) -> float:
    begun = time.process_time()
    work(asked)
    return time.process_time() - begun


def is_steep(work: Callable[[str], object], texts: Sequence[str]) -> bool:
    """Say whether *work* takes more than in proportion for *texts*, which are longer and longer."""
    shortest, *longer = texts
    for long, slack in zip(longer, SLACK, strict=True):
        after = seconds(work, long)
        if after > UNSEEN:
            before = min(seconds(work, shortest) for _again in range(3))
            if after > before * slack * len(long) / len(shortest):
                return True
    return False


def grows(work: Callable[[str], object], units: Sequence[str] = UNITS) -> list[str]:
    """Return a text for which *work* takes more than in proportion, each time that it is tried."""
    for unit in units:
        for before, after in AROUND:
            texts = texts_of(before, unit, after)
            if all(is_steep(work, texts) for _again in range(TRIES)):
                return [f"{before!r} {unit!r} {after!r}"]
    return []


PATTERNS = everywhere()


@pytest.mark.parametrize(
    ("where", "pattern", "method"), PATTERNS, ids=[f"{one[0]}-{one[2]}" for one in PATTERNS]
)
def test_each_pattern_takes_time_in_proportion(where, pattern, method):
    assert grows(lambda asked: run(pattern, method, asked)) == []


def test_the_patterns_of_the_package_are_found():
    modules_of = {where.partition(":")[0] for where, _pattern, _method in PATTERNS}
    assert len(PATTERNS) > 40
    assert {
        "registration.mail.undeliverable",
        "registration.core.text",
        "registration.mail.transport",
    } <= modules_of


@pytest.mark.parametrize("pattern", [r"(a+)b", r"^(.*?)\s*<", r"[^\s]+@"])
def test_a_quadratic_pattern_is_found(pattern):
    assert grows(re.compile(pattern).search) != []


def _cut_at_its_front(asked: str) -> None:
    while asked:
        asked = asked[1:]


def _looked_for_behind(asked: str) -> None:
    for place in range(len(asked)):
        asked.find("Ω", place)


@pytest.mark.parametrize("reader", [_cut_at_its_front, _looked_for_behind])
def test_a_reader_that_is_quadratic_at_the_speed_of_memory_is_found(reader):
    assert grows(reader) != []


def _report(said: str) -> None:
    fields = (
        f"Final-Recipient: x; {said}\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: x; {said}\r\n"
    )
    raw = (
        f'To: {said}\r\nContent-Type: multipart/report; boundary="B"; x="{said}\r\n\r\n'
        f"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: x\r\n\r\n{fields}\r\n--B--\r\n"
    )
    _ignoring(lambda: read_report(raw.encode()))
    _ignoring(lambda: read_report(f"X-Failed-Recipients: a@b\r\n\r\n{said}".encode()))
    _ignoring(lambda: read_report(f"\r\n\r\nHi. This is the qmail-send\r\n\r\n<{said}".encode()))
    _ignoring(lambda: read_report(f'Content-Type: text/plain;"{said}\r\n\r\nx'.encode()))


def _answer(said: str) -> None:
    for line in (f"ATTENDEE;CN={said}:mailto:{said}", f"ORGANIZER;X={said}", said, f"X-{said}"):
        event = f"BEGIN:VEVENT\r\nUID:1\r\n{line}\r\nEND:VEVENT\r\n"
        calendar = f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{event}END:VCALENDAR\r\n"
        raw = f"To: {said}\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n{calendar}"
        _ignoring(lambda raw=raw: read_answer(raw.encode()))


def _ignoring(read: Callable[[], object]) -> None:
    with suppress(Ignored, ValueError):
        read()


READERS: dict[str, Callable[[str], object]] = {
    "one line": one_line,
    "line": text.line,
    "block": text.block,
    "fold": text.fold,
    "slug": text.slugged,
    "address": lambda asked: _ignoring(lambda: text.normal_email(asked)),
    "addresses of a header": incoming.addresses,
    "an address of ours": lambda asked: read_number(asked, "events@example.org"),
    "status": lambda asked: specific_status("5.0.0", asked),
    "words of a server": lambda asked: says_nobody_there("5.0.0", asked),
    "calendar text": lambda asked: calendar_text(asked, lines=True, limit=500),
    "calendar name": calendar_name,
    "folded": folded,
    "own words": lambda asked: wording.theirs(asked, asked, {"a": "b"}),
    "guests": read_guests,
    "a page": lambda asked: _page_asking(f"<p>{asked}</p>", "fr"),
    "a report": _report,
    "an answer": _answer,
}


@pytest.mark.parametrize("name", READERS)
def test_each_reader_takes_time_in_proportion(name):
    # Whole mails take long to read, and what is in them is tried above.
    units = UNITS[::3] if name in ("a report", "an answer") else UNITS
    assert grows(READERS[name], units) == []
