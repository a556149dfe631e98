"""What the settings of mail must be, so that the first mail can leave and what comes back can arrive."""

from collections.abc import Callable, Mapping
from typing import Any

from registration.core.configuration import PREFIX, ConfigurationError, refused, shown
from registration.mail.envelope import UnsendableLetter, sendable_address
from registration.mail.transport import transport_from_url

# Of nobody, by RFC 2606 and RFC 6761: mail from there is refused everywhere.
_OF_NOBODY = ("example.org", "example.com", "example.net", "example", "invalid", "localhost")
# Behind the local part stand a plus, a number and a code (addresses.py); SMTP takes 64 characters.
_LOCAL_WITH_NUMBER = 64 - len("+.") - 18 - 16


def check(settings: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first setting with which mail could not work."""
    for name, look in CHECKS.items():
        look(name, settings)


def _check_url(name: str, settings: Mapping[str, Any]) -> None:
    try:
        transport_from_url(settings[name])
    except ValueError as error:
        raise ConfigurationError(f"{PREFIX}{name} cannot be used. {error}") from None


def _check_sender(name: str, settings: Mapping[str, Any]) -> None:
    _check_address(name, settings, "the address that mails come from, as in events@your-domain")


def _check_incoming(name: str, settings: Mapping[str, Any]) -> None:
    told = settings[name]
    if not told:
        return
    _check_address(name, settings, "an address that your mail server pipes in, as in events@your-domain")
    if len(told.rpartition("@")[0]) > _LOCAL_WITH_NUMBER or "+" in told:
        raise refused(
            name,
            f"without a plus and have at most {_LOCAL_WITH_NUMBER} characters before the @,"
            " since each mail adds a plus and a number there",
            told,
        )
    if settings["BOUNCE_ADDRESS"].lower() == settings["REPLY_ADDRESS"].lower():
        raise ConfigurationError(
            f"{PREFIX}BOUNCE_ADDRESS and {PREFIX}REPLY_ADDRESS must be two addresses; both are {shown(told)}."
        )


def _check_address(name: str, settings: Mapping[str, Any], must: str) -> None:
    told = settings[name]
    try:
        sendable_address(told)
    except UnsendableLetter:
        raise refused(name, must, told) from None
    domain = told.rpartition("@")[2].lower()
    is_of_nobody = any(domain == one or domain.endswith(f".{one}") for one in _OF_NOBODY)
    if settings["ENV"] == "production" and is_of_nobody:
        raise ConfigurationError(
            f"Set {PREFIX}{name} to {must}: no mail server takes mail from {shown(told)}, which is nobody's."
        )


CHECKS: dict[str, Callable[[str, Mapping[str, Any]], None]] = {
    "MAIL_URL": _check_url,
    "MAIL_FROM": _check_sender,
    "BOUNCE_ADDRESS": _check_incoming,
    "REPLY_ADDRESS": _check_incoming,
}
