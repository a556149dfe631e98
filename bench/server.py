"""The servers that are compared: ours, and a bare Flask application that does the least that can be asked."""

import logging
import sys
import threading
from pathlib import Path

from flask import Flask, request
from sqlalchemy import create_engine, text

from registration import create_app
from registration.cli.listening import listen
from registration.cli.memory import share_memory
from registration.cli.server import Server
from registration.core.database import prepare

THREADS = 8


def floor(url: str) -> Flask:
    """Return the floor: a hello, and a POST that takes a seat and inserts two rows in one transaction."""
    app = Flask("floor")
    engine = create_engine(url, pool_size=THREADS)
    prepare(engine)
    writing = engine.execution_options(tx="write")

    @app.get("/")
    def hello() -> str:
        return "<!doctype html><title>Hello</title><p>Hello"

    @app.post("/seat")
    def seat() -> tuple[str, int]:
        with writing.begin() as connection:
            connection.execute(
                text("UPDATE floor_pool SET taken = taken + 1 WHERE id = 1 AND taken < capacity")
            )
            person = {"name": request.form["name"], "email": request.form["email"]}
            connection.execute(text("INSERT INTO floor_person (name, email) VALUES (:name, :email)"), person)
            connection.execute(
                text("INSERT INTO floor_mail (email, kind) VALUES (:email, 'confirmed')"), person
            )
        return "", 303

    return app


def prepare_floor(url: str) -> None:
    """Make the floor's tables."""
    key = "INTEGER PRIMARY KEY" if url.startswith("sqlite") else "SERIAL PRIMARY KEY"
    engine = create_engine(url)
    prepare(engine)
    with engine.execution_options(tx="write").begin() as connection:
        connection.execute(
            text("CREATE TABLE floor_pool (id INTEGER PRIMARY KEY, taken INTEGER, capacity INTEGER)")
        )
        connection.execute(text("INSERT INTO floor_pool VALUES (1, 0, 100000000)"))
        connection.execute(text(f"CREATE TABLE floor_person (id {key}, name TEXT, email TEXT)"))
        connection.execute(text(f"CREATE TABLE floor_mail (id {key}, email TEXT, kind TEXT)"))
    engine.dispose()


def main() -> None:
    """Serve `ours` or `floor` on a free port, and print the port."""
    kind, url, folder = sys.argv[1:4]
    # As `registration serve` does, for both alike, and like it before there is a thread.
    share_memory()
    app = floor(url) if kind == "floor" else create_app(settings(url, Path(folder)))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    sockets = listen("127.0.0.1", 0)
    print(sockets[0].getsockname()[1], flush=True)
    Server(app, sockets, THREADS).run(threading.Event())


def settings(url: str, folder: Path) -> dict[str, object]:
    """Return the settings of the application that is measured."""
    return {
        "DATABASE_URL": url,
        "DATA": str(folder),
        "SECRET_KEY": "a secret for benchmarks, long enough",
        "BASE_URL": "http://127.0.0.1",
        "MAIL_URL": f"file://{folder / 'mails'}",
    }


if __name__ == "__main__":
    main()
