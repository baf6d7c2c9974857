"""XML without document types, entities or endless tokens."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from chengxin.records.intake.workbook.faults import Fault, damaged

# What stands between two events: a longer one is no cell. Older expat reads such a token anew with each piece.
TOKEN_BYTES = 4 << 20
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Enough(Exception):
    """What was wanted has been read; the rest of the part doesn't matter."""


def parse(chunks: Iterable[bytes], parser: expat.XMLParserType) -> None:
    """Feed a parser to the end or to Enough. Raises Fault."""
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003  # expat takes it by position alone
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > TOKEN_BYTES:
                raise damaged()
        parser.Parse(b"", True)  # noqa: FBT003  # as above
    except Enough:
        return
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise damaged() from None


def elements(chunks: Iterable[bytes]) -> list[tuple[str, str, dict[str, str]]]:
    """Give every element of a small part: the local names of its parent and itself, and its attributes by local name."""
    found: list[tuple[str, str, dict[str, str]]] = []
    open_ones = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        found.append((open_ones[-1], name, attributes))
        open_ones.append(name)

    def end(_tag: str) -> None:
        open_ones.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parse(chunks, parser)
    return found


def local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise Fault(
        "XLSX 文件内含有文档类型或实体定义，不予读取。请新建工作簿，只粘贴数值后另存为 .xlsx。",
        "The XLSX file holds a document type or entities and isn't read. Paste the values into a new workbook.",
    )
