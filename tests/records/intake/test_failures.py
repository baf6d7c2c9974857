"""Why a file is no use, in both languages."""

import re

import pytest

from chengxin.lib.encodings import Encoding
from chengxin.records.errors import FileUnusable
from chengxin.records.intake.layout import find_layout
from chengxin.records.intake.reading import Heading
from chengxin.site.checking import shipped_item

REQUIRED = [field.code for field in shipped_item("CF-ZRR").definition.fields if field.required]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(["x", "y"], id="no-heading"),
        pytest.param(REQUIRED[2:], id="two-missing"),
        pytest.param([], id="empty"),
    ],
)
def test_english_text_is_english(columns: list[str]) -> None:
    heading = Heading("csv", Encoding("utf-8", "valid-utf-8"), (tuple(columns),))
    with pytest.raises(FileUnusable) as caught:
        find_layout(heading, shipped_item("CF-ZRR").definition)
    assert REQUIRED[0] in caught.value.text_en
    assert not re.search("[^ -~]", caught.value.text_en)
    assert len(caught.value.text_en) < 400  # what a batch keeps of it
    assert f"行政相对人名称（{REQUIRED[0]}）" in caught.value.text
