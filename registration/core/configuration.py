"""What a setting is refused with: one sentence that names it, says what it is and what to do."""

from click import ClickException

PREFIX = "REGISTRATION_"
# What was typed is shown, but never a novel.
_SHOWN = 60


class ConfigurationError(ClickException):
    """A setting is missing or unsafe; the message is one sentence that says what to do.

    Click and Flask end a command with such an error in one line, so no way of starting shows a traceback.
    """

    exit_code = 2


def refused(name: str, must: str, got: object) -> ConfigurationError:
    """Return the error for the setting *name*, which *must* be otherwise than *got*."""
    return ConfigurationError(f"{PREFIX}{name} must be {must}; it is {shown(got)}.")


def shown(got: object) -> str:
    """Return *got* in quotes, short, on one line."""
    text = str(got)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
