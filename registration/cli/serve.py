"""Serve pages and send mail, in one process or in several."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import FrameType
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from registration.cli.context import check_schema, sqlite_file, with_database
from registration.cli.database import bring_schema_up
from registration.cli.demo import is_empty, print_demo
from registration.cli.listening import addresses_of, is_this_machine_alone, listen, shown
from registration.cli.logs import log_lines
from registration.cli.memory import share_memory
from registration.cli.server import Server
from registration.cli.working import working
from registration.core.background_threads import BackgroundThreads
from registration.core.server_lock import ServerLock, refuse_network_file
from registration.core.setting_checks import is_loopback
from registration.core.settings import PREFIX, ConfigurationError, is_production
from registration.mail import outbox
from registration.web.body_limits import largest_body

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--web-only", is_flag=True, help="Send no mail; `registration worker` does.")
@with_appcontext
def serve(host: str, port: int, web_only: bool) -> None:
    """Serve pages, and send mail beside it."""
    check_schema()
    app = _app()
    _refuse_open_development(app, host)
    run(app, host, listen(host, port), web_only=web_only)


@click.command()
@with_database
def worker() -> None:
    """Send mail and do what is due; several at once share the work on PostgreSQL."""
    log_lines()
    stop = threading.Event()
    _stop_on_signals(stop)
    log.info("sending mail as it comes")
    with working(_app(), stop) as threads:
        stop.wait()
    _end(threads)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@with_appcontext
def start(host: str, port: int) -> None:
    """Do all that a fresh machine needs: schema, demo events, server and worker (`make run`)."""
    app = _app()
    _refuse_open_development(app, host)
    bring_schema_up()
    sockets = listen(host, port, "--port" if is_production(app.config) else "make run PORT=8001 (or --port)")
    _take_address(app, host, sockets)
    own = app.config["BASE_URL"]
    if not is_production(app.config):
        if is_empty():
            print_demo(as_json=False)
        else:
            click.echo("The demo is there. `registration demo --json` makes new passwords for its sign-ins.")
        click.echo(f"Mails:   {app.config['MAIL_URL']}  (read them at {own}/dev/mailbox/)")
    click.echo(f"Sign in: {own}/login")
    run(app, host, sockets)


def run(app: Flask, host: str, sockets: Sequence[socket.socket], *, web_only: bool = False) -> None:
    """Serve *app* at *sockets* until it is told to stop. Raises ConfigurationError where that is unsafe."""
    log_lines()
    share_memory()
    stop = threading.Event()
    threads: BackgroundThreads | None = None
    with ExitStack() as held:
        file = sqlite_file()
        if file is not None:
            refuse_network_file(file)
            held.enter_context(ServerLock(file))
        server = _server(app, sockets)
        held.callback(server.close)
        if not web_only:
            threads = held.enter_context(working(app, stop))
        _take_address(app, host, sockets)
        _warn(app)
        _stop_on_signals(stop, server.wake)
        click.echo(f"Open:    {app.config['BASE_URL']}/")
        for one in sockets:
            log.info("listening at %s", shown(*one.getsockname()[:2]))
        server.run(stop)
        log.info("stopped")
    if threads is not None:
        _end(threads)


def _end(threads: BackgroundThreads) -> None:
    """Exit 1 with a sentence when the process had to end because a thread of it could not live."""
    if threads.end:
        click.echo(f"registration: {threads.end}. The log says why.", err=True)
        sys.exit(1)


def _server(app: Flask, sockets: Sequence[socket.socket]) -> Server:
    return Server(
        app,
        sockets,
        app.config["THREADS"],
        # Slow visitors cost a connection, not a thread: waitress reads them without one.
        channel_timeout=30,
        cleanup_interval=5,
        max_request_header_size=32768,
        # Flask answers what is too long with a page; this only stops what would never end.
        max_request_body_size=largest_body(app.config),
    )


def _take_address(app: Flask, host: str, sockets: Sequence[socket.socket]) -> None:
    """In development, links in mails begin with where this server is, unless a setting says otherwise."""
    if not is_production(app.config) and f"{PREFIX}BASE_URL" not in os.environ:
        app.config["BASE_URL"] = f"http://{shown(host, sockets[0].getsockname()[1])}"
        own = urlsplit(app.config["BASE_URL"]).hostname
        app.config["TRUSTED_HOSTS"] = sorted(
            {*app.config["TRUSTED_HOSTS"], f"[{own}]" if ":" in str(own) else own}
        )


def _warn(app: Flask) -> None:
    """Say in one line each what serves, and yet is probably not meant."""
    url = urlsplit(app.config["BASE_URL"])
    if url.scheme == "https" and not app.config["TRUSTED_PROXIES"]:
        log.warning(
            "%sBASE_URL begins with https, which a proxy in front of this server must speak, and"
            " %sTRUSTED_PROXIES is 0: set it to the number of proxies, or all visitors count as one.",
            PREFIX,
            PREFIX,
        )
    if url.scheme == "http" and is_production(app.config) and not is_loopback(url.hostname or ""):
        log.warning(
            "%sBASE_URL begins with http: passwords and links travel open, and cookies are not kept to https."
            " Set it to the https address that people use.",
            PREFIX,
        )


def _refuse_open_development(app: Flask, host: str) -> None:
    if is_production(app.config):
        return
    if not is_this_machine_alone(addresses_of(host)):
        raise ConfigurationError(
            "Development shows every mail to everybody, so it serves this machine only."
            " Set REGISTRATION_ENV=production to serve others."
        )


def _stop_on_signals(stop: threading.Event, *wake: Callable[[], None]) -> None:
    """Let SIGTERM and Ctrl-C set *stop*, and call *wake*; the second one ends the process at once."""

    def ended(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(1)
        stop.set()
        outbox.news.set()
        for one in wake:
            one()

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)


def _app() -> Flask:
    # The object itself: threads have no context of their own that the proxy could find.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
