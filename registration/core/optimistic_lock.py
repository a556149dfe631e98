"""Two at one form: what only one of them changed is kept, and what both changed is asked about.

A form carries a mark of each value that it showed, so that one sees who has changed what.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _l

from registration.core.refusal import Refusal


class ChangedMeanwhile(Refusal):
    """Somebody else has saved since the form was shown. *seen* are the marks now.

    *names* are what both have changed, *theirs* what only the other has: that would be reverted.
    """

    def __init__(self, names: Sequence[str], seen: str, theirs: Sequence[str] = ()) -> None:
        super().__init__(_l("Someone else has changed this meanwhile."))
        self.names, self.seen, self.theirs = names, seen, theirs


def marks(values: Mapping[str, object]) -> str:
    """Return a short mark of each value, for a form to carry."""
    return " ".join(f"{name}={_mark(value)}" for name, value in values.items())


def check(seen: str, stored: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Raise ChangedMeanwhile where what is *stored* was not *seen* and would be overwritten.

    A form that is sent twice finds what it *wanted*; one that carries no marks is not checked.
    """
    known = dict(one.partition("=")[::2] for one in seen.split())
    nothing = _mark("")
    names: list[str] = []
    theirs: list[str] = []
    for name, value in wanted.items():
        now, shown = stored.get(name, ""), known.get(name, nothing)
        if now != value and shown != _mark(now):
            (theirs if shown == _mark(value) else names).append(name)
    if known and (names or theirs):
        raise ChangedMeanwhile(names, marks(stored), theirs)


def merged(seen: str, stored: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    """Return what is *wanted*, with what only the other has changed since it was *seen* as it is *stored*.

    Raises ChangedMeanwhile where both have changed the same; a form without marks is taken as it is.
    """
    try:
        check(seen, stored, wanted)
    except ChangedMeanwhile as changed:
        if changed.names:
            raise
        return {**wanted, **{name: stored.get(name, "") for name in changed.theirs}}
    return dict(wanted)


def _mark(value: object) -> str:
    if isinstance(value, datetime):
        # The same moment in another zone is the same.
        value = value.astimezone(UTC)
    elif isinstance(value, tuple):
        value = list(value)
    return hashlib.blake2s(str(value).encode(), digest_size=4).hexdigest()
