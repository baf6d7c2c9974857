"""What differs between two sets of items."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from chengxin.catalogue import wording
from chengxin.catalogue.comparing import compare
from chengxin.catalogue.files import DISCLOSURES, SHARE_CLASSES, shipped_items
from chengxin.catalogue.terms import ADMISSIONS, DISPLAY_RULES, FIELD_TYPES, NATURES, RETENTION_RULES, ROLES
from chengxin.identity.models import Organisation

ITEM: dict[str, Any] = {
    "code": "A",
    "name": "甲",
    "disclosure": ["authorised_query"],
    "bases": [{"ref": "L-1", "role": "collect"}],
    "field": [{"code": "X", "label": "姓名", "type": "text", "required": "always"}],
}


NAMES = wording.Names({"L-1": "《甲法》第一条"}, {"P-1": "行政许可审查"}, {"03": "行政管理信息"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"name": "乙"}, ("名称", "甲", "乙"), id="name"),
        pytest.param({"disclosure": ["authorised_query", "public"]}, ("披露方式", "", "社会公开"), id="wider"),
        pytest.param({"bases": []}, ("法律依据 L-1", "《甲法》第一条：准许归集", ""), id="basis-gone"),
        pytest.param(
            {"field": [{**ITEM["field"][0], "label": "名"}]}, ("数据项 X", "名称：姓名", "名称：名"), id="field"
        ),
        pytest.param({"field": []}, ("数据项 X", "姓名（文字，必填）", ""), id="field-gone"),
        pytest.param({"nature": "adverse"}, ("性质", "", "失信"), id="nature"),
        pytest.param({"retention_rule": "adverse"}, ("保存规则", "", "法定最长保存期满即删除"), id="keeping"),
        pytest.param({"display_rule": "court-list"}, ("公示规则", "", "以人民法院名单为准"), id="display"),
        pytest.param({"purposes": ["P-1", "P-2"]}, ("用途", "", "行政许可审查、P-2"), id="purposes"),
        pytest.param({"class": "03"}, ("类别", "", "行政管理信息"), id="class"),
        pytest.param({"provider_kinds": ["court"]}, ("提供单位类别", "", "人民法院"), id="providers"),
        pytest.param(
            {
                "update_cycle": {
                    "value": 7,
                    "unit": "working_day",
                    "from": "decided",
                    "source": ["甲法", "第二条"],
                    "provisional": True,
                }
            },
            ("更新周期", "", "自作出决定之日起 7 个工作日内（甲法第二条），暂定"),
            id="cycle",
        ),
        pytest.param({"roles": {"decided": "RQ"}}, ("角色", "", "决定日期是 RQ"), id="roles"),
        pytest.param(
            {"field": [{**ITEM["field"][0], "required": "no", "shown_to": ["self", "purpose"]}]},
            ("数据项 X", "必填：是", "必填：否；谁能看到：本人、合法用途的查询单位"),
            id="field-in-words",
        ),
        pytest.param({"remark": "新"}, ("remark", "", "新"), id="a-key-without-words"),
    ],
)
def test_each_difference_is_told_once(changes: dict[str, Any], told: tuple[str, str, str]) -> None:
    (found,) = compare({"A": ITEM}, {"A": {**ITEM, **changes}}, NAMES)
    (one,) = found.differences
    assert (found.change, one.where, one.before, one.after) == ("changed", *told)


def test_nothing_said_on_either_side_is_no_difference() -> None:
    (found,) = compare({}, {"A": {**ITEM, "share_conditions": "", "name_en": ""}})
    assert all(one.after for one in found.differences)


def test_new_and_ended_items_are_told_and_equal_ones_are_not() -> None:
    found = compare({"A": ITEM, "B": ITEM}, {"A": ITEM, "C": ITEM})
    assert [(one.code, one.change) for one in found] == [("B", "ended"), ("C", "new")]


def test_order_of_fields_is_a_difference() -> None:
    two = [{"code": "X", "label": "甲"}, {"code": "Y", "label": "乙"}]
    (found,) = compare({"A": {**ITEM, "field": two}}, {"A": {**ITEM, "field": two[::-1]}})
    assert [one.where for one in found.differences] == ["数据项的顺序"]
    assert [one.after for one in found.differences] == ["乙、甲"]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (DISCLOSURES, wording.DISCLOSURES), (SHARE_CLASSES, wording.SHARE_CLASSES), (NATURES, wording.NATURES),
        (DISPLAY_RULES, wording.DISPLAY_RULES), (RETENTION_RULES, wording.RETENTION_RULES), (ADMISSIONS, wording.ADMISSIONS),
        (FIELD_TYPES, wording.FIELD_KINDS), (ROLES, wording.PARTS), (Organisation.Kind.values, wording.ORGANISATION_KINDS),
    ],
)  # fmt: skip
def test_every_code_has_a_word(codes: Collection[str], words: Mapping[str, str]) -> None:
    assert set(codes) - set(words) == set()


def test_a_shipped_item_is_told_without_a_code() -> None:
    """What a new item is told as: no value of its file that has a word stands there as its code."""
    codes = {
        code
        for table in (*wording.IN_ITEM.values(), wording.FIELD_KINDS, wording.BASIS_ROLES, wording.SENSITIVITIES)
        for code, word in table.items()
        if code.lower() != word.lower()
    }
    for found in compare({}, {code: item for code, (_, item) in shipped_items().items()}):
        told = [one.after for one in found.differences]
        left = {code for code in codes for text in told if re.search(rf"(?<![A-Za-z_-]){code}(?![A-Za-z_-])", text)}
        assert left == set(), (found.code, left)
