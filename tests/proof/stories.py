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
CALM, EVEN, DEAL, HELD = range(12, 16)
_LINE = {
    "policy": "first_fit",
    "promotion": "direct",
    "needs_approval": False,
    "confirms_address": False,
    "waitlist_limit": None,
    "firm_cap": None,
    "is_frozen": False,
}


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
    # As many are looked at as there are seats, and none of those fits into the last one: a later one does.
    yield _form("la", CALM, "Guest", "Guest", "Guest")
    for key in ("lb", "lc", "ld"):
        yield _form(key, CALM, "Guest", "Guest")
    yield _form("le", CALM, "Guest")
    yield _cancel("la", CALM)
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
    yield _form("m", STRICT_ROOMS, "/C")
    yield Step("change capacity", {"hall": STRICT_ROOMS, "pool": "C", "wanted": 2})
    # There is room in the session, but it is reserved for her who waits.
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


def _merge(key: str, keep: str, hall: int) -> Step:
    return _at("merge", key, hall, keep=keep)


def _line(hall: int, **changed: Any) -> Step:
    return Step("change line", {"hall": hall, **_LINE, **changed})


def _agree(firm: str, hall: int, cap: int | None, seats: int) -> Step:
    until = clock.now() + timedelta(minutes=40)
    return Step("agree with firm", {"hall": hall, "firm": firm, "cap": cap, "seats": seats, "until": until})


def organised() -> Iterator[Step]:
    """The organiser changes events: who registered twice, who may come, whether it takes place."""
    yield _form("a", CALM, "Guest", "Guest")
    yield _form("b", CALM, "Guest")
    yield _form("c", CALM, "Guest")
    yield _merge("b", "a", CALM)
    yield _form("d", CALM, "Guest")
    yield _merge("a", "d", CALM)
    yield _merge("d", "a", CALM)
    yield _merge("d", "a", CALM)
    yield _form("e", CALM, "Guest")
    yield Step("close", {"hall": CALM})
    yield _form("f", CALM, "Guest")
    yield _cancel("c", CALM)
    yield Step("reopen", {"hall": CALM})
    yield _form("f", CALM, "Guest", "Guest")
    yield _line(CALM, waitlist_limit=1)
    yield _form("g", CALM, "Guest")
    yield _line(CALM, is_frozen=True)
    yield _cancel("a", CALM)
    yield _line(CALM)
    yield _cancel("f", CALM)
    yield _form("h", CALM, "Guest", "Guest", "Guest")
    yield _form("i", CALM, "Guest")
    yield _line(CALM, policy="strict")
    # Two more than there are seats; those who fit sit, and the others wait at the same place.
    many = ((DEAL, ("@nord", "@sud", "@sud", "@sud")),)
    yield Step("register", {"form": Form("w", "w", many, is_flexible=True)})
    yield _cancel("w", DEAL)
    yield _form("j", EVEN, "", "", "")
    yield _form("k", EVEN, "")
    yield _form("l", EVEN, "")
    yield _line(EVEN, needs_approval=True)
    yield _form("m", EVEN, "")
    yield Step("cancel event", {"hall": EVEN})
    yield Step("cancel event", {"hall": EVEN})
    yield _cancel("j", EVEN)
    yield _at("approve", "m", EVEN)
    yield _at("seat by hand", "k", EVEN, reason="Speaks at the event")
    yield Step("reopen", {"hall": EVEN})
    yield _form("n", EVEN, "")


def agreed() -> Iterator[Step]:
    """The organiser agrees with firms, and keeps seats back."""
    yield _form("o", DEAL, "@nord", "@nord")
    yield _form("p", DEAL, "@nord")
    yield _line(DEAL, firm_cap=3)
    yield _agree("sud", DEAL, None, 4)
    yield _form("q", HELD, "@sud")
    yield _form("r", HELD, "@ost")
    yield _agree("ost", HELD, None, 0)
    yield _agree("sud", HELD, 1, 0)
    yield Step("release", {"hall": HELD, "firm": "nord"})
    yield Step("keep back", {"hall": HELD, "wanted": 4, "reserve": 1})
    yield _form("s", HELD, "@ost", "@ost")
    yield _form("t", HELD, "@ost")
    yield _form("u", HELD, "@ost")
    yield _at("seat by hand", "u", HELD, reason="Speaks at the event")
    yield _cancel("r", HELD)
    yield _form("v", HELD, "")


def reserved() -> Iterator[Step]:
    """In a strict line nobody behind delays anybody ahead, and who delays nobody sits."""
    yield _form("a", STRICT_ROOMS, "/C")
    yield _form("b", STRICT_ROOMS, "/C")
    # One seat is reserved for her who waits for the session; another one is free.
    yield _form("c", STRICT_ROOMS, "")
    yield _form("d", STRICT_ROOMS, "")
    yield _form("e", STRICT_ROOMS, "")
    yield _cancel("e", STRICT_ROOMS)
    yield _cancel("c", STRICT_ROOMS)
    yield _cancel("a", STRICT_ROOMS)
    yield _form("f", STRICT, "Guest", "Guest")
    yield _form("g", STRICT, "Speaker", "Speaker")
    # What is reserved for speakers is not for guests; whoever ranks higher need not ask them.
    yield _form("h", STRICT, "Guest")
    yield _cancel("g", STRICT)
    yield _form("i", STRICT, "Speaker", "Speaker")
    yield _cancel("f", STRICT)
    yield _form("k", EVEN, "")
    yield _form("l", EVEN, "", "", "")
    yield _form("m", EVEN, "")
    # She who waits for three seats can never have them now, and holds up nobody.
    yield Step("change capacity", {"hall": EVEN, "pool": EVENT, "wanted": 2})
    yield _form("n", EVEN, "")
    yield Step("change capacity", {"hall": EVEN, "pool": EVENT, "wanted": 5})
    yield _form("o", EVEN, "", "", "")
    yield _line(EVEN, policy="strict", promotion="manual")
    yield _cancel("k", EVEN)
    yield _form("p", EVEN, "")
    yield _at("seat by hand", "p", EVEN, reason="")
    yield _at("seat by hand", "p", EVEN, reason="Speaks at the event")


def inside() -> Iterator[Step]:
    """Who came in keeps her seat, whatever is done with it."""
    yield _form("a", FIT, "Guest", "Guest")
    yield _form("b", FIT, "Guest")
    yield _form("c", FIT, "Guest")
    yield _form("d", FIT, "Guest")
    yield _at("check in", "a", FIT, rank=0, is_in=True)
    yield _at("check in", "c", FIT, rank=0, is_in=True)
    yield _cancel("a", FIT)
    yield _at("cancel", "a", FIT, by_organiser=True)
    yield _at("remove one", "a", FIT, rank=0)
    yield _at("remove one", "a", FIT, rank=1)
    yield _at("move", "a", FIT, to=SHORT, category="")
    yield _merge("a", "b", FIT)
    yield _at("check in", "b", FIT, rank=0, is_in=True)
    yield _cancel("b", FIT)
    yield _form("e", SHORT, "", "", "")
    yield _form("f", ROOMS, "Guest/A")
    yield _form("g", KEPT, "")
    yield _form("h", KEPT, "")
    yield _at("move", "f", ROOMS, to=KEPT, category="")
    yield _at("check in", "f", ROOMS, rank=0, is_in=True)
    # She gets the seat that she waited for, and keeps the one she is in.
    yield _cancel("g", KEPT)
    yield Step("sweep", {})
    yield _at("check in", "a", FIT, rank=0, is_in=False)
    yield _cancel("a", FIT)


STORIES = {
    "inside": inside,
    "reserved": reserved,
    "plain": plain,
    "asked": asked,
    "changed": changed,
    "organised": organised,
    "agreed": agreed,
}
# What each story must have been answered: otherwise it met less than it was written for.
ANSWERS = {
    "inside": {
        ("check in", "done"),
        ("check in", "no-seat"),
        ("cancel", "is-in"),
        ("cancel", "done"),
        ("remove one", "is-in"),
        ("remove one", "done"),
        ("move", "is-in"),
    },
    "reserved": {
        ("register", "receipt"),
        ("seat by hand", "reason-missing"),
        ("seat by hand", "done"),
    },
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
    "organised": {
        ("register", "closed"),
        ("register", "full"),
        ("merge", "done"),
        ("merge", "not-now"),
        ("cancel event", "done"),
        ("cancel event", "not-now"),
        ("reopen", "not-now"),
        ("seat by hand", "not-now"),
    },
    "agreed": {
        ("agree with firm", "refused"),
        ("seat by hand", "done"),
        ("release", "done"),
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
