"""How fast the worker writes mails and hands them over, and whether its memory grows on the way.

The relay is a sink in a process of its own that takes everything; the worker is a process too.
This alone, on the databases named: BENCH_MAILS=100000 python -m bench.mails sqlite postgres
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bench.server import settings
from registration import create_app
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.mail.models import OutgoingMessage
from registration.mail.transport import transport_from_url
from registration.mail.worker import send_due
from registration.schema.migrations import migrate
from tests import factories, postgres

MAILS = int(os.environ.get("BENCH_MAILS", "3000"))
# Nobody gets hundreds of mails about one event: each invitation looks at when the earlier ones left.
PEOPLE = max(1000, MAILS // 10)


def measure_mails(kind: str, app: Flask, url: str, folder: Path) -> None:
    """Print how fast MAILS mails leave, and how much memory the worker has on the way."""
    with app.app_context():
        _decide(MAILS)
    with _sink() as port:
        told = subprocess.run(
            [sys.executable, "-m", "bench.mails", "worker", url, str(folder), str(port)],
            check=True,
            capture_output=True,
            text=True,
        )
    per_second, early, half, late = (float(one) for one in told.stdout.split())
    print(f"| mails written and sent in a second of one core | {kind} | {per_second:.0f} | – | – | ≥ 200 |")
    print(
        f"| memory of the worker after {MAILS:,} mails | {kind} | {late:.0f} MB"
        f" | {early:.0f} MB after a tenth, {half:.0f} MB after half | {late / early:.2f} | ≤ 1.1 |",
        flush=True,
    )


def _decide(count: int) -> None:
    """Put *count* confirmations into the outbox, for people who are really registered."""
    event = factories.make_event(capacity=PEOPLE, title="Mail", organiser="bench")
    for number in range(PEOPLE):
        factories.register(event, f"Ada {number}")

    def work(session: Session) -> None:
        connection = session.connection()
        table = OutgoingMessage.__table__
        connection.execute(update(table).values(state="superseded"))
        first = connection.execute(
            select(table).where(table.c.event_id == event.id, table.c.kind == "confirmed")
        ).mappings()
        people = [{name: value for name, value in row.items() if name != "id"} for row in first]
        later = clock.now() + timedelta(days=365)
        rows = [
            {
                **people[number % len(people)],
                "message_id": f"<bench{number}@example.org>",
                "state": "pending",
                "due_at": later,
            }
            for number in range(count)
        ]
        connection.execute(insert(table), rows)

    write_tx(work)


@contextmanager
def _sink() -> Iterator[int]:
    sink = subprocess.Popen([sys.executable, "-m", "bench.mails", "sink"], stdout=subprocess.PIPE, text=True)
    assert sink.stdout is not None
    try:
        yield int(sink.stdout.readline())
    finally:
        sink.terminate()
        sink.wait(timeout=20)
        sink.stdout.close()


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take any mail (RFC 5321, as much as our transport says)."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await writer.drain()
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 taken\r\n")
        elif verb == b"EHLO":
            writer.write(b"250-sink\r\n250 SIZE 10485760\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 fine\r\n")
        await writer.drain()
    await writer.drain()
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_take, "127.0.0.1", 0, limit=10 * 1024 * 1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _work(url: str, folder: Path, port: int) -> None:
    app = create_app(settings(url, folder))
    relay = transport_from_url(f"smtp://127.0.0.1:{port}")
    tenth, half = MAILS // 10, MAILS // 2
    with app.app_context():
        _release(tenth)
        send_due(relay)
        memory = [_memory()]
        took = 0.0
        for more in (half - tenth, MAILS - half):
            _release(more)
            # On one core: what others do on this machine meanwhile does not count.
            begun = time.process_time()
            sent = send_due(relay)
            took += time.process_time() - begun
            memory.append(_memory())
            assert sent == more, sent
        left = db.session.scalars(select(OutgoingMessage.state).distinct()).all()
        assert set(left) <= {"sent", "superseded"}, left
    print((MAILS - tenth) / took, *memory)


def _release(count: int) -> None:
    """Let the next *count* mails be sent now."""
    table = OutgoingMessage.__table__
    ids = select(table.c.id).where(table.c.state == "pending").order_by(table.c.id).limit(count)
    due = update(table).where(table.c.id.in_(ids)).values(due_at=clock.now())
    write_tx(lambda session: session.execute(due))


def _memory() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _alone(kind: str, url: str, folder: Path) -> None:
    app = create_app(settings(url, folder))
    with app.app_context():
        migrate(db.engine)
    measure_mails(kind, app, url, folder)


def _on(kinds: list[str]) -> None:
    """Measure on each of the databases named."""
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in kinds:
            _alone("sqlite", f"sqlite:///{folder}/mails.sqlite3", Path(folder))
        if "postgres" in kinds:
            with postgres.server() as uri:
                postgres.execute(uri, "ALTER SYSTEM SET fsync = on")
                postgres.execute(uri, "SELECT pg_reload_conf()")
                postgres.execute(uri, "CREATE DATABASE bench_mails")
                url = postgres.database_url(uri, "bench_mails")
                _alone("postgres", url.replace("postgresql://", "postgresql+psycopg://"), Path(folder))


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        asyncio.run(_serve())
    elif sys.argv[1] != "worker":
        _on(sys.argv[1:])
    else:
        _work(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
