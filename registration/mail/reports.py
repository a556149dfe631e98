"""What other mail servers report of our mail (RFC 3464)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from registration.core.header import one_line
from registration.mail import incoming
from registration.mail.incoming import Ignored

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r"<?[^\s<>;]+@[^\s<>;]+>?")
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
# RFC 3463 §3.2 and RFC 7505: there is no such mailbox or host, and there will be none.
_NOBODY_THERE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.10"})


@dataclass(frozen=True)
class Report:
    """What became of one mail. *recipients* are the addresses that the report was sent to."""

    action: str
    status: str
    recipient: str
    detail: str
    recipients: tuple[str, ...]

    @property
    def is_permanent(self) -> bool:
        """Whether trying again will not help: only a failure of class 5."""
        return self.action == "failed" and self.status.startswith("5.")

    @property
    def says_nobody_there(self) -> bool:
        return self.action == "failed" and self.status in _NOBODY_THERE


def read_report(raw: bytes, envelope: str = "") -> Report:
    """Return what *raw* reports. Raises Ignored when it is no report."""
    message = incoming.read(raw)
    if message.get_content_type() != "multipart/report":
        raise Ignored("This is no delivery report.")
    for group in _groups(message):
        action = str(group.get("Action", "")).strip().lower()
        status = _STATUS.search(str(group.get("Status", "")))
        if action in ACTIONS and status:
            return Report(
                action,
                status[0],
                _mailbox(group, "Original-Recipient") or _mailbox(group, "Final-Recipient"),
                _detail(group, status[0]),
                tuple(incoming.recipients(message, envelope)),
            )
    raise Ignored("The report does not say what became of the mail.")


def _groups(message: Message) -> Iterable[Message]:
    """Return the fields for each recipient, which the parser keeps as messages of their own."""
    for part in incoming.parts(message):
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            return [group for group in part.get_payload() if isinstance(group, Message)]
    return []


def _mailbox(group: Message, name: str) -> str:
    """Return the address of "rfc822; ada@example.org"."""
    return str(group.get(name, "")).rpartition(";")[2].strip().strip("<>")[:254]


def _detail(group: Message, status: str) -> str:
    """Return the server's words without addresses, which end up in lists."""
    said = str(group.get("Diagnostic-Code", "")).partition(";")[2]
    return one_line(f"{status} {_ADDRESS.sub('(address)', said)}", 250)
