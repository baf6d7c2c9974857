"""Handing out at the window, on paper: a person's own report, a certificate, who saw them; to a relative of the dead the report alone.

Each is read for whoever is served by the visit, entered with the channel ``window`` under the officer's name, and kept nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chengxin.ground.services import Asker, note_act
from chengxin.identity.errors import VisitRefused
from chengxin.identity.models import User
from chengxin.identity.queries import Named, open_person
from chengxin.identity.services.visits import find_visit, speak_at_window, subject_served
from chengxin.identity.visiting import OF_THE_DEAD, RELATIVE
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.certificates import Certificate, Wanted, issue_certificate_to
from chengxin.sharing.entries import Entry, read_entries
from chengxin.sharing.entries import Wanted as Filter
from chengxin.sharing.own import PURPOSE, Served, issue_report_to, purpose_of_oneself, reading_of
from chengxin.sharing.services import Report

CHANNEL, MOST = "window", 500


def at_window(actor: User, visit: int, *, at: datetime) -> tuple[Served, str]:
    """Serve whoever the officer has at the window by a visit; gives also of which kind it is. Raises NotAllowed, VisitOver."""
    found = find_visit(actor, visit, at=at)
    subject = subject_served(visit, actor=actor)
    _, basis = purpose_of_oneself(shanghai_date(at))
    law = str(OF_THE_DEAD) if found.kind == RELATIVE else basis
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, law, f"visit:{visit}", CHANNEL)
    return Served(subject, asker, lambda: speak_at_window(actor, visit)), found.kind


def hand_out_report(actor: User, visit: int, *, at: datetime) -> Report:
    """Make out the report of whoever is served. Raises NotAllowed, VisitOver."""
    served, kind = at_window(actor, visit, at=at)
    report = issue_report_to(served, at=at)
    return replace(report, basis=str(OF_THE_DEAD), relative=True) if kind == RELATIVE else report


def hand_out_certificate(actor: User, visit: int, wanted: Wanted, *, at: datetime) -> Certificate:
    """Make out a certificate of whoever is served; nobody has one made out for the dead.

    Raises NotAllowed, VisitOver, VisitRefused, CertificateRefused.
    """
    served, kind = at_window(actor, visit, at=at)
    _refuse_relatives(kind)
    return issue_certificate_to(served, wanted, at=at)


@dataclass(frozen=True, slots=True, repr=False)
class EntriesOnPaper:
    """Who saw a person, for paper: the newest first, ``more`` when there are older ones that it doesn't hold."""

    issued_at: datetime
    subject: Named
    entries: Sequence[Entry]
    more: bool


def hand_out_entries(actor: User, visit: int, *, at: datetime) -> EntriesOnPaper:
    """List who saw whoever is served, other than themselves. Raises NotAllowed, VisitOver, VisitRefused for relatives of the dead."""
    served, kind = at_window(actor, visit, at=at)
    _refuse_relatives(kind)
    with reading_of(served, at=at) as note:
        note.fields.update({"name", "code"})
        entries = read_entries(Filter(), limit=MOST + 1)
        subject = open_person(note.subject_id)
        note_act(actor.login, "window.entries", f"visit:{visit}", at=at)
    return EntriesOnPaper(at, subject, entries[:MOST], len(entries) > MOST)


def _refuse_relatives(kind: str) -> None:
    if kind == RELATIVE:
        raise VisitRefused(
            "死者的近亲属只能取得死者的报告。", "Relatives of the dead get the report alone.", source=OF_THE_DEAD
        )
