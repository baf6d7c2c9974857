"""What commands and processes do with the access register of this installation, by its settings."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from chengxin.ground.sealing.checking import Checked, record_check, verify_register
from chengxin.ground.sealing.errors import CheckpointUnusable
from chengxin.ground.sealing.exporting import Wanted, export_entries
from chengxin.ground.sealing.folder import HeadsFolder, KeptHead, read_heads, read_keys
from chengxin.ground.sealing.keys import known_keys, read_key
from chengxin.ground.sealing.lost import note_lost_ends
from chengxin.ground.sealing.rounds import Sealer
from chengxin.ground.sealing.witness import Witness
from chengxin.ground.services import note_act
from chengxin.identity.restorations import acknowledged_restorations
from chengxin.lib.cosignatures import Cosigner
from chengxin.lib.errors import NotFound
from chengxin.lib.notes import Verifier
from chengxin.lib.periods import shanghai_date
from chengxin.records.terms import tables
from chengxin.site.bootstrap import Installation


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


def export_to(
    opened: Installation, file: Path, *, since: datetime | None, until: datetime | None, code: str, at: datetime
) -> int:
    """Write an export to a file and note it; gives how many lines. Raises NotFound, ExportRefused, CheckpointUnusable."""
    from django.db import transaction

    subject = _subject(code) if code else None
    signer = read_key(settings.SEALING_KEY)
    with transaction.atomic():
        note_act(
            "", "register.export", "register", at=at, note="person" if code else f"{since or ''} {until or ''}".strip()
        )
    opened.become("sealer")
    count = 0
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("xb") as target:
            for line in export_entries(Wanted(subject, since, until), signer, at=at):
                target.write(line)
                count += 1
        part.replace(file)
    except OSError as error:
        raise CheckpointUnusable(f"无法写入 {file}：{error.strerror}。", f"{file}: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
    return count


def _subject(code: str) -> int:
    """Find whom a code stands for. Raises NotFound."""
    from django.db import connection

    from chengxin.identity.vault import vault
    from chengxin.lib.codes import CodeType

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM identity_code WHERE code_hash = ANY(%s::bytea[])",
            [[one for kind in CodeType for one in vault().look_up_hashes(kind.value, code)]],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound("没有这个人。", "There is nobody with this code.")
    return int(row[0])
