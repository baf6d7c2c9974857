"""Which encoding a text file is in: told, never guessed in silence."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from chengxin.lib.errors import Unusable

BOM = codecs.BOM_UTF8


class EncodingUnknown(Unusable):
    code = "encoding-unknown"
    message = "文件编码无法识别：既不是 UTF-8，也不是 GB18030。"
    message_en = "The file's encoding is neither UTF-8 nor GB18030."


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding and how it was found out; ``how`` stands on the receipt."""

    name: str
    how: str


def detect(blocks: Iterable[bytes], again: Iterable[bytes]) -> Encoding:
    """Tell the encoding of a file from its blocks: UTF-8 by its mark or by being valid throughout, else GB18030 throughout.

    ``again`` gives the same blocks a second time, and is read only where the first pass met what is not UTF-8. Costs one pass
    over the file in bounded memory. Raises EncodingUnknown with the place of the first byte that fits neither.
    """
    marked, plain, decoder = False, True, codecs.getincrementaldecoder("utf-8")()
    try:
        for number, block in enumerate(blocks):
            marked = marked or (number == 0 and block.startswith(BOM))
            if block.isascii() and not decoder.getstate()[0]:
                continue
            plain = False
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _detect_gb18030(again)
    return Encoding("utf-8", "utf-8-mark" if marked else "plain-ascii" if plain else "valid-utf-8")


def _detect_gb18030(blocks: Iterable[bytes]) -> Encoding:
    decoder, place = codecs.getincrementaldecoder("gb18030")(), 0
    try:
        for block in blocks:
            decoder.decode(block)
            place += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        place += error.start
        raise EncodingUnknown(f"第 {place + 1} 个字节附近无法解码。", f"Undecodable near byte {place + 1}.") from None
    return Encoding("gb18030", "not-utf-8-but-valid-gb18030")
