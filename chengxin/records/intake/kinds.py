"""Kinds of file that are often handed in by mistake, told by their first bytes, whatever their name says."""

from chengxin.lib.encodings import BOM
from chengxin.records.errors import FileUnusable

TAKEN, TAKEN_EN = "只接受 CSV、XLSX 和 JSON Lines", "Only CSV, XLSX and JSON Lines are taken"
KINDS: tuple[tuple[tuple[bytes, ...], str, str], ...] = (
    (
        (b"\xd0\xcf\x11\xe0",),
        "旧式 .xls 或者加密的工作簿请取消密码后另存为 .xlsx",
        "save .xls or an encrypted workbook as .xlsx without a password",
    ),
    (
        (b"\xff\xfe", b"\xfe\xff"),
        "这是 UTF-16（“Unicode 文本”），请另存为 CSV（UTF-8）或 .xlsx",
        "this is UTF-16 text; save it as CSV (UTF-8) or .xlsx",
    ),
    (
        (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ", b"PK\x05\x06"),
        "这是压缩文件，请解压；工作簿请存为 .xlsx",
        "this is an archive; unpack it, or save .xlsx",
    ),
    (
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf"),
        "这是文档或图片，请导出为 .xlsx",
        "this is a document or a picture; export .xlsx",
    ),
    (
        (b"<",),
        "这是网页或 XML 文件（有的系统以 .xls 名义导出），请用表格软件打开后另存为 .xlsx",
        "this is a web page or XML; open it in a spreadsheet and save it as .xlsx",
    ),
    (
        (b"[",),
        "这是 JSON 数组，请每行写一个 JSON 对象，或者用 .xlsx",
        "this is a JSON array; write one JSON object a line, or use .xlsx",
    ),
)


def refuse_kind(head: bytes) -> None:
    """Raises FileUnusable on the beginning of a file of a kind that isn't taken."""
    text = head.removeprefix(BOM).lstrip()
    for beginnings, what, what_en in KINDS:
        if head.startswith(beginnings) or text.startswith(beginnings):
            raise FileUnusable(f"{TAKEN}；{what}。", f"{TAKEN_EN}; {what_en}.")
