"""Serve pages and send mail, in one process or in several."""

import ipaddress
import logging
import os
import signal
import threading
from contextlib import ExitStack, suppress
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.server import BaseWSGIServer, create_server

from registration.cli.context import check_schema, with_database
from registration.cli.database import bring_schema_up, sqlite_file
from registration.cli.demo import is_empty, print_demo
from registration.cli.memory import share_memory
from registration.cli.polling import PolledChannel
from registration.cli.working import working
from registration.core.server_lock import ServerLock, refuse_network_file
from registration.core.settings import PREFIX, ConfigurationError, is_production
from registration.mail import outbox
from registration.mail import worker as mail
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
    run(_app(), host, port, web_only=web_only)


@click.command()
@with_database
def worker() -> None:
    """Send mail and do what is due; several at once share the work on PostgreSQL."""
    stop = threading.Event()
    _stop_on_signals(stop)
    click.echo("worker: sending mail as it comes", err=True)
    with working(_app(), stop):
        stop.wait()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@with_appcontext
def start(host: str, port: int) -> None:
    """Do all that a fresh machine needs: schema, demo events, server and worker (`make run`)."""
    bring_schema_up()
    app = _app()
    _take_address(app, host, port)
    own = app.config["BASE_URL"]
    if not is_production(app.config):
        if is_empty():
            print_demo(as_json=False)
        else:
            click.echo("The demo is there. `registration demo --json` makes new passwords for its sign-ins.")
    click.echo(f"Mails:   {app.config['MAIL_URL']}  (read them at {own}/dev/mailbox/)")
    click.echo(f"Sign in: {own}/login")
    run(app, host, port)


def run(app: Flask, host: str, port: int, *, web_only: bool = False) -> None:
    """Serve *app* until it is told to stop. Raises ConfigurationError when that would be unsafe."""
    _refuse_open_development(app, host)
    _check_mail(app)
    share_memory()
    stop = threading.Event()
    with ExitStack() as held:
        file = sqlite_file()
        if file is not None:
            refuse_network_file(file)
            held.enter_context(ServerLock(file))
        server = _listening(app, host, port)
        if not web_only:
            held.enter_context(working(app, stop))
        # A request that waits for a thread is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        _take_address(app, host, server.effective_port)
        click.echo(f"Open:    {app.config['BASE_URL']}/")
        _stop_on_signals(stop, server.close)
        with suppress(KeyboardInterrupt, SystemExit):
            server.run()


def _listening(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Return the server, its port already taken. Raises ConfigurationError when it is not free."""
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=app.config["THREADS"],
            # Slow visitors cost a connection, not a thread: waitress reads them without one.
            connection_limit=1000,
            channel_timeout=30,
            cleanup_interval=10,
            max_request_header_size=32768,
            # Flask answers what is too long with a page; this only stops what would never end.
            max_request_body_size=largest_body(app.config),
            ident=None,
        )
        server.channel_class = PolledChannel
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} of {host} cannot be had ({error.strerror}). Choose another: make run PORT=8001."
        ) from None
    return server


def _check_mail(app: Flask) -> None:
    try:
        mail.check_transport(app.config["MAIL_URL"])
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _take_address(app: Flask, host: str, port: int) -> None:
    """In development, links in mails begin with where this server is, unless a setting says otherwise."""
    if not is_production(app.config) and f"{PREFIX}BASE_URL" not in os.environ:
        app.config["BASE_URL"] = f"http://{host}:{port}"


def _refuse_open_development(app: Flask, host: str) -> None:
    if is_production(app.config):
        return
    is_local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    if not is_local:
        raise ConfigurationError(
            "Development shows every mail to everybody, so it serves this machine only."
            " Set REGISTRATION_ENV=production to serve others."
        )


def _stop_on_signals(stop: threading.Event, *actions: object) -> None:
    def ended(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        outbox.news.set()
        if actions:
            raise SystemExit(0)

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)


def _app() -> Flask:
    # The object itself: threads have no context of their own that the proxy could find.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
