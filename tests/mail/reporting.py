"""Reports of undelivered mail as servers write them, and what each says of the address.

Made from the formats; no mail of a real person.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

# What a report leads to: `dead` is counted against the address, `noted` stands at the mail alone.
DEAD, NOTED, IGNORED = "dead", "noted", "ignored"
UNKNOWN = "smtp; 550 5.1.1 User unknown"
COPY = (
    "--B\r\nContent-Type: message/rfc822\r\n\r\nTo: {her}\r\nSubject: Your seat is confirmed\r\n\r\nbody\r\n"
)


@dataclass(frozen=True)
class Shape:
    """One report about a mail to `{her}` that left with `{to}` as its sender."""

    name: str
    expected: str
    status: str = "5.1.1"
    said: str = UNKNOWN
    action: str = "failed"
    kind: str = "message/delivery-status"
    fields: str = ""
    encoding: str = ""
    around: str = ""
    body: str = ""
    headers: str = ""

    def raw(self, to: str, her: str) -> bytes:
        """Return the mail."""
        text = self._letter() if self.body or not self.status else self._report()
        return text.replace("{to}", to).replace("{her}", her).encode()

    def _head(self) -> str:
        return (
            "Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\n"
            f"Subject: Undelivered\r\nAuto-Submitted: auto-replied\r\n{self.headers}"
        )

    def _letter(self) -> str:
        return f"{self._head()}\r\n{self.body}"

    def _report(self) -> str:
        of = self.kind.partition("/")[2]
        rows = self.fields or (
            f"Final-Recipient: rfc822; {{her}}\r\nAction: {self.action}\r\nStatus: {self.status}\r\n"
            + (f"Diagnostic-Code: {self.said}\r\n" if self.said else "")
        )
        fields = f"Reporting-MTA: dns; mx.example\r\n\r\n{rows}"
        encoding = ""
        if self.encoding == "base64":
            encoding = "Content-Transfer-Encoding: base64\r\n"
            fields = base64.encodebytes(fields.replace("{her}", "ada@example.org").encode()).decode()
        report = (
            f'Content-Type: multipart/report; report-type={of}; boundary="B"\r\n\r\n--B\r\n'
            "Content-Type: text/plain\r\n\r\nNot delivered.\r\n--B\r\n"
            f"Content-Type: {self.kind}\r\n{encoding}\r\n"
            f"{fields}\r\n{COPY}--B--\r\n"
        )
        if self.around:
            report = (
                f'Content-Type: multipart/{self.around}; boundary="M"\r\n\r\n--M\r\n'
                f"Content-Type: text/plain\r\n\r\nScanned.\r\n--M\r\n{report}--M--\r\n"
            )
        return f"{self._head()}MIME-Version: 1.0\r\n{report}"


def reports() -> Iterator[Shape]:
    """Yield every shape we know of."""
    yield from _nobody_there()
    yield from _in_other_forms()
    yield from _other_reasons()
    yield from _letters()


def _nobody_there() -> Iterator[Shape]:
    yield Shape("Postfix", DEAD)
    yield Shape("Postfix, no such host", DEAD, "5.4.4", "X-Postfix; Host or domain name not found")
    yield Shape("Postfix, takes no mail", DEAD, "5.1.0", "X-Postfix; Domain does not accept mail (nullMX)")
    yield Shape("Postfix, virtual", DEAD, said='X-Postfix; unknown user: "{her}"')
    yield Shape("Exim, whose status is 5.0.0", DEAD, "5.0.0")
    yield Shape("Exim, words alone", DEAD, "5.0.0", "smtp; 550 No such user here")
    yield Shape("Exim, cannot route", DEAD, "5.0.0", "X-Exim; Unrouteable address")
    yield Shape("Sendmail", DEAD, said="SMTP; 550 5.1.1 <{her}>... User unknown")
    yield Shape(
        "Sendmail, host", DEAD, "5.1.2", "DNS; Host unknown (Name server: example.org: host not found)"
    )
    yield Shape(
        "Microsoft 365, directory",
        DEAD,
        "5.4.1",
        "smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    )
    yield Shape("Microsoft 365, resolver", DEAD, "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound")
    yield Shape(
        "Microsoft 365, passes it on",
        DEAD,
        "5.0.350",
        "smtp; 550 5.0.350 Remote server returned an error -> 550 5.1.1 User unknown",
    )
    yield Shape("Microsoft 365, no domain", DEAD, "5.4.310", "smtp; 550 5.4.310 DNS domain does not exist")
    yield Shape(
        "Outlook.com",
        DEAD,
        "5.5.0",
        "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017)",
    )
    yield Shape(
        "Google",
        DEAD,
        said="smtp; 550-5.1.1 The email account that you tried to reach does not exist.\r\n"
        " 550 5.1.1 Learn more at https://support.example/mail/?p=NoSuchUser q1-2 - gsmtp",
    )
    yield Shape(
        "Google, no domain",
        DEAD,
        "4.0.0",
        "smtp; DNS Error: DNS type 'mx' lookup responded with code NXDOMAIN. Domain name not found",
    )
    yield Shape("Yahoo", DEAD, "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo account")
    yield Shape(
        "Amazon SES",
        DEAD,
        said="smtp; 550 5.1.1 user unknown",
        headers="X-SES-Outgoing: 2026.12.01\r\nFeedback-ID: 1.eu-west-1.x:AmazonSES\r\n",
    )
    yield Shape(
        "Amazon SES, suppressed",
        DEAD,
        "5.3.0",
        "smtp; Amazon SES has suppressed sending to this address"
        " because it has a recent history of bouncing as an invalid address.",
    )
    yield Shape("Mailgun", DEAD, "5.0.0", "smtp; Not delivering to previously bounced address")
    yield Shape("Domino", DEAD, "5.0.0", "X-Notes; User ada (ada@example.org) not listed in Domino Directory")
    yield Shape("syntax", DEAD, "5.1.3", "smtp; 501 5.1.3 Bad recipient address syntax")
    yield Shape("has moved", DEAD, "5.1.6", "smtp; 550 5.1.6 Recipient no longer on server")
    yield Shape("no words at all", DEAD, said="")
    yield Shape(
        "a server with a strange name", DEAD, "5.0.0", "smtp; spam.policy.example said: 550 User unknown"
    )


def _in_other_forms() -> Iterator[Shape]:
    yield Shape("RFC 6533", DEAD, kind="message/global-delivery-status")
    yield Shape(
        "RFC 6533, its type of address",
        DEAD,
        kind="message/global-delivery-status",
        fields="Final-Recipient: utf-8; {her}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )
    yield Shape(
        "RFC 6533, escaped",
        DEAD,
        kind="message/global-delivery-status",
        fields="Final-Recipient: utf-8; ad\\x{61}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )
    yield Shape("RFC 6533 in base64", DEAD, kind="message/global-delivery-status", encoding="base64")
    yield Shape("in base64, against the rules", DEAD, encoding="base64")
    yield Shape("within multipart/mixed", DEAD, around="mixed")
    yield Shape("within multipart/alternative", DEAD, around="alternative")
    yield Shape(
        "other cases and blanks",
        DEAD,
        fields="FINAL-RECIPIENT:RFC822;{her}\r\naction:  Failed (unknown)\r\nStatus:5.1.1 (bad mailbox)\r\n",
    )
    yield Shape(
        "in brackets", DEAD, fields="Final-Recipient: rfc822; <{her}>\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    yield Shape(
        "no Final-Recipient",
        DEAD,
        fields="Original-Recipient: rfc822; {her}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )
    yield Shape(
        "a forwarded address",
        NOTED,
        fields="Final-Recipient: rfc822; other@elsewhere.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )
    yield Shape(
        "forwarded, and it says from where",
        NOTED,
        fields="Original-Recipient: rfc822; {her}\r\nFinal-Recipient: rfc822; other@elsewhere.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n",
    )
    yield Shape(
        "two tries, the last in vain",
        DEAD,
        fields="Final-Recipient: rfc822; {her}\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\n"
        "Final-Recipient: rfc822; {her}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )


def _other_reasons() -> Iterator[Shape]:
    for action, status in (
        ("delayed", "4.4.1"),
        ("relayed", "2.0.0"),
        ("expanded", "2.0.0"),
        ("delivered", "2.0.0"),
    ):
        yield Shape(action, NOTED, status, "X-Postfix; connect: Connection timed out", action=action)
    yield Shape(
        "delayed, user unknown for now", NOTED, "4.1.1", "smtp; 450 4.1.1 User unknown", action="delayed"
    )
    for status, said in (
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.0.0", "552 Mailbox is full"),
        ("5.0.0", "552 5.2.2 Over quota"),
        ("5.2.1", "550 5.2.1 The email account is disabled"),
        ("5.7.1", "550 5.7.1 Message rejected as spam by content filter"),
        ("5.0.0", "550 Rejected: your host is listed at a blocklist"),
        ("5.0.0", "550 5.7.1 Unable to relay for this recipient"),
        ("5.7.26", "550 5.7.26 Unauthenticated email from example.org is not accepted: DMARC policy"),
        ("5.7.606", "550 5.7.606 Access denied, banned sending IP"),
        ("5.1.1", "550 5.1.1 Blocked by our policy, see the site"),
        ("5.1.8", "550 5.1.8 Sender address rejected: Domain not found"),
        ("5.1.0", "550 5.1.0 Sender address rejected: User unknown in local table"),
        ("5.1.7", "550 5.1.7 Bad sender address syntax"),
        ("4.2.0", "450 4.2.0 Greylisted, try again later"),
        ("5.0.0", "451 4.7.1 Greylisting in action, please come back"),
        ("5.4.7", "smtp; 554 5.4.7 Message expired: delivery time out"),
        ("4.4.7", "X-Postfix; connection timed out"),
        ("5.4.1", "554 5.4.1 No answer from host"),
        ("5.4.6", "X-Postfix; mail for example.org loops back to myself"),
        ("5.3.4", "552 5.3.4 Message too large"),
        ("5.6.0", "554 5.6.0 Invalid message content"),
        ("5.0.0", "554 Transaction failed"),
        ("5.0.0", "a" * 40_000),
    ):
        yield Shape(f"{status} {said[:40]}", NOTED, status, f"smtp; {said}")


def _letters() -> Iterator[Shape]:
    qmail = "Hi. This is the qmail-send program at mx.example.\r\nI'm afraid it failed.\r\n\r\n<{her}>:\r\n"
    yield Shape(
        "qmail", DEAD, body=f"{qmail}Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below\r\n"
    )
    yield Shape(
        "qmail, no host", DEAD, body=f"{qmail}Sorry, I couldn't find any host named x.example. (#5.1.2)\r\n"
    )
    yield Shape(
        "qmail, what the other said",
        DEAD,
        body=f"{qmail}192.0.2.1 does not like recipient.\r\nRemote host said: 550 5.1.1 User unknown\r\n",
    )
    yield Shape(
        "qmail, no code",
        DEAD,
        body=f"{qmail}192.0.2.1 does not like recipient.\r\nRemote_host_said:_550_no_such_user\r\n",
    )
    yield Shape("qmail, full", NOTED, body=f"{qmail}The user's mailbox is full. (#5.2.2)\r\n")
    yield Shape(
        "qmail, gave up",
        NOTED,
        body=f"{qmail}I'm not going to try again; in the queue too long. (#4.4.1)\r\n",
    )
    yield Shape("qmail, spam", NOTED, body=f"{qmail}Remote host said: 554 5.7.1 Rejected as spam\r\n")
    yield Shape(
        "qmail, of somebody else",
        NOTED,
        body=qmail.replace("{her}", "eve@stranger.example")
        + "Sorry, no mailbox here by that name. (#5.1.1)\r\n",
    )
    failed = "X-Failed-Recipients: {her}\r\n"
    yield Shape("old Exim", DEAD, body="A message could not be delivered.\r\n", headers=failed)
    yield Shape(
        "old Exim, its reason",
        DEAD,
        headers=failed,
        body="The following address(es) failed:\r\n\r\n  {her}\r\n    Unrouteable address\r\n",
    )
    yield Shape(
        "old Exim, what the other said",
        DEAD,
        headers=failed,
        body="  {her}\r\n    SMTP error from remote mail server after RCPT TO:<{her}>:\r\n"
        "    host mx.example.org [192.0.2.1]: 550 5.1.1 User unknown\r\n",
    )
    yield Shape(
        "old Exim, spam",
        NOTED,
        headers=failed,
        body="  {her}\r\n    host mx.example.org [192.0.2.1]: 550 rejected as spam\r\n",
    )
    yield Shape(
        "old Exim, full",
        NOTED,
        headers=failed,
        body="  {her}\r\n    mailbox is full: retry timeout exceeded\r\n",
    )
    yield Shape(
        "old Exim, our mail behind",
        DEAD,
        headers=failed,
        body="  {her}\r\n    Unrouteable address\r\n\r\n------ A copy ------\r\n\r\nThe room is full.\r\n",
    )
    yield Shape("an absence note", IGNORED, status="", body="I am away until Monday.\r\n")
    yield Shape(
        "a challenge", IGNORED, status="", body="Please confirm that you are a person: https://x.example\r\n"
    )
    yield Shape("open brackets", IGNORED, status="", headers="Cc: " + "(" * 5000 + "\r\n", body="x")
