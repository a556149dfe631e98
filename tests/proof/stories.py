"""Steps of which each meets a rule that chance needs long to meet; on a stage with events of every kind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from registration.core import clock
from registration.proof.client import Form, Step
from registration.proof.plans import EVENT
from registration.proof.simulate import begun, finish, injected
from registration.proof.stage import raise_stage
from registration.proof.walk import Story
from tests.proof.mutants import broken

SEATS = 3
# The halls of the stage "all", by the names of their plans.
FIT, STRICT, SHORT, OFFERED, APPROVED, VERIFIED, BOTH, BY_HAND, ROOMS, FIRMS, KEPT, STRICT_ROOMS = range(12)


def _form(key: str, hall: int, *people: str) -> Step:
    return Step("register", {"form": Form(key, key, ((hall, people),))})


def _at(name: str, key: str, hall: int, **more: Any) -> Step:
    return Step(name, {"key": key, "hall": hall, **more})


def _cancel(key: str, hall: int) -> Step:
    return _at("cancel", key, hall, by_organiser=False)


def _wait(minutes: int) -> Step:
    return Step("wait", {"until": clock.now() + timedelta(minutes=minutes)})


def plain() -> Iterator[Step]:
    """Seats, the line, capacities and offers."""
    yield _form("a", FIT, "Guest", "Guest")
    yield _form("b", FIT, "Guest", "Guest")
    yield _form("c", FIT, "Guest")
    yield _form("d", FIT, "Guest")
    yield _form("e", FIT, "Member")
    yield _cancel("c", FIT)
    yield Step("change capacity", {"hall": FIT, "pool": EVENT, "wanted": 4})
    yield _at("remove one", "a", FIT, rank=1)
    yield Step("change capacity", {"hall": FIT, "pool": EVENT, "wanted": 2})
    yield _cancel("d", FIT)
    yield _form("f", FIT, "Guest")
    yield Step("register again", {"form": Form("a", "a", ((FIT, ("Guest", "Guest")),))})
    yield _form("g", FIT, "Press", "Press")
    yield Step("change capacity", {"hall": FIT, "pool": EVENT, "wanted": 9})
    yield _cancel("a", FIT)
    yield _cancel("a", FIT)
    yield _form("h", STRICT, "Guest", "Guest")
    yield _form("i", STRICT, "Speaker", "Speaker")
    yield _form("j", STRICT, "Speaker")
    yield _cancel("h", STRICT)
    yield _form("k", SHORT, "", "", "")
    yield _form("l", SHORT, "")
    both = ((FIT, ("Guest",)), (STRICT, ("Speaker",)))
    yield Step("register", {"form": Form("m", "m", both, together=True)})
    yield _form("n", OFFERED, "Guest", "Guest", "Guest")
    yield _form("o", OFFERED, "Guest")
    yield _form("p", OFFERED, "Guest", "Guest", "Guest")
    yield _cancel("n", OFFERED)
    yield _wait(70)
    yield _at("accept", "p", OFFERED)


def asked() -> Iterator[Step]:
    """Who is asked something first: approval, an address, the organiser's hand."""
    yield _form("a", APPROVED, "Member", "Member")
    yield _form("b", APPROVED, "Guest", "Guest")
    yield _at("approve", "a", APPROVED)
    yield _at("approve", "b", APPROVED)
    yield _form("c", APPROVED, "Guest")
    yield _at("approve", "c", APPROVED)
    yield _at("approve", "c", APPROVED)
    yield _form("d", APPROVED, "Guest")
    yield _at("reject", "d", APPROVED)
    yield _cancel("a", APPROVED)
    yield _form("e", VERIFIED, "", "")
    yield _form("f", VERIFIED, "", "")
    yield Step("confirm address", {"key": "f"})
    yield _form("g", VERIFIED, "")
    yield Step("confirm address", {"key": "g"})
    yield _form("h", BOTH, "")
    yield Step("confirm address", {"key": "h"})
    yield _at("approve", "h", BOTH)
    yield _wait(40)
    yield Step("confirm address", {"key": "e"})
    yield _form("i", BY_HAND, "Guest", "Guest")
    yield _form("j", BY_HAND, "Guest")
    yield _form("k", BY_HAND, "Member", "Member")
    yield _cancel("i", BY_HAND)
    yield _form("l", BY_HAND, "Guest")
    yield _at("seat by hand", "l", BY_HAND, reason="")
    yield _at("seat by hand", "l", BY_HAND, reason="Speaks at the event")
    yield _at("seat by hand", "k", BY_HAND, reason="")
    yield _at("seat by hand", "j", BY_HAND, reason="")


def changed() -> Iterator[Step]:
    """Who changes her mind: other sessions, more people, each for itself, another event; and firms."""
    yield _form("a", ROOMS, "Guest/A+C")
    yield _form("b", ROOMS, "Guest/A")
    yield _at("change choice", "b", ROOMS, rank=0, choice="Guest/B")
    yield _at("change choice", "b", ROOMS, rank=0, choice="Guest/C")
    yield _form("c", ROOMS, "Guest/A+C")
    yield _at("change choice", "a", ROOMS, rank=0, choice="Guest")
    yield _form("d", FIRMS, "@nord", "@nord")
    yield _form("e", FIRMS, "@nord")
    yield _form("f", FIRMS, "@sud")
    yield _at("remove one", "d", FIRMS, rank=1)
    yield _form("g", KEPT, "@sud", "@sud")
    yield _form("h", KEPT, "@nord")
    yield _form("i", KEPT, "")
    yield _wait(45)
    yield _cancel("i", KEPT)
    yield _form("k", STRICT_ROOMS, "/A")
    yield _form("l", STRICT_ROOMS, "/C", "/A")
    yield _form("m", STRICT_ROOMS, "")
    yield Step("change capacity", {"hall": STRICT_ROOMS, "pool": "C", "wanted": 3})
    # There is room in the session, but somebody waits.
    yield _at("change choice", "k", STRICT_ROOMS, rank=0, choice="/C")
    yield _at("move", "k", STRICT_ROOMS, to=ROOMS, category="Member")
    # She waits to move already.
    yield _at("move", "k", ROOMS, to=KEPT, category="")
    yield _cancel("b", ROOMS)
    yield Step("sweep", {})
    yield _form("n", STRICT_ROOMS, "")
    yield Step("change capacity", {"hall": KEPT, "pool": "event", "wanted": 5})
    yield _at("move", "m", STRICT_ROOMS, to=KEPT, category="")
    yield _form("o", SHORT, "", "", "")
    yield _at("grow", "o", SHORT, person="")
    yield _at("move", "n", STRICT_ROOMS, to=SHORT, category="")
    yield _form("p", ROOMS, "Guest")
    yield _at("grow", "p", ROOMS, person="Guest/A")
    yield _at("change choice", "p", ROOMS, rank=1, choice="Member")
    yield _at("change choice", "p", ROOMS, rank=0, choice="Member")
    yield _at("split", "p", ROOMS)
    yield _at("grow", "f", FIRMS, person="@sud")
    yield _cancel("c", ROOMS)


STORIES = {"plain": plain, "asked": asked, "changed": changed}
# What each story must have been answered: otherwise it met less than it was written for.
ANSWERS = {
    "plain": {
        ("register", "full"),
        ("register", "not-together"),
        ("register again", "receipt"),
        ("remove one", "done"),
        ("accept", "done"),
    },
    "asked": {
        ("approve", "done"),
        ("approve", "not-now"),
        ("reject", "done"),
        ("confirm address", "done"),
        ("confirm address", "late"),
        ("seat by hand", "reason-missing"),
        ("seat by hand", "done"),
        ("seat by hand", "no-seat"),
    },
    "changed": {
        ("change choice", "done"),
        ("change choice", "no-room"),
        ("move", "done"),
        ("move", "no-room"),
        ("move", "not-now"),
        ("grow", "done"),
        ("grow", "no-room"),
        ("split", "done"),
    },
}


def told(name: str, mutant: str = "") -> Story:
    """Tell the story called *name* with one rule broken, until something is found."""
    with broken(mutant), injected(name) as (time, mailbox):
        walk = begun(raise_stage(f"story-{name}", SEATS, "all"), time, mailbox)
        for step in STORIES[name]():
            if step.name == "register":
                walk.client.forms.append(step.values["form"])
            walk.take(step)
            if walk.story.findings:
                return walk.story
        finish(walk, time, mailbox)
    return walk.story
