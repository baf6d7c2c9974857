"""The parts of a workbook, which is a ZIP archive: only those asked for, each no larger than it says."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from chengxin.records.intake.workbook.faults import Fault, damaged, too_large

CHUNK = 1 << 18
MOST_PARTS = 2_000
DIRECTORY_BYTES = 1 << 20
SHEET_BYTES = 8 << 30
SMALL_BYTES = 32 << 20
# A sheet of a million equal rows packs to a thirtieth: each cell names its own place. A bomb packs to a thousandth.
MOST_RATIO, RATIO_FROM = 100, 16 << 20
TAIL = 22 + 0xFFFF
END, LOCATOR, END_64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 1


class Archive:
    """Raises Fault on an archive that is damaged, packed too tightly, encrypted, or of too many parts."""

    def __init__(self, whole: BytesIO) -> None:
        _look_at_directory(whole)
        try:
            self._zip = zipfile.ZipFile(whole)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
            raise damaged() from None
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise _bomb()
        self._parts = {part.filename.lstrip("/").replace("\\", "/").lower(): part for part in parts}
        for part in parts:
            _look_at(part)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._parts)

    def chunks(self, name: str, most: int = SMALL_BYTES) -> Iterator[bytes]:
        """Give the content of a part piece by piece. Raises Fault when it is missing, too large or not what the directory says."""
        part = self._parts.get(name.lower())
        if part is None:
            raise damaged()
        if part.file_size > most:
            raise too_large()
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError, struct.error):
            raise damaged() from None


def _look_at_directory(whole: BytesIO) -> None:
    """Refuse a directory too long to be a workbook's before it is read."""
    size = whole.seek(0, 2)
    start = whole.seek(max(0, size - TAIL))
    tail = whole.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < 22:  # noqa: PLR2004  # the length of the record
        raise damaged()
    length = struct.unpack_from("<I", tail, place + 12)[0]
    if place >= 20 and tail[place - 20 : place - 16] == LOCATOR:  # noqa: PLR2004  # the length of the locator
        whole.seek(min(struct.unpack_from("<Q", tail, place - 12)[0], start + place))
        record = whole.read(56)
        if len(record) == 56 and record.startswith(END_64):  # noqa: PLR2004  # the length of the record
            length = struct.unpack_from("<Q", record, 40)[0]
    if length > DIRECTORY_BYTES:
        raise _bomb()
    whole.seek(0)


def _look_at(part: zipfile.ZipInfo) -> None:
    if part.flag_bits & ENCRYPTED:
        raise Fault(
            "工作簿已加密。请取消密码保护后重新报送。",
            "The workbook is encrypted. Take the password off and hand it in again.",
        )
    if part.compress_type not in READABLE:
        raise damaged()
    if part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * part.compress_size:
        raise _bomb()


def _bomb() -> Fault:
    return Fault(
        "XLSX 文件的压缩结构异常（疑似压缩炸弹），未解压。请新建工作簿，只粘贴数值后另存为 .xlsx。",
        "The XLSX file is packed in a way no spreadsheet does and wasn't unpacked. Paste the values into a new workbook.",
    )
