"""What cameras and programs write beside a picture's pixels, taken out of JPEG and JPEG 2000 without decoding them."""

import struct
from collections.abc import Iterator

from chengxin.lib.papers.refusals import Unreadable

# EXIF and XMP (APP1), IPTC (APP13), other programs' own, comments. JFIF, colour profile and Adobe's mark say how pixels are to be read.
TOLD = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}
STAND_ALONE = {0x01, *range(0xD0, 0xD8)}
MARK, START_OF_SCAN, END, STUFFED = 0xFF, 0xDA, 0xD9, 0x00
PIXEL_BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"jpch", b"jplh", b"rreq"}
CODESTREAM = b"\xff\x4f\xff\x51"


def bare_jpeg(data: bytes) -> bytes:
    """Give a JPEG up to its end, without what its camera told. Raises Unreadable where it isn't one."""
    if not data.startswith(b"\xff\xd8"):
        raise Unreadable("damaged")
    return data[:2] + b"".join(data[start:end] for start, end, mark in _segments(data) if mark not in TOLD)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give where each segment begins and ends, with its mark; pixels belong to the segment before them."""
    at = 2
    while at + 2 <= len(data):
        mark = data[at + 1]
        if data[at] != MARK:
            raise Unreadable("damaged")
        if mark == MARK:  # filling
            at += 1
            continue
        if mark == END:
            yield at, at + 2, mark
            return
        end = at + 2 if mark in STAND_ALONE else at + 2 + _length(data, at + 2)
        if mark == START_OF_SCAN:
            end = _pixels_end(data, end)
        yield at, end, mark
        at = end
    raise Unreadable("damaged")


def _length(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise Unreadable("damaged")
    return max(2, int(struct.unpack_from(">H", data, at)[0]))


def _pixels_end(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in {STUFFED, MARK, *STAND_ALONE}:
            return at
        at += 1
    raise Unreadable("damaged")


def bare_jpeg2000(data: bytes) -> bytes:
    """Give a JPEG 2000 without its boxes of metadata; a bare codestream as it is. Raises Unreadable where it isn't one."""
    if data.startswith(CODESTREAM):
        return data
    kept, at = [], 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
        end = len(data) if length == 0 else at + length
        if end < at + 8 or end > len(data):
            raise Unreadable("damaged")
        if kind in PIXEL_BOXES:
            kept.append(data[at:end])
        at = end
    if not kept:
        raise Unreadable("damaged")
    return b"".join(kept)
