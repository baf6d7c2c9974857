"""Papers that are handed over at the window: taken in as sealed scans, listed without what they say, given back whole."""

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.models import DateField, F, Func, QuerySet

from chengxin.ground.services import note_act, tell
from chengxin.identity.errors import ScanGone, ScanRefused, ScanUnknown
from chengxin.identity.models import Scan, User
from chengxin.identity.queries import may
from chengxin.identity.scanning import label_of, pieces_of, refuse_scan, scan_kinds
from chengxin.identity.services.visits import SERVE, find_visit, speak_at_window
from chengxin.identity.speaking import speaking_as, speaking_as_person
from chengxin.identity.vault import open_sealed, sealing_vault
from chengxin.lib.crypto import Sealed
from chengxin.lib.crypto.errors import SealBroken
from chengxin.lib.errors import NotAllowed
from chengxin.lib.papers.apart import read_apart
from chengxin.lib.papers.paper import Paper
from chengxin.lib.periods import shanghai_date
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent.parent / "sql" / "scans.sql")
READ, TAKE, USE = "scans.read", "scans.take", "scan.content"
SIGNS, SIGNS_IN_NUMBER = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 10
PAGE, LISTED = 20, 50
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper that was taken in, without what it says. ``erase_on``: the first day it is gone; ``held``: it can be opened."""

    id: int
    number: str
    kind: str
    form: str
    pages: int
    size: int
    digest: bytes
    taken_at: datetime
    erase_on: date
    held: bool
    visit: int = 0

    @property
    def name(self) -> str:
        return scan_kinds()[self.kind].name if self.kind in scan_kinds() else self.kind

    @property
    def name_en(self) -> str:
        return scan_kinds()[self.kind].name_en if self.kind in scan_kinds() else self.kind

    @property
    def content_type(self) -> str:
        return TYPES[self.form]

    @property
    def file_name(self) -> str:
        return f"{self.number}.{self.form}"


def take_in(actor: User, visit: int, kind: str, content: bytes, *, at: datetime) -> str:
    """Take in a paper of whoever the officer has at the window, and give its number.

    The file is read in a process of its own before anything is written; what is written is one transaction. Tells whose it is.
    Raises NotAllowed, VisitOver, ScanRefused, Unreadable.
    """
    found = find_visit(actor, visit, at=at)
    _refuse(kind, found.kind, waits=found.waits, taken=len(scans_of_visit(actor, visit, at=at)))
    paper = read_apart(content)
    number = _number(at)
    try:
        with transaction.atomic():
            speak_at_window(actor, visit)
            subject = _keep(number, visit, kind, paper)
            note_act(actor.login, TAKE, f"scan:{number}", at=at, note=kind)
            tell([subject], "scan-taken", at=at, reference=f"scan:{number}")
    except IntegrityError as error:
        raise _twice(error) from None
    return number


def _keep(number: str, visit: int, kind: str, paper: Paper) -> int:
    pieces = pieces_of(paper.content)
    told = {"number": number, "visit": visit, "kind": kind, "form": paper.form, "pages": paper.pages, "size": len(paper.content),
            "pieces": len(pieces), "digest": sha256(paper.content).digest()}  # fmt: skip
    keys = sealing_vault()
    ((scan, subject),) = _ask("take_in", **told)
    texts = [
        label_of(number, place, len(pieces)) + base64.b64encode(piece).decode()
        for place, piece in enumerate(pieces, start=1)
    ]
    values = {"scan": scan, "key": keys.pointers.current, "boxes": keys.seal_many(texts, use=USE)}
    # As bytes: Django's own cursor would write each box out as a text and quote it.
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(SQL["keep_pieces"], values)
    return int(subject)


def _twice(error: IntegrityError) -> Exception:
    if isinstance(error.__cause__, psycopg.errors.UniqueViolation):
        return ScanRefused("这份材料这次已经收过，不用再传。", "This very paper was taken in on this visit already.")
    return error


def scans_of_visit(actor: User, visit: int, *, at: datetime) -> list[Taken]:
    """Give what was taken in on a visit, in its order. Raises NotAllowed."""
    if not may(actor.pk, SERVE):
        raise NotAllowed("只有信用中心的窗口人员可以办理。", "Only officers of the credit centre's window do this.")
    with speaking_as(actor):
        return [_taken(row, at) for row in _scans().filter(visit_id=visit).order_by("pk")]


def list_scans(actor: User, *, at: datetime, before: int = 0, limit: int = PAGE) -> list[Taken]:
    """Give what was taken in at the officer's centre, the newest first; those before one. Raises NotAllowed."""
    _refuse_readers(actor)
    with speaking_as(actor):
        rows = _scans().order_by("-pk")
        return [_taken(row, at) for row in (rows.filter(pk__lt=before) if before else rows)[:limit]]


def find_scan(actor: User, number: str, *, at: datetime) -> tuple[Taken, int]:
    """Give one of the centre's scans, and whose it is. Raises NotAllowed, ScanUnknown."""
    _refuse_readers(actor)
    with speaking_as(actor):
        row = _scans().filter(number=number).first()
    if row is None:
        raise ScanUnknown
    return _taken(row, at), row.subject_id


def list_own_scans(person: User, *, number: str = "") -> list[Taken]:
    """Give what papers were taken in of whoever is logged in, the newest first; one of them where it is named."""
    with speaking_as_person(person):
        return [Taken(0, *row) for row in _ask("own", number=number, most=LISTED)]


def open_scan(one: Taken) -> bytes:
    """Give the file of a scan, in the transaction that was entered as opening it. Raises ScanGone; SealBroken when it was changed."""
    _ask("name_scan", number=one.number)
    rows = _ask("pieces")
    if not rows:
        raise ScanGone
    texts = open_sealed(*((Sealed(key_id, bytes(box)), USE) for key_id, box in rows))
    pieces = []
    for place, text in enumerate(texts, start=1):
        label, found = label_of(one.number, place, len(rows)), text
        if not found.startswith(label):
            raise SealBroken
        pieces.append(base64.b64decode(found.removeprefix(label)))
    content = b"".join(pieces)
    if sha256(content).digest() != one.digest:
        raise SealBroken
    return content


def settle_scan_kinds() -> None:
    """Bring the table of kinds to the file's state, where the database's own guards read it. Runs as the owner."""
    kinds = scan_kinds().values()
    _ask("settle_kinds", codes=[one.code for one in kinds], visits=[",".join(one.visits) for one in kinds])


def _scans() -> QuerySet[Scan]:
    """Scans with the day on which each goes: later than its own as long as it proves something, which the database knows."""
    return Scan.objects.annotate(
        goes=Func(F("id"), F("erase_on"), function="identity_scan_goes", output_field=DateField())
    )


def _taken(row: Any, at: datetime) -> Taken:
    return Taken(
        row.pk, row.number, row.kind_id, row.form, row.pages, row.size, bytes(row.digest), row.taken_at, row.goes,
        shanghai_date(at) < row.goes, row.visit_id,
    )  # fmt: skip


def _number(at: datetime) -> str:
    """Make a scan's number: its day, and ten signs that nobody can guess."""
    return f"CL{shanghai_date(at):%Y%m%d}" + "".join(secrets.choice(SIGNS) for _ in range(SIGNS_IN_NUMBER))


def _refuse(kind: str, visit: str, *, waits: bool, taken: int) -> None:
    if refusal := refuse_scan(kind, visit, waits=waits, taken=taken):
        raise ScanRefused(refusal.text, refusal.text_en)


def _refuse_readers(actor: User) -> None:
    if not may(actor.pk, READ):
        raise NotAllowed(
            "只有信用中心的窗口人员可以查看收下的材料。", "Only officers of the credit centre's window see papers."
        )


def _ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return cursor.fetchall() if cursor.description else []
