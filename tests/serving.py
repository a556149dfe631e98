"""A server of the application in a thread of its own, as `registration serve` sets it up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from registration.cli.polling import PolledChannel


@contextmanager
def serving(app: Flask, **options: Any) -> Iterator[int]:
    """Serve *app* on loopback, with waitress's *options*, and yield the port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=2, ident=None, **options)
    server.channel_class = PolledChannel
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=server._map, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        stop.set()
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        server.close()
        wasyncore.close_all(server._map, ignore_all=True)
