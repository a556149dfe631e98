"""Two at one form: the second to save is told what the first has changed before overwriting it."""

import hashlib
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from registration.core.refusal import Refusal


class ChangedMeanwhile(Refusal):
    """Somebody else has saved since the form was shown. *names* are what changed, *seen* the marks now."""

    def __init__(self, names: Sequence[str], seen: str) -> None:
        super().__init__(_l("Somebody else has changed this meanwhile."))
        self.names, self.seen = names, seen


def marks(values: Mapping[str, object]) -> str:
    """Return a short mark of each value, for a form to carry."""
    return " ".join(f"{name}={_mark(value)}" for name, value in values.items())


def check(seen: str, stored: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Raise ChangedMeanwhile where what is *stored* was not *seen* and would be overwritten.

    A form that is sent twice finds what it *wanted*; one that carries no marks is not checked.
    """
    known = dict(one.partition("=")[::2] for one in seen.split())
    nothing = _mark("")
    names = [
        name
        for name, value in wanted.items()
        if known.get(name, nothing) != _mark(stored.get(name, "")) and stored.get(name, "") != value
    ]
    if known and names:
        raise ChangedMeanwhile(names, marks(stored))


def _mark(value: object) -> str:
    return hashlib.blake2s(str(value).encode(), digest_size=4).hexdigest()
