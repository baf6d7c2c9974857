"""What commands and processes do with the access register of this installation, by its settings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from chengxin.catalogue.queries import find_purpose
from chengxin.ground.sealing.checking import Checked, record_check, verify_register
from chengxin.ground.sealing.errors import CheckpointUnusable, ExportRefused
from chengxin.ground.sealing.exporting import Wanted, export_entries, exported_lines
from chengxin.ground.sealing.folder import HeadsFolder, KeptHead, read_heads, read_keys
from chengxin.ground.sealing.keys import known_keys, read_key
from chengxin.ground.sealing.lost import note_lost_ends
from chengxin.ground.sealing.rounds import Sealer
from chengxin.ground.sealing.witness import Witness
from chengxin.ground.services import Asker, Reading, enter, entry_number, note_act
from chengxin.identity.restorations import acknowledged_restorations
from chengxin.identity.vault import vault
from chengxin.lib.codes import CodeType
from chengxin.lib.cosignatures import Cosigner
from chengxin.lib.errors import NotFound
from chengxin.lib.notes import Verifier
from chengxin.lib.periods import shanghai_date
from chengxin.records.terms import tables
from chengxin.site.bootstrap import Installation

OPERATOR, PURPOSE, FIELD = "operator", "CK-FW", "access_entries"


def sealer_here() -> Sealer:
    """Give the sealer of this installation's settings."""
    return Sealer(settings.SEALING_KEY, settings.REGISTER_NAME, HeadsFolder(settings.CHECKPOINTS), witness_here())


def witness_here() -> Witness | None:
    """Give the outside witness that the settings name, None where they name none. Raises CheckpointUnusable."""
    if not settings.WITNESS_URL:
        return None
    try:
        return Witness(settings.WITNESS_URL, Cosigner.read(settings.WITNESS_KEY))
    except ValueError:
        raise CheckpointUnusable(
            "见证人的设置用不了：CHENGXIN_WITNESS_URL 须是 https 网址，CHENGXIN_WITNESS_KEY 须是见证人的公钥（名称+编号+公钥，算法 4）。",
            "CHENGXIN_WITNESS_URL is an https address, CHENGXIN_WITNESS_KEY the witness's public key (name+id+key, algorithm 4).",
        ) from None


def verify_installation(places: Sequence[Path], keys: Sequence[Verifier], *, at: datetime) -> Checked:
    """Verify the register against heads kept at these places and in the installation's own folder, and keep what was found.

    Heads are checked by the keys that were given or stand beside them, and those of the database. Raises CheckpointUnusable.
    """
    own = [settings.CHECKPOINTS] if settings.CHECKPOINTS.exists() else []
    every = list(dict.fromkeys([*places, *own]))
    if missing := [place for place in places if not place.exists()]:
        raise CheckpointUnusable(f"{missing[0]} 不存在。", f"there is no {missing[0]}.")
    verifiers = list(dict.fromkeys([*keys, *known_keys(), *(one for place in every for one in read_keys(place))]))
    outside: list[KeptHead] = []
    try:
        for place in every:
            outside += read_heads(place, verifiers)
    except OSError as error:
        raise CheckpointUnusable(f"{place}：{error.strerror}。", f"{place}: {error.strerror}.") from None
    keep = tables()["register-retention"].at(shanghai_date(at)).numbers["keep"]
    checked = verify_register(
        outside,
        verifiers,
        today=shanghai_date(at),
        keep_years=keep,
        acknowledged=acknowledged_restorations(),
    )
    record_check(checked, at=at)
    if checked.fault is not None and checked.fault.code == "truncated":
        note_lost_ends(checked.lost, at=at)
    return checked


def export_to(opened: Installation, file: Path, wanted: Wanted, *, at: datetime) -> int:
    """Write an export of a time to a file and note it; gives how many lines. Raises ExportRefused, CheckpointUnusable."""
    signer = read_key(settings.SEALING_KEY)
    with transaction.atomic():
        told = f"{wanted.since or ''} {wanted.until or ''}".strip()
        note_act("", "register.export", "register", at=at, note=told)
    opened.become("sealer")
    with _put_in_place(file) as target:
        return _write(target, export_entries(wanted, signer, at=at))


def export_person(file: Path, code: str, case: str, *, at: datetime, period: Wanted) -> int:
    """Write an export of one person's entries to a file; gives how many lines. Runs as the owner, outside any transaction.

    The person sees that the operator took it, and for which case: the entry stands in the transaction that reads, and the file is put in
    place once that has committed. Raises NotFound, ExportRefused, CheckpointUnusable.
    """
    if not case.strip():
        raise ExportRefused(
            "导出一个人的登记，请用 --case 写明为什么事（案号或者事由）：本人看得到。",
            "Say by --case what one person's entries are exported for: the person sees it.",
        )
    signer = read_key(settings.SEALING_KEY)
    with _put_in_place(file) as target, transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        subject = _subject(code)
        note_act("", "register.export", "register", at=at, note="person")
        basis = next(iter(find_purpose(PURPOSE, shanghai_date(at)).bases))
        asker = Asker(_operator(), OPERATOR, PURPOSE, basis, case.strip(), OPERATOR)
        enter(asker, Reading(subject, entry_number(at), at, fields={FIELD}), outcome="answered")
        wanted = Wanted(subject, period.since, period.until)
        return _write(target, exported_lines(wanted, signer, at=at))


@contextmanager
def _put_in_place(file: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that takes its place when the block has ended well, and else is no more. Raises CheckpointUnusable."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("xb") as target:
            yield target
        part.replace(file)
    except OSError as error:
        raise CheckpointUnusable(f"无法写入 {file}：{error.strerror}。", f"{file}: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _write(target: BinaryIO, lines: Iterable[bytes]) -> int:
    count = 0
    for line in lines:
        target.write(line)
        count += 1
    return count


def _operator() -> str:
    """Name the credit centre, for which the operator works. Raises ExportRefused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM identity_organisation WHERE kind = 'centre' ORDER BY region, id LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        raise ExportRefused("还没有登记信用中心。", "No credit centre is entered yet.")
    return str(row[0])


def _subject(code: str) -> int:
    """Find whom a code stands for. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_lead(subject_id) FROM identity_code WHERE code_hash = ANY(%s::bytea[])",
            [[one for kind in CodeType for one in vault().look_up_hashes(kind.value, code)]],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound("没有这个人。", "There is nobody with this code.")
    return int(row[0])
