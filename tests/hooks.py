"""A reader whose system is told: a record that the credit centre read, and an address that two persons saw to."""

import base64
import json
from contextlib import suppress
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chengxin.ground.services import deliver
from chengxin.identity.models import User
from chengxin.lib.outside import Way
from chengxin.sharing.correcting.services import confirm_hook, enter_hook
from chengxin.sharing.services import issue_report
from chengxin.site.outbox import HANDLERS
from tests.conftest import Register
from tests.hooking import Recipient
from tests.identity.verifying import System, system
from tests.penalties import penalty, write_csv
from tests.people import CENTRE, LI_NA, WANG_WEI
from tests.records.test_adjudication import officers
from tests.records.test_ingest import numbers_of, take
from tests.sharing.test_report import about, asker

HOME = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def way_to(recipient: Recipient) -> Way:
    return Way(HOME, recipient.authority, 5.0)


def settle_hook(register: Register, url: str, now: datetime, *, confirmed: bool = True) -> tuple[int, System]:
    """Enter an address of the credit centre's system, confirmed by a colleague. Leaves the process as the application."""
    made = system(register, organisation=CENTRE)
    first, colleague = officers(register)
    number = enter_hook(made.client_id, url, actor=first, at=now)
    if confirmed:
        confirm_hook(number, actor=colleague, at=now)
    return number, made


def read_record(register: Register, folder: Path, today: date, now: datetime) -> tuple[str, str]:
    """Have the credit centre read a record; gives its number and that of the report."""
    rows = [penalty(today, 1), penalty(today, 2, LI_NA)]
    batch = take(register, write_csv(folder / "a.csv", rows), now - timedelta(minutes=5))
    register.become("app")
    report = issue_report(asker(today), about(WANG_WEI), at=now - timedelta(minutes=2))
    return str(next(iter(numbers_of(register, batch)))[1]), report.number


def correct(register: Register, folder: Path, today: date, now: datetime, content: str = "罚款二千元") -> None:
    """Correct the record that was read and tell of it. Leaves the process as the worker."""
    take(register, write_csv(folder / "b.csv", [penalty(today, 1, CF_NR=content), penalty(today, 2, LI_NA)]), now)
    register.become("intake")
    while deliver(HANDLERS, at=now):
        pass


def verified(headers: dict[str, str], body: bytes, publics: list[bytes]) -> int:
    """Tell how many of a message's signatures are by one of these keys, as a recipient looks."""
    whole = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    count = 0
    for one in headers["webhook-signature"].split():
        form, _, text = one.partition(",")
        assert form == "v1a"
        for public in publics:
            with suppress(InvalidSignature):
                Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(text), whole)
                count += 1
    return count


def said(recipient: Recipient, place: int = -1) -> Any:
    return json.loads(recipient.sent[place][1])


def officer(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)
