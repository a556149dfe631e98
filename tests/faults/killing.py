"""A process that ends itself with kill -9 at a chosen point of one operation."""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from registration.app import create_app
from registration.booking.admission.services import register
from registration.booking.changes.cancel import Target, cancel
from registration.booking.changes.offers import accept
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.tasks.sweep import sweep
from registration.core.database import db
from registration.journal.services import ATTENDEE, SYSTEM
from registration.proof.crash import crashing
from registration.schema.migrations import migrate
from tests.forking import forking

Act = Callable[..., object]
# A new operation is one entry here and one test that says what must hold after it.
ACTS: Mapping[str, Act] = {
    "register": register,
    "cancel": lambda target: cancel(Target(*target), ATTENDEE),
    "change capacity": lambda event_id, pool_id, wanted: change_capacity(event_id, pool_id, wanted, SYSTEM),
    "sweep": sweep,
    "migrate": lambda: migrate(db.engine),
    "accept": lambda target: accept(Target(*target), ATTENDEE),
}


def killed_at(settings: Mapping[str, Any], act: str, values: tuple[Any, ...], point: int) -> bool:
    """Do *act* in a process that is killed at *point*; say whether it came that far."""
    process = forking().Process(target=_act, args=(dict(settings), act, values, point))
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    if code == -signal.SIGKILL:
        return True
    assert code == 0, f"{act} ended with {code}"
    return False


def _act(settings: dict[str, Any], act: str, values: tuple[Any, ...], point: int) -> None:
    with create_app(settings).app_context():
        with crashing(db.engine, point, _die):
            ACTS[act](*values)
        db.engine.dispose()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
