"""What differs between two sets of items."""

from typing import Any

import pytest

from chengxin.catalogue.comparing import compare

ITEM: dict[str, Any] = {
    "code": "A",
    "name": "甲",
    "disclosure": ["authorised_query"],
    "bases": [{"ref": "L-1", "role": "collect"}],
    "field": [{"code": "X", "label": "姓名", "type": "text", "required": "always"}],
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"name": "乙"}, ("名称", "甲", "乙"), id="name"),
        pytest.param({"disclosure": ["authorised_query", "public"]}, ("披露方式", "", "public"), id="wider"),
        pytest.param({"bases": []}, ("法律依据 L-1", "ref=L-1；role=collect", ""), id="basis-gone"),
        pytest.param(
            {"field": [{**ITEM["field"][0], "label": "名"}]}, ("数据项 X", "label=姓名", "label=名"), id="field"
        ),
        pytest.param({"field": []}, ("数据项 X", "姓名（text，必填）", ""), id="field-gone"),
        pytest.param({"remark": "新"}, ("remark", "", "新"), id="a-key-without-words"),
    ],
)
def test_each_difference_is_told_once(changes: dict[str, Any], told: tuple[str, str, str]) -> None:
    (found,) = compare({"A": ITEM}, {"A": {**ITEM, **changes}})
    (one,) = found.differences
    assert (found.change, one.where, one.before, one.after) == ("changed", *told)


def test_new_and_ended_items_are_told_and_equal_ones_are_not() -> None:
    found = compare({"A": ITEM, "B": ITEM}, {"A": ITEM, "C": ITEM})
    assert [(one.code, one.change) for one in found] == [("B", "ended"), ("C", "new")]


def test_order_of_fields_is_a_difference() -> None:
    two = [{"code": "X", "label": "甲"}, {"code": "Y", "label": "乙"}]
    (found,) = compare({"A": {**ITEM, "field": two}}, {"A": {**ITEM, "field": two[::-1]}})
    assert [one.where for one in found.differences] == ["数据项的顺序"]
