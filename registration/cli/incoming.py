"""Take mail that a mail server pipes in: reports of what did not arrive, answers of calendars."""

import sys
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import ScriptInfo, pass_script_info

from registration.booking.inbound import bounces, replies
from registration.booking.inbound.calendar_reply import read_answer
from registration.cli.context import check_schema
from registration.core.settings import ConfigurationError
from registration.mail.incoming import MOST_BYTES, Ignored
from registration.mail.reports import read_report

# sysexits.h: the mail server keeps the mail and pipes it in again later.
TRY_AGAIN = 75
_RECIPIENT = click.option(
    "--recipient", default="", help="To whom the mail server was told to send it; else its headers say."
)
_DROP = click.option(
    "--drop-ignored", is_flag=True, help="Exit 0 for what is ignored, too: the mail server drops it."
)


@click.command()
@_RECIPIENT
@_DROP
@pass_script_info
def bounce(info: ScriptInfo, recipient: str, drop_ignored: bool) -> None:
    """Record an undelivered-email report from stdin.

    Exits 0 when it was noted, 1 when it is not about a mail of ours, 75 when it must come again.
    """

    def work(raw: bytes) -> str:
        address = current_app.config["BOUNCE_ADDRESS"]
        report = read_report(raw, recipient, bounces.is_known(address))
        message_id = bounces.note_bounce(report, address)
        return f"bounce noted mail={message_id}"

    _take(info, work, 0 if drop_ignored else 1)


@click.command()
@_RECIPIENT
@_DROP
@pass_script_info
def reply(info: ScriptInfo, recipient: str, drop_ignored: bool) -> None:
    """Record a calendar reply from stdin.

    Exits 0 when it was noted, 1 when it is no answer to ours, 75 when it must come again.
    """

    def work(raw: bytes) -> str:
        address = current_app.config["REPLY_ADDRESS"]
        noted = replies.note_reply(read_answer(raw, recipient, replies.is_known(address)), address)
        return f"reply noted registration={noted.registration_id} answer={noted.answer}"

    _take(info, work, 0 if drop_ignored else 1)


def _take(info: ScriptInfo, work: Callable[[bytes], str], ignored: int) -> None:
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with info.load_app().app_context():
            check_schema()
            told = work(raw)
    except Ignored as reason:
        click.echo(f"registration: ignored: {reason}", err=True)
        sys.exit(ignored)
    except ConfigurationError as error:
        click.echo(f"registration: try again later: {error}", err=True)
        sys.exit(TRY_AGAIN)
    except Exception as error:
        # Whatever is wrong here is no reason to lose the mail. Its text may hold a person's address.
        click.echo(f"registration: try again later ({type(error).__name__})", err=True)
        sys.exit(TRY_AGAIN)
    click.echo(told, err=True)
