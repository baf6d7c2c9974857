"""Opening the scan of a paper from the window: by an officer of the centre with a case, or by whose it is. No entry, no scan.

The entry in the register of access is written first, in the transaction that then reads: the database gives a scan's pieces to whoever has
entered that they look, and to nobody else.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from chengxin.catalogue.queries import find_purpose
from chengxin.ground.services import Asker, Reading, enter, entry_number
from chengxin.identity.errors import ScanGone, ScanRefused, ScanUnknown
from chengxin.identity.models import User
from chengxin.identity.queries import holder_of
from chengxin.identity.services.scans import Taken, find_scan, list_own_scans, open_scan
from chengxin.identity.speaking import speak_for
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.own import of_oneself

PURPOSE, CHANNEL, FIELD, LONGEST_CASE = "CK-FW", "desk", "scan", 120


def open_at_desk(actor: User, number: str, case: str, *, at: datetime) -> tuple[Taken, bytes]:
    """Give a scan to an officer of the centre that took it in, with the case that they need it for.

    Raises NotAllowed, ScanUnknown, ScanRefused without a case, ScanGone after its day, SealBroken.
    """
    one, subject = find_scan(actor, number, at=at)
    if not case.strip() or len(case) > LONGEST_CASE:
        raise ScanRefused(
            f"请写明为办什么事查看（案号或者事由，不超过 {LONGEST_CASE} 字）。",
            f"Say for which case you look, in {LONGEST_CASE} characters at most.",
        )
    basis = next(iter(find_purpose(PURPOSE, shanghai_date(at)).bases))
    reference = f"{_reference(one)} {case.strip()}"
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, basis, reference, CHANNEL)
    return one, _open(asker, holder_of(subject), one, lambda: speak_for(actor.organisation.code, actor.login), at)


def open_own_scan(person: User, number: str, *, at: datetime) -> tuple[Taken, bytes]:
    """Give a scan to whose it is. Raises ScanUnknown, also for another's; ScanGone after its day; SealBroken."""
    one = next(iter(list_own_scans(person, number=number)), None)
    if one is None:
        raise ScanUnknown
    served = of_oneself(person, at=at)
    told = served.asker
    asker = Asker(told.organisation, told.officer, told.purpose, told.basis, _reference(one), told.channel)
    return one, _open(asker, served.subject_id, one, served.speak, at)


def _reference(one: Taken) -> str:
    return f"scan:{one.number}"


def _open(asker: Asker, subject: int, one: Taken, speak: Callable[[], None], at: datetime) -> bytes:
    note = Reading(subject, entry_number(at), at, fields={FIELD})
    try:
        with transaction.atomic(durable=True):
            speak()
            enter(asker, note, outcome="answered")
            content = open_scan(one)
    except Exception as error:
        with transaction.atomic(durable=True):
            enter(asker, note, outcome="failed", reason="gone" if isinstance(error, ScanGone) else "error")
        raise
    return content
