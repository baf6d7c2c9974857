"""The person's own page: everything held about them, their details, their reports. Each reading is entered as 本人查询, like any other.

Whoever asks is the account that the real-name platform vouched for. The transaction speaks for them (``identity.speaking``), and the
database gives what is held about them and nobody else, whatever is asked.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import connection

from chengxin.catalogue.queries import PurposeTerms, find_purpose
from chengxin.ground.services import Asker, Reading, note_act, reading
from chengxin.identity.models import User
from chengxin.identity.own import Details, read_details
from chengxin.identity.queries import holder_of, open_person
from chengxin.identity.speaking import speak_for_oneself, speaking_as_person
from chengxin.lib.periods import shanghai_date
from chengxin.records.own import Erased, OwnRecord, VersionSeen, count_own_erased, read_own_file, read_own_history
from chengxin.records.queries import read_shown
from chengxin.sharing.correcting.tokens import new_salt
from chengxin.sharing.errors import CheckedTooOften, OwnRecordUnknown, ReportUnknown
from chengxin.sharing.recalls import OwnRecall, read_own_recalls
from chengxin.sharing.services import NUMBER_ALPHABET, Report, report_number

ONESELF, PURPOSE, CHANNEL, READER = "本人", "BR-CX", "person", "self"
CODE_SIGNS = 8
LISTED = 50


@dataclass(frozen=True, slots=True)
class OwnFile:
    """All that is held: by class what may be shown to somebody, apart from it what is shown to nobody, and what was erased."""

    shown: tuple[tuple[str, tuple[OwnRecord, ...]], ...]
    hidden: tuple[OwnRecord, ...]
    erased: tuple[Erased, ...]

    @property
    def records(self) -> int:
        return sum(len(records) for _, records in self.shown) + len(self.hidden)


@dataclass(frozen=True, slots=True)
class Opened:
    """One record with its versions, and who was told of its changes."""

    record: OwnRecord
    versions: tuple[VersionSeen, ...]
    told: tuple[OwnRecall, ...] = ()

    @property
    def confirmed(self) -> int:
        return sum(one.acknowledged_at is not None for one in self.told)


def purpose_of_oneself(on: date) -> tuple[PurposeTerms, str]:
    """Give the person's own purpose with the first of its laws in force. Raises PurposeUnknown."""
    purpose = find_purpose(PURPOSE, on)
    return purpose, next(iter(purpose.bases))


@dataclass(frozen=True, slots=True)
class Served:
    """For whom something of a person's own is made out: who they are, who is entered as asking, and how the transaction comes to speak."""

    subject_id: int
    asker: Asker
    speak: Callable[[], None]


def of_oneself(person: User, *, at: datetime) -> Served:
    """Serve whoever is logged in, under their own purpose."""
    _, basis = purpose_of_oneself(shanghai_date(at))
    asker = Asker(ONESELF, person.login, PURPOSE, basis, "", CHANNEL)
    return Served(holder_of(person.subject_id or 0), asker, lambda: speak_for_oneself(person))


@contextmanager
def reading_of(served: Served, *, at: datetime) -> Iterator[Reading]:
    """Read what is held about whoever is served, in a transaction that speaks for them."""
    with reading(served.asker, served.subject_id, at=at) as note:
        served.speak()
        yield note


def reading_oneself(person: User, *, at: datetime) -> AbstractContextManager[Reading]:
    """Read what is held about whoever is logged in, under their own purpose, in a transaction that speaks for them."""
    return reading_of(of_oneself(person, at=at), at=at)


def see_file(person: User, *, at: datetime) -> OwnFile:
    """Give everything that is held about the person, the newest decision first within each class."""
    on = shanghai_date(at)
    with reading_oneself(person, at=at) as note:
        records, erased = read_own_file(note, on), tuple(count_own_erased(on))
    shown = [record for record in records if record.hidden is None]
    classes = dict.fromkeys(sorted({record.item_class for record in shown}))
    return OwnFile(
        tuple((name, tuple(one for one in shown if one.item_class == name)) for name in classes),
        tuple(record for record in records if record.hidden is not None),
        erased,
    )


def see_record(person: User, record_id: int, *, at: datetime) -> Opened:
    """Open one of the person's records with its versions. Raises OwnRecordUnknown, also for another's, after the entry."""
    on = shanghai_date(at)
    with reading_oneself(person, at=at) as note:
        found = read_own_file(note, on, only=record_id)
        versions = tuple(read_own_history(found[0], on)) if found else ()
        told = tuple(read_own_recalls(found[0].record_id)) if found else ()
    if not found:
        raise OwnRecordUnknown
    return Opened(found[0], versions, told)


def see_details(person: User, *, at: datetime) -> Details:
    """Give what the population base says of the person, opened; whoever shows it masks the code unless it was asked for."""
    with reading_oneself(person, at=at) as note:
        note.fields.update({"name", "code", "born", "region"})
        details = read_details(note.subject_id)
    # Only now is the entry committed; nothing leaves before.
    return details  # noqa: RET504


def issue_own_report(person: User, *, at: datetime) -> Report:
    """Make out a report to its own person: what may be shown of them today, with a number and a check code for whoever it is shown to."""
    return issue_report_to(of_oneself(person, at=at), at=at)


def issue_report_to(served: Served, *, at: datetime) -> Report:
    """Make out a report to whoever is served: to the person, or at the window."""
    on = shanghai_date(at)
    purpose, basis = purpose_of_oneself(on)
    with reading_of(served, at=at) as note:
        records = tuple(read_shown(note, purpose, on, reader=READER))
        subject = open_person(note.subject_id)
        note.fields.update({"name", "code"})
        made = number_report(note)
        note_act(served.asker.officer, "report.own", f"report:{made.number}", at=at)
    return Report(
        made.number, at, subject, ONESELF, "", purpose.name, purpose.bases[basis], "", records, check_code=made.code,
        salt=made.salt,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbered:
    """What stands on a report alone: its number, its check code, and the salt of its tokens."""

    number: str
    code: str
    salt: str


def number_report(
    note: Reading, *, kind: str = "own", purpose: str = "", covers: list[str] | None = None, until: date | None = None
) -> Numbered:
    """Number what is being made out, and keep the number with the digest of its code, inside the reading that it is made of."""
    number, code = report_number(note.at), "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(CODE_SIGNS))
    salt = new_salt()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO sharing_report (subject_id, number, entry_id, issued_at, kind, check_digest, purpose, covers, valid_until, salt)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                note.subject_id, number, note.entry_id, note.at, kind, check_digest(number, code), purpose, covers, until, salt,
            ],
        )  # fmt: skip
    return Numbered(number, code, salt.hex())


def check_digest(number: str, code: str) -> bytes:
    """Give the digest by which a report's number and check code are known together; the code itself is kept nowhere."""
    return sha256(f"{number}/{code}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a report's number and check code attest: of which kind (own, special), when issued, and how it stands.

    Standing is valid, replaced, changed, withdrawn or ended. Of a certificate: its purpose and the items it covers, by code, and the
    first day on which it counts no more.
    """

    kind: str
    issued_at: datetime
    state: str
    purpose: str
    covers: tuple[str, ...]
    valid_until: date | None


def check_report(number: str, code: str) -> Checked | None:
    """Tell how a report stands to whoever holds its number and check code; None, and nothing more, for every other pair. One statement.

    Raises CheckedTooOften, for a number that there is and one that there isn't alike.
    """
    number, code = (text.strip().upper() for text in (number, code))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, issued_at, state, purpose, covers, valid_until FROM sharing_check_report(%s, %s)",
            [number, check_digest(number, code)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    kind, issued_at, state, purpose, covers, until = row
    if state == "many":
        raise CheckedTooOften
    return Checked(kind, issued_at, state, purpose, tuple(covers or ()), until)


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One of a person's reports, and how often and when last whoever was shown it checked it."""

    number: str
    issued_at: datetime
    state: str
    kind: str
    purpose: str
    covers: tuple[str, ...]
    valid_until: date | None
    checks: int
    checked_on: date | None

    @property
    def through(self) -> date | None:
        """Give the last day on which it counts."""
        return self.valid_until - timedelta(days=1) if self.valid_until else None


def list_own_reports(person: User) -> list[OwnReport]:
    """Give the reports that the person had made out, the newest first, and how each stands. Their content is kept nowhere."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_reports(%s)", [LISTED])
        rows = cursor.fetchall()
    return [
        OwnReport(number, issued, state, kind, purpose, tuple(covers or ()), until, checks, last)
        for number, issued, state, kind, purpose, covers, until, checks, last in rows
    ]


def withdraw_report(person: User, number: str, *, at: datetime) -> None:
    """Withdraw a report of one's own: whoever checks it is told so. Raises ReportUnknown, also for another's and a second time."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_withdraw_report(%s)", [number])
        if cursor.fetchone() != (True,):
            raise ReportUnknown
        note_act(person.login, "report.withdraw", f"report:{number}", at=at)
