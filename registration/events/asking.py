"""What a question takes for an answer and when it is asked: values in, decision out."""

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


def told(kind: str, answer: str) -> str:
    """Return a stored answer as lists and exports show it."""
    if kind == CHOICES:
        return "; ".join(answer.split("\n"))
    return answer[_KEY:] if kind == FILE else answer
