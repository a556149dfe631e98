"""PDFs for many at once: a few programs, each asked in turn, and none that everybody waits for."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registration.core import typesetting
from registration.core.bundled import bundled
from registration.core.database import db
from registration.core.transaction import SlowWithin, write_tx
from registration.core.typesetting import NoTypesetter, typeset

# Sets a document as its facts say: slowly, never, or by dying; and notes that it was started, and asked.
PROGRAM = """
import json, os, struct, sys, time
with open({notes!r}, "a") as notes:
    notes.write(f"started {{os.getpid()}}\\n")
while head := sys.stdin.buffer.read(4):
    facts = json.loads(sys.stdin.buffer.read(struct.unpack(">I", head)[0]))["facts"]
    with open({notes!r}, "a") as notes:
        notes.write("asked\\n")
    if facts.get("dies"):
        os._exit(3)
    time.sleep(facts.get("seconds", 0))
    made = b"%PDF " + facts["n"].encode()
    sys.stdout.buffer.write(b"\\0" + struct.pack(">I", len(made)) + made)
    sys.stdout.buffer.flush()
"""
NAME = "ticket/ticket.typ"


@pytest.fixture
def notes(tmp_path, monkeypatch) -> Iterator[Path]:
    """Where the program notes that it was started and asked; it is in place of ours."""
    program, notes = tmp_path / "program.py", tmp_path / "notes"
    program.write_text(PROGRAM.format(notes=str(notes)))
    notes.write_text("")
    typesetting.close()
    monkeypatch.setattr(typesetting, "_TYPESETTER", program)
    yield notes
    typesetting.close()


def count(notes: Path, word: str) -> int:
    return sum(line.startswith(word) for line in notes.read_text().splitlines())


def test_however_many_ask_at_once_a_few_programs_set_them(notes):
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda n: typeset(NAME, {"n": str(n), "seconds": 0.02}), range(40)))
    assert made == [f"%PDF {n}".encode() for n in range(40)]
    assert 1 <= count(notes, "started") <= typesetting.PROCESSES
    assert count(notes, "asked") == 40


def test_the_same_document_is_set_once_for_all_who_ask(notes):
    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(lambda _n: typeset(NAME, {"n": "7", "seconds": 0.2}), range(10)))
    assert made == {b"%PDF 7"} == {typeset(NAME, {"n": "7", "seconds": 0.2})}
    assert count(notes, "asked") == 1


def test_one_that_hangs_is_ended_in_time_and_the_next_is_set(notes, monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 0.5)
    typeset(NAME, {"n": "0"})
    begun = time.monotonic()
    with pytest.raises(NoTypesetter):
        typeset(NAME, {"n": "1", "seconds": 60})
    assert time.monotonic() - begun < 5
    monkeypatch.setattr(typesetting, "SECONDS", 10)
    assert typeset(NAME, {"n": "2"}) == b"%PDF 2"
    started = [int(line.split()[1]) for line in notes.read_text().splitlines() if line.startswith("started")]
    assert len(started) == 2
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_when_all_hang_nobody_waits_for_more_than_a_few(notes, monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 1.0)
    for number in range(8):
        with pytest.raises(NoTypesetter):
            typeset(NAME, {"n": str(number), "seconds": 60})
    assert count(notes, "asked") == 3


def test_one_that_dies_takes_nobody_with_it(notes):
    with pytest.raises(NoTypesetter):
        typeset(NAME, {"n": "1", "dies": True})
    assert typeset(NAME, {"n": "2"}) == b"%PDF 2"


def test_requests_that_wait_leave_threads_for_the_others(notes, page_app):
    page_app.config["THREADS"] = 4
    answers: list[bytes | None] = []
    refused = threading.Event()

    def ask(number: int) -> None:
        with page_app.test_request_context():
            try:
                answers.append(typeset(NAME, {"n": str(number), "seconds": 1}))
            except NoTypesetter:
                answers.append(None)
                refused.set()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    # Whoever may not wait is told so at once, and not when the others are done.
    assert refused.wait(0.9)
    # The worker's mails wait for their turn.
    assert typeset(NAME, {"n": "mail"}) == b"%PDF mail"
    for thread in threads:
        thread.join()
    assert answers.count(None) == 4


def test_what_was_set_is_kept_within_bounds(notes, monkeypatch):
    monkeypatch.setattr(typesetting, "_MOST_KEPT", 2)
    for n in ("1", "2", "3", "1"):
        typeset(NAME, {"n": n})
    assert count(notes, "asked") == 4


def test_our_own_program_sets_one_after_the_other():
    typesetting.close()
    facts = {"lang": "en", "title": "T", "organiser": "O", "note": "N", "tickets": []}
    certificate = dict.fromkeys(
        ("heading", "confirms", "name", "firm", "attended", "event", "when", "where"), "x"
    )
    for number in range(2):
        told = facts | certificate | {"title": str(number)}
        assert typeset("certificate/certificate.typ", told).startswith(b"%PDF-")
    [process] = typesetting._rooms[-1].idle
    assert process._asked == 2
    typesetting.close()


def test_nothing_is_set_within_a_transaction_and_no_read_waits_for_it(page_app, notes):
    with pytest.raises(SlowWithin):
        write_tx(lambda _session: typeset(NAME, {"n": "1"}))
    db.session.connection()
    typeset(NAME, {"n": "2"})
    assert not db.session().in_transaction()


def test_a_child_of_the_server_starts_programs_of_its_own(notes):
    typeset(NAME, {"n": "1"})
    child = os.fork()
    if child == 0:
        os._exit(0 if typeset(NAME, {"n": "2"}) == b"%PDF 2" and not typesetting.close() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert typeset(NAME, {"n": "3"}) == b"%PDF 3"
    assert count(notes, "started") == 2


def test_the_program_ends_when_nobody_asks():
    program = bundled("templates").parent / "registration" / "core" / "typesetter.py"
    assert program.is_file()
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-I", str(program), "0.1"]) == 0


@pytest.mark.parametrize(
    "slow", [lambda path: subprocess.run(["true"], check=True), lambda path: path.write_text("x")]
)
def test_no_program_and_no_file_within_a_transaction(page_app, tmp_path, slow):
    with pytest.raises(SlowWithin):
        write_tx(lambda _session: slow(tmp_path / "x"))
    slow(tmp_path / "x")
