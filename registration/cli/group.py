"""The program itself: the options that stand before a command, and errors as one line."""

import os
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from registration.cli.envfile import read_env_file
from registration.core.settings import ConfigurationError

ENV_FILE = "REGISTRATION_ENV_FILE"
_TRACE = "registration.trace"


def program(create_app: Callable[[], Flask], *commands: click.Command) -> click.Group:
    """Return the group of all *commands*; the application is made when a command needs it."""

    @click.group(
        name="registration",
        help="Registration for events with limited seats.",
        context_settings={"obj": ScriptInfo(create_app=create_app)},
        commands=list(commands),
    )
    @click.version_option(version("registration"), prog_name="registration", message="%(prog)s %(version)s")
    @click.option(
        "--env-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help=f"Read settings from FILE, as systemd's EnvironmentFile= does; else {ENV_FILE} names it.",
    )
    @click.option("--trace", is_flag=True, help="Show where in the program an error arose.")
    @click.pass_context
    def group(context: click.Context, env_file: Path | None, trace: bool) -> None:
        context.meta[_TRACE] = trace
        take_settings(env_file)

    return group


def take_settings(env_file: Path | None) -> None:
    """Put the settings of *env_file* into the environment, which wins. Raises ConfigurationError."""
    # Taken out: it is no setting of the application, and a child must not read the file again.
    named = os.environ.pop(ENV_FILE, "")
    file = env_file or (Path(named) if named else None)
    if file is None:
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ConfigurationError(f"The settings in {file} cannot be read ({reason}).") from None
    for name, value in read_env_file(text, file).items():
        os.environ.setdefault(name, value)


def explain(error: Exception) -> str:
    """Return the one line about an *error* that nobody foresaw: what and where, for whoever mends it."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    kind = type(error).__name__
    return f"A fault of the program ({kind}{place}). Report what `registration --trace …` shows."


def is_traced(arguments: list[str]) -> bool:
    """Say whether a trace is asked for: before the command, where our own options stand."""
    return "--trace" in _before_command(arguments)[0]


def command_word(arguments: list[str]) -> str:
    """Return which command *arguments* call, or nothing."""
    return _before_command(arguments)[1]


def _before_command(arguments: list[str]) -> tuple[list[str], str]:
    options: list[str] = []
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            return options, word
        options.append(word)
        if word == "--env-file":
            next(words, None)
    return options, ""
