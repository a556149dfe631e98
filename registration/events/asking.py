"""What a question takes for an answer and when it is asked: values in, decision out."""

from collections.abc import Mapping, Sequence
from itertools import chain, count

TEXT = "text"
LONG = "long"
NUMBER = "number"
CHOICE = "choice"
CHOICES = "choices"
DATE = "date"
CONSENT = "consent"
YES = "yes"
FILE = "file"
KINDS = (TEXT, LONG, NUMBER, CHOICE, CHOICES, DATE, CONSENT, YES, FILE)
# Whose answers are known words, so that another question may hang on them.
DECIDING = frozenset({CHOICE, CHOICES, CONSENT, YES})
TICKED = "yes"

ATTENDEE = "attendee"
BOOKING = "booking"

# The key in front of a file's name: 32 hexadecimal digits and a slash.
_KEY = 33


def is_met(answer: str, wanted: str) -> bool:
    """Say whether *answer*, as it is stored, is or holds *wanted*."""
    return wanted in answer.split("\n")


def new_choice_ids(
    known: Sequence[tuple[str, str]], labels: Sequence[str], *, renames: bool = False
) -> list[str]:
    """Return what answers store for each of *labels*: a choice keeps that for good, wherever it stands.

    *known* are the (id, label) of before. A label that is new is a new choice; where the organiser *renames*
    choices, the new labels stand, in their order, for those that are gone.
    """
    by_label = {label: choice for choice, label in known}
    gone = [choice for choice, label in known if label not in labels] if renames else []
    used = {choice for choice, _label in known}
    found: list[str] = []
    for label in labels:
        choice = by_label.get(label) or (gone.pop(0) if gone else "")
        if not choice:
            # Its first words, which tell people more than a number where a choice is no longer there.
            numbered = (f"{label} ({number})" for number in count(2))
            choice = next(one for one in chain([label], numbered) if one not in used)
            used.add(choice)
        found.append(choice)
    return found


def told(kind: str, answer: str, choices: Mapping[str, str] | None = None) -> str:
    """Return a stored answer as lists and exports show it; *choices* are the labels by what is stored."""
    known = choices or {}
    if kind == CHOICES:
        return "; ".join(known.get(one, one) for one in answer.split("\n"))
    if kind == CHOICE:
        return known.get(answer, answer)
    return answer[_KEY:] if kind == FILE else answer
