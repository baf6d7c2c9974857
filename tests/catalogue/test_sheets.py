"""Tables of fields as workbooks: what is no table, or unpacks to too much, is told."""

import io
import zipfile

import pytest
import xlsxwriter

from chengxin.catalogue.errors import DraftUnusable
from chengxin.catalogue.sheets import read_fields


def workbook(*rows: tuple[str, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return content.getvalue()


def bomb() -> bytes:
    """Make a workbook with one part more, of nothing but zeros."""
    content = io.BytesIO(workbook(("代码", "名称"), ("X", "甲")))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"0" * (32 << 20))
    return content.getvalue()


def test_a_workbook_is_read() -> None:
    fields, roles = read_fields("xlsx", workbook(("代码", "名称", "作用"), ("X", "姓名", "name")))
    assert [(field["code"], field["label"]) for field in fields] == [("X", "姓名")]
    assert roles == {"name": "X"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(bomb(), "解开后过大", id="bomb"),
        pytest.param(b"PK\x03\x04", "读不出来", id="stump"),
        pytest.param(b"", "读不出来", id="nothing"),
        pytest.param(workbook(("代码", "别的")), "列名不对", id="other-columns"),
    ],
)
def test_what_is_no_table_is_told(content: bytes, told: str) -> None:
    assert len(content) < 1 << 20
    with pytest.raises(DraftUnusable, match=told):
        read_fields("xlsx", content)
