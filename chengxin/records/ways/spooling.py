"""A stream of bytes on its way into the sealed spool: nothing readable touches the disk, and what no batch takes over is destroyed."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from chengxin.identity.vault import vault
from chengxin.records.errors import FileEmpty, FileUnusable
from chengxin.records.intake.reading import form_of
from chengxin.records.intake.spool import Spool
from chengxin.records.services import HandedIn, spool_folder

MEBIBYTE = 1 << 20


@dataclass(slots=True)
class Spooled:
    """A file that lies in the spool under the token of the batch to come; it goes unless ``kept`` is set."""

    token: UUID
    file: HandedIn
    kept: bool = False


@contextmanager
def spooled(chunks: Iterable[bytes], *, name: str = "", limited: bool = True) -> Iterator[Spooled]:
    """Write chunks into a spool and give it. ``name`` helps to tell the kind of file. Raises FileUnusable; then nothing is left."""
    spool = Spool.new(spool_folder())
    writer, made = spool.writer(vault().digest_key), None
    try:
        for chunk in chunks:
            writer.write(chunk)
            if limited:
                refuse_size(writer.size)
        if not writer.size:
            raise FileEmpty
        form = form_of(name, writer.head)
        writer.finish()
        made = Spooled(UUID(spool.name), HandedIn(form, writer.size, writer.digest))
        yield made
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise no_room() from None
    finally:
        if made is None or not made.kept:
            writer.abandon()


def refuse_size(size: int) -> None:
    most = settings.MAX_UPLOAD_MB
    if size > most * MEBIBYTE:
        raise FileUnusable(
            f"超过 {most} MB。请拆成几个文件分批报送。",
            f"The file is larger than {most} MB. Split it and hand the parts in one by one.",
        )


def no_room() -> FileUnusable:
    return FileUnusable(
        "服务器暂存空间不足，请联系信用中心。", "The server has no room left for the file; tell the credit centre."
    )
