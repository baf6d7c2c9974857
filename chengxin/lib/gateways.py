"""Ways out of the house: letters by SMTP, short messages by a program of the operator's."""

import json
import smtplib
import ssl
import subprocess
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import urlsplit

TIMEOUT_S = 20
NEVER = 500
"""From here on, SMTP's answers mean for good."""
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the program could not hand it on just now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. ``number`` names it for good, so that one sent twice is seen to be one."""

    number: str
    subject: str
    text: str
    at: datetime


class NotTaken(Exception):  # no error of the program: what the other side answered
    """The other side did not take a letter: ``final`` when it never will. ``answer`` is a code, never an address."""

    def __init__(self, answer: str, *, final: bool) -> None:
        super().__init__(answer)
        self.answer = answer
        self.final = final


class Gateway(Protocol):
    """Hands a letter on. Raises NotTaken."""

    def send(self, to: str, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True)
class Mail:
    """An SMTP server: ``smtps://user@host:465`` speaks TLS from the start, ``smtp://user@host:587`` takes it up (STARTTLS).

    ``smtp://`` without TLS is for loopback alone.
    """

    url: str
    password: str
    sender: str

    def send(self, to: str, letter: Letter) -> None:
        try:
            with self._server() as server:
                self._enter(server)
                server.send_message(self._message(to, letter))
        except smtplib.SMTPRecipientsRefused as error:
            raise _of_recipient(error) from None
        except smtplib.SMTPResponseException as error:
            raise NotTaken(f"smtp-{error.smtp_code}", final=False) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(type(error).__name__, final=False) from None

    def _server(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context())
        return smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)

    def _enter(self, server: smtplib.SMTP) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "smtps" and not loopback(parts.hostname or "localhost"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(parts.username, self.password)

    def _message(self, to: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, letter.subject
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.number}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


@dataclass(frozen=True, slots=True)
class Program:
    """A program that hands short messages to the operator's gateway.

    It reads one JSON object (``number``, ``to``, ``text``) from its standard input, so that no telephone number stands in a list of
    processes, and ends with 0 when the message was taken, 75 when it should be tried again, anything else when it never will be.
    """

    path: str

    def send(self, to: str, letter: Letter) -> None:
        told = json.dumps({"number": letter.number, "to": to, "text": letter.text}, ensure_ascii=False)
        try:
            ended = subprocess.run(  # the operator's own program, named in the settings
                [self.path], input=told.encode(), capture_output=True, timeout=TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotTaken(type(error).__name__, final=False) from None
        if ended.returncode:
            raise NotTaken(f"exit-{ended.returncode}", final=ended.returncode != TRY_AGAIN)


def loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _of_recipient(error: smtplib.SMTPRecipientsRefused) -> NotTaken:
    code = next(iter(error.recipients.values()))[0]
    return NotTaken(f"smtp-{code}", final=code >= NEVER)
