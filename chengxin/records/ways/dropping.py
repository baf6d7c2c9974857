"""Files that providers drop into a folder of their own, each with a manifest: picked up whole, answered beside it, taken away.

The manifest makes a drop complete, and its content is what the sender calls it: whoever was killed anywhere finds the batch again by it,
so nothing is lost or taken twice. Answers hold numbers, checks and fields, no values.
"""

import json
import logging
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.conf import settings

from chengxin.identity.models import Organisation
from chengxin.identity.queries import find_organisation
from chengxin.identity.vault import vault
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.records.errors import DropRefused
from chengxin.records.jobs import deliver
from chengxin.records.models import Batch
from chengxin.records.queries import count_findings, list_findings, receipt
from chengxin.records.services import WayIn
from chengxin.records.ways.spooling import spooled

logger = logging.getLogger(__name__)
MANIFEST, ANSWER = ".manifest.json", ".answer.json"
MANIFEST_BYTES, PIECE, MOST_FINDINGS = 64 * 1024, 1 << 20, 10_000
# What doesn't fit may still be on its way: nobody is told that a drop is wrong before it has been still for so long.
SETTLED, FILE_WITHIN = timedelta(seconds=30), timedelta(hours=24)
PLAIN_NAME = re.compile(r"[^./\\\0][^/\\\0]{0,199}")
CHECKSUMS: dict[str, type[hashes.HashAlgorithm]] = {"sha256": hashes.SHA256, "sm3": hashes.SM3}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a sender says of a drop."""

    item: str
    file: str
    checksum: str
    value: bytes
    rows: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """A manifest on the disk, with its own bytes."""

    path: Path
    content: bytes
    touched: datetime

    @property
    def stem(self) -> str:
        return self.path.name.removesuffix(MANIFEST)

    def beside(self, name: str) -> Path:
        return self.path.with_name(name)


def scan_drops(*, at: datetime) -> int:
    """Look through all providers' folders once; gives how many drops were picked up or answered."""
    root, moved = settings.DROP_DIR, 0
    if root is None or not root.is_dir():
        return 0
    for folder in sorted(root.iterdir()):
        provider = find_organisation(folder.name, shanghai_date(at)) if _real(folder, stat.S_ISDIR) else None
        for path in sorted(folder.glob(f"*{MANIFEST}")) if provider else ():
            if (drop := _read(path)) is not None and provider is not None:
                moved += handle(drop, provider, at=at)
    return moved


def handle(drop: Drop, provider: Organisation, *, at: datetime) -> bool:
    """Pick a drop up, answer it when its batch has ended, or leave it as it is; tells whether anything was done."""
    key = blake2b(
        f"directory\n{provider.code}\n".encode() + drop.content, key=vault().digest_key, digest_size=32
    ).digest()
    known = (
        Batch.objects.select_related("item", "provider", "edition").filter(provider=provider, repeat_key=key).first()
    )
    manifest = None
    try:
        manifest = read_manifest(drop.content)
        if known is None:
            return _pick_up(drop, manifest, provider, WayIn("directory", repeat_key=key), at)
    except ChengxinError as error:
        # Whatever is wrong may be so because the drop is still on its way.
        if at - _touched(drop, manifest) < (getattr(error, "patience", None) or SETTLED):
            return False
        _close(
            drop, manifest, {"state": "refused", "code": error.code, "message": error.text, "message_en": error.text_en}
        )
        return True
    if known.state == Batch.State.RECEIVED:
        return False
    _close(drop, manifest, _answer(known, manifest))
    return True


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest. Raises DropRefused, and tells which part is wrong, not what stands there."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise DropRefused("清单不是 JSON。", "The manifest is no JSON.") from None
    if not isinstance(told, dict):
        raise DropRefused("清单不是一个 JSON 对象。", "The manifest is no JSON object.")
    item, file, rows, made_at = (told.get(name) for name in ("item", "file", "rows", "made_at"))
    named = [name for name in CHECKSUMS if name in told]
    wrong = {
        "item": not isinstance(item, str) or not item,
        "file": not isinstance(file, str) or not PLAIN_NAME.fullmatch(file) or file.endswith((MANIFEST, ANSWER)),
        "sha256/sm3": len(named) != 1 or not re.fullmatch(r"[0-9a-fA-F]{64}", str(told.get(named[0]))),
        "rows": rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 0),
        "made_at": not isinstance(made_at, str) or not made_at,
    }
    if places := [place for place, bad in wrong.items() if bad]:
        raise DropRefused(
            f"清单中缺少或者写错：{'、'.join(places)}。", f"Missing or wrong in the manifest: {', '.join(places)}."
        )
    return Manifest(str(item), str(file), named[0], bytes.fromhex(told[named[0]]), rows)


def _pick_up(drop: Drop, manifest: Manifest, provider: Organisation, way: WayIn, at: datetime) -> bool:
    path = drop.beside(manifest.file)
    if not _real(path, stat.S_ISREG):
        raise DropRefused(
            "清单所说的文件没有送到。", "The file that the manifest names hasn't come.", patience=FILE_WITHIN
        )
    whole = hashes.Hash(CHECKSUMS[manifest.checksum]())
    with spooled(_pieces(path, whole), name=manifest.file) as made:
        if whole.finalize() != manifest.value:
            raise DropRefused(
                f"文件的 {manifest.checksum} 与清单不一致，未接收，文件已删除。请重新生成并重新送来。",
                f"The file's {manifest.checksum} differs from the manifest; it was not taken and is deleted. Make both anew.",
            )
        batch = deliver(made.file, token=made.token, item_code=manifest.item, provider=provider, way=way, at=at)
        made.kept = batch.token == made.token
    return True


def _answer(batch: Batch, manifest: Manifest | None) -> dict[str, Any]:
    rows = manifest.rows if manifest else None
    found = list_findings(batch.pk, limit=MOST_FINDINGS)
    return {
        **receipt(batch),
        "failure_en": batch.failure_en,
        "rows_announced": rows,
        "rows_differ": rows is not None and batch.state == Batch.State.DONE and rows != batch.read,
        "by_rule": {count.rule: count.rows for count in count_findings(batch.pk)},
        "page": [
            {
                "row": one.row,
                "field": one.field,
                "rule": one.rule,
                "severity": one.severity,
                "message": one.message,
                "remedy": one.remedy,
            }
            for one in found
        ],
    }


def _close(drop: Drop, manifest: Manifest | None, answer: dict[str, Any]) -> None:
    """Write the answer, then take away the file, then the manifest: whoever is killed between does the rest when it comes again."""
    target, half = drop.beside(drop.stem + ANSWER), drop.beside(f".{drop.stem}{ANSWER}.half")
    with half.open("w", encoding="utf-8") as file:
        json.dump(answer, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)
    if manifest is not None and _real(path := drop.beside(manifest.file), stat.S_ISREG):
        path.unlink(missing_ok=True)
    drop.path.unlink(missing_ok=True)
    logger.info("a drop was answered: %s", answer["state"])


def _read(path: Path) -> Drop | None:
    with suppress(OSError), os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode):
            return Drop(path, file.read(MANIFEST_BYTES), datetime.fromtimestamp(found.st_mtime, UTC))
    return None


def _pieces(path: Path, whole: hashes.Hash) -> Iterator[bytes]:
    # A name that was made into a link meanwhile leads nowhere.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        while piece := file.read(PIECE):
            whole.update(piece)
            yield piece


def _touched(drop: Drop, manifest: Manifest | None) -> datetime:
    moments = [drop.touched]
    if manifest is not None:
        with suppress(OSError):
            moments.append(datetime.fromtimestamp(drop.beside(manifest.file).lstat().st_mtime, UTC))
    return max(moments)


def _real(path: Path, kind: Any) -> bool:
    try:
        return bool(kind(path.lstat().st_mode))
    except OSError:
        return False
