"""A mail worker that is killed at one step, as the kernel kills: nothing gets to clean up.

The step is begin or commit (of a transaction, just before), data or taken (of a mail, before it is handed
over and after the relay said that it has it); its number says which of them.
"""

import os
import signal
import smtplib
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event

from registration import create_app
from registration.core.database import db
from registration.mail.transport import transport_from_url
from registration.mail.worker import send_due
from tests.conftest import settings_for


def send_until(step: str, number: int, url: str, folder: Path, port: int) -> None:
    """Send what is due until the step comes."""
    seen: Counter[str] = Counter()

    def passes(name: str) -> None:
        seen[name] += 1
        if (name, seen[name]) == (step, number):
            os.kill(os.getpid(), signal.SIGKILL)

    class Relay(smtplib.SMTP):
        def data(self, msg: Any) -> Any:
            passes("data")
            answer = super().data(msg)
            passes("taken")
            return answer

    smtplib.SMTP = Relay  # type: ignore[misc]
    app = create_app(settings_for(url, folder))
    with app.app_context():
        event.listen(db.engine, "begin", lambda _connection: passes("begin"))
        event.listen(db.engine, "commit", lambda _connection: passes("commit"))
        send_due(transport_from_url(f"smtp://127.0.0.1:{port}"))
