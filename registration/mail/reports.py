"""What other mail servers report of our mail (RFC 3464, 6533), or write of it to people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from registration.core.header import one_line, without_addresses
from registration.mail import incoming, unwritten
from registration.mail.incoming import Ignored, Known
from registration.mail.undeliverable import CODE, addressee, says_nobody_there, specific_status

_WORD = re.compile(r"[a-z]+")
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
# A mail of ours has one recipient; a list behind it may have more.
_MOST_GROUPS = 100
# Of a diagnostic; the code and the reason stand in its first lines.
_MOST_SAID = 2000


@dataclass(frozen=True)
class Report:
    """What became of one mail. *recipients* are the addresses that the report was sent to.

    *recipient* is whom it could not be delivered to in the end, *says_nobody_there* that the address does
    not exist: never a full mailbox, a refusal by rule, or a server that was away.
    """

    action: str
    status: str
    recipient: str
    detail: str
    recipients: tuple[str, ...]
    says_nobody_there: bool = False

    @property
    def is_permanent(self) -> bool:
        """Whether trying again will not help: only a failure of class 5."""
        return self.action == "failed" and self.status.startswith("5.")


def read_report(raw: bytes, envelope: str = "", known: Known | None = None) -> Report:
    """Return what *raw* reports. Raises Ignored when it is no report.

    *known* says which addresses are ours; a mail to none of them is not looked at any further.
    """
    message = incoming.read(raw)
    recipients = tuple(incoming.recipients(message, envelope))
    incoming.refuse_unknown(recipients, known)
    found = [report for group in _groups(message) if (report := _of_group(group, recipients)) is not None]
    if found:
        # A failure says more than what else was tried for the same mail.
        return min(found, key=lambda one: (not one.says_nobody_there, one.action != "failed"))
    letter = unwritten.read_letter(message)
    if letter is None:
        raise Ignored("This is no delivery report, or it does not say what became of the mail.")
    return _report("failed", letter.status, letter.recipient, letter.said, recipients)


def _of_group(group: Mapping[str, str], recipients: tuple[str, ...]) -> Report | None:
    action = _WORD.match(group.get("action", "").strip().lower()[:100])
    status = CODE.search(group.get("status", "")[:200])
    if not action or action[0] not in ACTIONS or not status:
        return None
    # Where it ended, not where it began: an address that sends its mail on is alive itself.
    recipient = addressee(group.get("final-recipient", "") or group.get("original-recipient", ""))
    said = group.get("diagnostic-code", "")[:_MOST_SAID].partition(";")[2]
    return _report(action[0], status[0], recipient, said, recipients)


def _report(action: str, status: str, recipient: str, said: str, recipients: tuple[str, ...]) -> Report:
    status = specific_status(status, said)
    nobody = action == "failed" and says_nobody_there(status, said)
    return Report(action, status, recipient, _detail(status, said), recipients, nobody)


def _groups(message: Message) -> Iterator[Mapping[str, str]]:
    """Yield the fields for each recipient, of every report in *message*, however deep it lies."""
    for part in incoming.parts(message):
        if part.get_content_type() in _STATUS_PARTS:
            for group in _field_groups(part)[:_MOST_GROUPS]:
                if "action" in group:
                    yield group


def _field_groups(part: Message) -> Sequence[Mapping[str, str]]:
    """Return the fields of *part* by group: for all recipients, then for each (RFC 3464 §2.1)."""
    groups: list[dict[str, str]] = [{}]
    name = ""
    for row in _rows(part):
        if not row.strip():
            groups.append({})
            name = ""
        elif row[0] in " \t" and name:
            groups[-1][name] += f" {row.strip()}"
        else:
            name, _colon, value = (one.strip() for one in row.partition(":"))
            name = name.lower()
            groups[-1].setdefault(name, value)
    return [group for group in groups if group]


def _rows(part: Message) -> Iterator[str]:
    """Yield the lines of a report, which the library takes for mails, and reads no encoding in."""
    payload = part.get_payload()
    inner = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else [part]
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    for one in inner:
        rest = one.get_payload()
        rest = rest if isinstance(rest, str) else ""
        if one is part or encoding in ("base64", "quoted-printable"):
            # As one piece: no line of it is a field before it is decoded.
            plain = Message()
            plain["Content-Transfer-Encoding"] = encoding
            plain.set_payload(rest[: incoming.MOST_PART_BYTES])
            yield from incoming.text(plain).splitlines()
        else:
            for name, value in one.items():
                yield f"{name}: {' '.join(str(value).split())}"
            yield ""
            yield from rest[: incoming.MOST_PART_BYTES].splitlines()
        yield ""


def _detail(status: str, said: str) -> str:
    """Return the server's words without addresses, which end up in lists."""
    return one_line(f"{status} {without_addresses(said)}", 250)
