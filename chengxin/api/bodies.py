"""Long bodies, read a bounded piece at a time, sent with a length or chunk by chunk."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from chengxin.records.errors import BodyCutShort

PIECE = 256 * 1024
DIGEST = "sha-256=:"
END, END_BYTES = re.compile(rb'(?:\A|(?<=\n))\{"end": ?(\d{1,10})\}\s*\Z'), 64


def pieces(request: HttpRequest) -> Iterator[bytes]:
    """Give the body in pieces. Raises BodyCutShort when it is shorter than announced or differs from its Content-Digest (RFC 9530).

    A chunked body that breaks off looks to us like one that ended: without a digest it must end with a line that counts its lines, which
    is taken off.
    """
    told = request.headers.get("Content-Digest", "")
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        yield from _announced(request, int(request.headers.get("Content-Length") or 0), told)
    elif told.startswith(DIGEST):
        yield from _digested(_read(request.META["wsgi.input"]), told)
    else:
        yield from _ended(_read(request.META["wsgi.input"]))


def _read(source: Any) -> Iterator[bytes]:
    try:
        while piece := source.read(PIECE):
            yield piece
    except OSError:
        raise BodyCutShort from None


def _announced(request: HttpRequest, length: int, told: str) -> Iterator[bytes]:
    size = 0
    for piece in _digested(_read(request), told):
        size += len(piece)
        yield piece
    if size != length:
        raise BodyCutShort


def _digested(source: Iterator[bytes], told: str) -> Iterator[bytes]:
    whole = hashlib.sha256()
    for piece in source:
        whole.update(piece)
        yield piece
    if told.startswith(DIGEST) and told != f"{DIGEST}{base64.b64encode(whole.digest()).decode()}:":
        raise BodyCutShort


def _ended(source: Iterator[bytes]) -> Iterator[bytes]:
    held, lines = b"", 0
    for piece in source:
        held += piece
        if len(held) > END_BYTES:
            lines += held.count(b"\n", 0, len(held) - END_BYTES)
            yield held[:-END_BYTES]
            held = held[-END_BYTES:]
    end = END.search(held)
    if end is None or int(end[1]) != lines + held.count(b"\n", 0, end.start()):
        raise BodyCutShort(
            '分块发送又没有 Content-Digest 的，最后一行须是 {"end": 行数}。',
            'A chunked body without Content-Digest ends with the line {"end": number of lines}.',
        )
    if end.start():
        yield held[: end.start()]
