"""Documents as PDF, from a Typst source in templates/ and facts that are only shown, never carried out.

A few long-lived programs set them: whoever asks waits for a turn, for so long and no longer; what was set
a moment ago is not set again. So no number of requests starts more than these few processes.
"""

import atexit
import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from typing import Any

from flask import current_app, has_app_context, has_request_context
from flask_babel import lazy_gettext as _l

from registration.core.bundled import bundled
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.core.transaction import refuse_within
from registration.core.typesetting_process import Broken, Process

SECONDS = 10.0
PROCESSES = 2
_TYPESETTER = Path(__file__).with_name("typesetter.py")
_MOST_KEPT = 64
_MOST_KEPT_BYTES = 8 * 1024 * 1024
# After so many in a row that were not set in time, nobody waits for the next for a while.
_MOST_LATE = 3
_REST_SECONDS = 30.0


class NoTypesetter(Refusal):
    """The PDF cannot be made now."""

    status = 503
    code = "unavailable"


class _Room:
    """The programs, who waits for them, and what they made."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.turns = threading.BoundedSemaphore(PROCESSES)
        self.idle: list[Process] = []
        self.asked: dict[str, Future[bytes]] = {}
        self.kept: OrderedDict[str, bytes] = OrderedDict()
        self.waiting = 0
        self.late = 0
        self.rests_until = 0.0


_rooms = [_Room()]
# A child must neither talk to its parent's programs nor end them: their room stays, and is not entered.
os.register_at_fork(after_in_child=lambda: _rooms.append(_Room()))


def typeset(name: str, facts: Mapping[str, Any]) -> bytes:
    """Return the document *name* of templates/ with its *facts*. Raises NoTypesetter.

    The request's own read ends first: no transaction and no connection waits for it.
    """
    refuse_within("typesetting")
    if has_app_context():
        db.session.rollback()
    source = bundled("templates").joinpath(name).read_text(encoding="utf-8")
    asked = json.dumps({"source": source, "facts": facts}, sort_keys=True).encode()
    key = hashlib.sha256(str(_TYPESETTER).encode() + asked).hexdigest()
    room = _rooms[-1]
    made = _kept(room, key)
    if made is None:
        try:
            made = _in_turn(room, key, asked)
        except (Broken, OSError, TooLate) as error:
            raise NoTypesetter(
                _l("The PDF cannot be made just now. Please try again in a minute.")
            ) from error
    return made


def close() -> None:
    """End the programs that wait for work, and forget what they made."""
    room = _rooms[-1]
    with room.lock:
        idle, room.idle = room.idle, []
        room.kept.clear()
        room.late, room.rests_until = 0, 0.0
    for process in idle:
        process.close()


atexit.register(close)


def _kept(room: _Room, key: str) -> bytes | None:
    with room.lock:
        if key in room.kept:
            room.kept.move_to_end(key)
        return room.kept.get(key)


def _in_turn(room: _Room, key: str, asked: bytes) -> bytes:
    """Set what is *asked*, once for all who ask the same at the same time. Raises Broken, TooLate."""
    deadline = time.monotonic() + SECONDS
    with room.lock:
        known = room.asked.get(key)
        mine: Future[bytes] = known or Future()
        if known is None and time.monotonic() < room.rests_until:
            raise Broken("too many were late")
        # Of requests only some may wait, so that the others have threads left to be answered by.
        if has_request_context() and room.waiting >= max(1, current_app.config["THREADS"] // 2):
            raise Broken("too many wait")
        room.asked[key] = mine
        room.waiting += 1
    try:
        if known is None:
            _lead(room, key, asked, mine, deadline)
        return mine.result(max(0.0, deadline - time.monotonic()))
    finally:
        with room.lock:
            room.waiting -= 1


def _lead(room: _Room, key: str, asked: bytes, mine: "Future[bytes]", deadline: float) -> None:
    """Let a program set it, and tell whoever waits for *mine*."""
    try:
        made = _made(room, asked, deadline)
    except BaseException as error:
        with room.lock:
            del room.asked[key]
        mine.set_exception(error)
        return
    with room.lock:
        del room.asked[key]
        room.kept[key] = made
        while len(room.kept) > _MOST_KEPT or sum(map(len, room.kept.values())) > _MOST_KEPT_BYTES:
            room.kept.popitem(last=False)
    mine.set_result(made)


def _made(room: _Room, asked: bytes, deadline: float) -> bytes:
    if not room.turns.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise TooLate
    try:
        process = _process(room)
        try:
            made = process.ask(asked, deadline)
        except BaseException as error:
            process.close()
            _note_late(room, is_late=isinstance(error, TooLate))
            raise
        with room.lock:
            room.idle.append(process)
        _note_late(room, is_late=False)
        return made
    finally:
        room.turns.release()


def _note_late(room: _Room, *, is_late: bool) -> None:
    with room.lock:
        room.late = room.late + 1 if is_late else 0
        if room.late >= _MOST_LATE:
            room.late, room.rests_until = 0, time.monotonic() + _REST_SECONDS


def _process(room: _Room) -> Process:
    """Return a program that waits, else a new one."""
    while True:
        with room.lock:
            process = room.idle.pop() if room.idle else None
        if process is None:
            return Process(_TYPESETTER)
        if process.is_ready(_TYPESETTER):
            return process
        process.close()
