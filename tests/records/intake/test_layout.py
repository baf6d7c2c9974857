"""Columns are found by code, label or alias; what is missing is named; a forbidden one refuses the file."""

import pytest

from chengxin.lib.encodings import Encoding
from chengxin.records.errors import FileUnusable, ForbiddenColumns
from chengxin.records.intake.layout import find_layout, forbidden_kinds, names_of, spelling
from chengxin.records.intake.reading import Heading
from tests.records.intake.cases import shipped_item

ITEM = shipped_item("CF-ZRR").definition
CODES = tuple(field.code for field in ITEM.fields)
LABELS = tuple(field.label for field in ITEM.fields)
REQUIRED = [field for field in ITEM.fields if field.required]
ITEMS = ("CF-ZRR", "XK-ZRR", "SX-BZXR", "ZG-ZY", "RY-BZ", "ZY-FW", "CN-XY", "YZ-MD")


def heading(*rows: tuple[str, ...]) -> Heading:
    return Heading("csv", Encoding("utf-8", "valid-utf-8"), rows)


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("names", ["code", "label", "alias"])
def test_every_field_is_found_by_each_of_its_names(item: str, names: str) -> None:
    definition = shipped_item(item).definition
    row = tuple(
        field.aliases[-1] if names == "alias" and field.aliases else field.label if names != "code" else field.code
        for field in definition.fields
    )
    found = find_layout(heading(row), definition)
    assert list(found.columns.values()) == [field.code for field in definition.fields]
    assert found.unknown == found.missing == ()


@pytest.mark.parametrize("item", ITEMS)
def test_no_two_fields_of_an_item_share_a_name(item: str) -> None:
    definition = shipped_item(item).definition
    names = names_of(definition)
    for field in definition.fields:
        for name in (field.label, *field.aliases, field.code):
            assert names[spelling(name)] == field.code


@pytest.mark.parametrize(
    "how", [str.lower, lambda code: f" *{code} ", lambda code: "".join(chr(ord(char) + 0xFEE0) for char in code)]
)
def test_case_width_blanks_and_stars_do_not_matter(how: object) -> None:
    assert callable(how)
    row = tuple(how(code) for code in CODES)
    assert tuple(find_layout(heading(row), ITEM).columns.values()) == CODES


def test_title_rows_above_the_heading_are_passed_over() -> None:
    found = find_layout(heading(("行政处罚信息报送模板",), (), LABELS), ITEM)
    assert found.header_row == 3


def test_order_of_columns_does_not_matter() -> None:
    assert set(find_layout(heading(tuple(reversed(CODES))), ITEM).columns.values()) == set(CODES)


def test_unknown_columns_are_named_and_left_aside() -> None:
    found = find_layout(heading((*CODES, "序号", "", "承办人电话")), ITEM)
    assert found.unknown == ("序号", "承办人电话")
    assert set(found.columns.values()) == set(CODES)


def test_missing_optional_columns_are_named() -> None:
    row = tuple(code for code in CODES if code not in {"BZ", "CX_JLBH"})
    assert find_layout(heading(row), ITEM).missing == ("BZ", "CX_JLBH")


def test_missing_required_column_refuses_the_file_by_name() -> None:
    lost = REQUIRED[3]
    row = tuple(code for code in CODES if code != lost.code)
    with pytest.raises(FileUnusable) as caught:
        find_layout(heading(row), ITEM)
    assert lost.label in caught.value.text
    for text in (caught.value.text, caught.value.text_en):
        assert lost.code in text
        assert REQUIRED[0].code not in text


def test_no_heading_at_all_names_every_required_column() -> None:
    with pytest.raises(FileUnusable) as caught:
        find_layout(heading(("1", "2"), ("3", "4")), ITEM)
    assert all(field.code in caught.value.text for field in REQUIRED)


def test_empty_file_has_no_heading() -> None:
    with pytest.raises(FileUnusable):
        find_layout(heading(), ITEM)


def test_two_columns_of_one_field_refuse_the_file() -> None:
    with pytest.raises(FileUnusable, match="CF_WSH"):
        find_layout(heading((*CODES, ITEM.field("CF_WSH").label)), ITEM)


@pytest.mark.parametrize("kind", forbidden_kinds(), ids=lambda kind: kind.code)
def test_forbidden_kind_refuses_the_file(kind: object) -> None:
    named = next(one for one in forbidden_kinds() if one is kind)
    for fragment in named.headers:
        for column in (fragment, f"当事人{fragment}情况", fragment.upper()):
            with pytest.raises(ForbiddenColumns):
                find_layout(heading((*CODES, column)), ITEM)


@pytest.mark.parametrize("hidden", ["指\u200b纹", "指-纹", "指_纹", "\u202e血型", "finger-print", "指 纹*"])
def test_signs_are_no_hiding_place_for_a_forbidden_column(hidden: str) -> None:
    with pytest.raises(ForbiddenColumns):
        find_layout(heading((*CODES, hidden)), ITEM)


def test_signs_that_nobody_sees_make_no_other_column() -> None:
    row = (CODES[0][:2] + "\u200b" + CODES[0][2:], *CODES[1:])
    assert find_layout(heading(row), ITEM).unknown == ()


def test_refusal_of_a_forbidden_column_names_the_kind() -> None:
    with pytest.raises(ForbiddenColumns) as caught:
        find_layout(heading((*CODES, "血型")), ITEM)
    assert "血型" in caught.value.text
    assert "Blood" in caught.value.text_en or "blood" in caught.value.text_en


@pytest.mark.parametrize("item", ITEMS)
def test_no_item_has_a_forbidden_column_of_its_own_for_another_item(item: str) -> None:
    definition = shipped_item(item).definition
    row = tuple(field.label for field in definition.fields)
    assert find_layout(heading(row), definition).unknown == ()
