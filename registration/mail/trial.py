"""A mail that is sent at once, to see whether mail arrives and what the relay says."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from registration.core import clock
from registration.core.refusal import Refusal
from registration.core.settings import ConfigurationError
from registration.core.text import normal_email
from registration.core.tokens import random_hex
from registration.mail.envelope import Letter, UnsendableLetter, build
from registration.mail.transport import Undelivered, transport_from_url


def send_trial(address: str) -> None:
    """Send a mail to *address* now. Raises ConfigurationError, or Refusal with what the relay said."""
    try:
        normal_email(address)
    except ValueError:
        raise ConfigurationError(f"{address} is no e-mail address.") from None
    try:
        transport = transport_from_url(current_app.config["MAIL_URL"])
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    try:
        transport.send(build(_letter(address)), current_app.config["MAIL_FROM"], address)
    except (Undelivered, UnsendableLetter) as error:
        raise Refusal(str(error)) from None


def _letter(address: str) -> Letter:
    config = current_app.config
    with force_locale(config["LOCALE"]):
        subject = _("A test from %(site)s", site=config["SITE_NAME"])
        url = config["BASE_URL"]
        told = _("This email was sent to see whether email from %(url)s arrives. It does.", url=url)
    return Letter(
        to_name="",
        to_email=address,
        from_name=config["SITE_NAME"],
        from_email=config["MAIL_FROM"],
        subject=subject,
        text=f"{told}\n",
        message_id=f"<{random_hex(12)}@{config['UID_HOST']}>",
        date=clock.now(),
        language=config["LOCALE"],
    )
