"""A server of the application in a thread of its own, as `registration serve` sets it up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from registration.cli.listening import listen
from registration.cli.server import Server


@contextmanager
def serving(app: Flask, **options: Any) -> Iterator[int]:
    """Serve *app* on loopback, with waitress's *options*, and yield the port."""
    sockets = listen("127.0.0.1", 0)
    server = Server(app, sockets, 2, **options)
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    try:
        yield int(sockets[0].getsockname()[1])
    finally:
        stop.set()
        server.wake()
        thread.join(timeout=30)
        server.close()
