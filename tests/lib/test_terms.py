"""Legal numbers as dated data: what is read, and everything that is refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.errors import Unusable
from chengxin.lib.periods import Period, PeriodUnit
from chengxin.lib.sources import Source
from chengxin.lib.terms import (
    Evidence,
    NumberMissing,
    TermGap,
    TermsUnusable,
    Unit,
    UnitMismatch,
    load_terms,
    provisional_terms,
)

HEAD = """\
name = "display-grade-general"
unit = "month"
"""

OLD = """\
[[term]]
from = 2023-05-01
until = 2025-01-01
min = 3
max = 12
source = ["信用信息修复管理办法（试行）", "第六条"]
evidence = "full-text"
"""

NEW = """\
[[term]]
from = 2026-04-01
min = 3
max = 12
source = ["信用修复管理办法", "第九条"]
evidence = "secondary"
provisional = true
"""

ANSWER = """\
name = "answer"
unit = "working_day"
[[term]]
from = 2020-10-01
own = 3
assisted = 7
source = ["山东省社会信用条例", "第三十九条第二款"]
evidence = "full-text"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rights" / "terms_data" / "display.toml"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_term_tells_its_numbers_unit_and_source(file: Path) -> None:
    term = load_terms(write(file, ANSWER)).at(date(2024, 9, 27))
    assert (term["own"], term["assisted"], term.unit) == (3, 7, Unit.WORKING_DAY)
    assert term.source == Source("山东省社会信用条例", "第三十九条第二款", valid_from=date(2020, 10, 1))
    assert (term.evidence, term.provisional) == (Evidence.FULL_TEXT, False)


@pytest.mark.parametrize(
    ("on", "law"),
    [
        pytest.param(date(2023, 5, 1), "信用信息修复管理办法（试行）", id="first-day"),
        pytest.param(date(2024, 12, 31), "信用信息修复管理办法（试行）", id="last-day"),
        pytest.param(date(2026, 4, 1), "信用修复管理办法", id="first-day-of-the-next"),
        pytest.param(date(2999, 1, 1), "信用修复管理办法", id="open-end"),
    ],
)
def test_the_term_in_force_on_a_day(file: Path, on: date, law: str) -> None:
    assert load_terms(write(file, HEAD + OLD + NEW)).at(on).source.law == law


@pytest.mark.parametrize("on", [date(2023, 4, 30), date(2025, 1, 1), date(2026, 3, 31)])
def test_a_day_without_term_is_a_gap_that_names_file_day_and_remedy(file: Path, on: date) -> None:
    table = load_terms(write(file, HEAD + OLD + NEW))
    with pytest.raises(TermGap) as caught:
        table.at(on)
    assert isinstance(caught.value, Unusable)
    for text in (caught.value.text, caught.value.text_en):
        assert "rights/terms_data/display.toml" in text
        assert on.isoformat() in text
        assert "[[term]]" in text
    assert table.find(on) is None


def test_a_term_without_end_lasts_until_the_next(file: Path) -> None:
    table = load_terms(write(file, HEAD + OLD.replace("until = 2025-01-01\n", "") + NEW))
    earlier = table.at(date(2026, 3, 31))
    assert earlier.valid_until == earlier.source.valid_until == date(2026, 4, 1)
    assert table.at(date(2026, 4, 1)) is table.terms[1]


def test_an_instant_is_no_day_to_ask_for(file: Path) -> None:
    with pytest.raises(TypeError):
        load_terms(write(file, ANSWER)).at(datetime(2026, 1, 1, tzinfo=UTC))


def test_an_unknown_number_is_refused_with_the_known_ones(file: Path) -> None:
    term = load_terms(write(file, ANSWER)).at(date(2024, 9, 27))
    with pytest.raises(NumberMissing) as caught:
        term["owm"]
    for text in (caught.value.text, caught.value.text_en):
        assert "owm" in text
        assert "assisted, own" in text
        assert "2020-10-01" in text


@pytest.mark.parametrize(
    ("unit", "period"),
    [
        ("day", Period(12, PeriodUnit.DAY)),
        ("month", Period(12, PeriodUnit.MONTH)),
        ("year", Period(12, PeriodUnit.YEAR)),
    ],
)
def test_a_number_as_period(file: Path, unit: str, period: Period) -> None:
    table = load_terms(write(file, HEAD.replace("month", unit) + NEW))
    assert table.at(date(2026, 4, 1)).period("max") == period


@pytest.mark.parametrize("unit", ["working_day", "fen", "count"])
def test_a_number_that_is_no_period_of_the_calendar(file: Path, unit: str) -> None:
    term = load_terms(write(file, HEAD.replace("month", unit) + NEW)).at(date(2026, 4, 1))
    with pytest.raises(UnitMismatch, match=unit):
        term.period("max")


class TestEdition:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            pytest.param("max = 12", "max = 13", id="number"),
            pytest.param("max = 12", "mox = 12", id="number-name"),
            pytest.param("2026-04-01", "2026-04-02", id="from"),
            pytest.param("第九条", "第十条", id="article"),
            pytest.param("信用修复管理办法", "信用修复条例", id="law"),
            pytest.param('"secondary"', '"memory"', id="evidence"),
            pytest.param('"secondary"\nprovisional = true', '"full-text"', id="confirmed"),
            pytest.param('"month"', '"day"', id="unit"),
            pytest.param("display-grade-general", "display-grade-serious", id="name"),
        ],
    )
    def test_changes_with_the_content(self, file: Path, old: str, new: str) -> None:
        text = HEAD + NEW
        assert old in text
        before = load_terms(write(file, text)).terms[0].edition
        assert load_terms(write(file, text.replace(old, new))).terms[0].edition != before

    def test_is_not_changed_by_order_comment_or_place(self, file: Path, tmp_path: Path) -> None:
        shuffled = "# note\n" + HEAD + NEW.replace("min = 3\nmax = 12\n", "max = 12\nmin = 3\n")
        elsewhere = write(tmp_path / "other.toml", shuffled)
        assert load_terms(write(file, HEAD + NEW)).terms[0].edition == load_terms(elsewhere).terms[0].edition

    def test_is_not_changed_by_a_successor(self, file: Path) -> None:
        alone = load_terms(write(file, HEAD + NEW)).terms[0]
        succeeded = load_terms(write(file, HEAD + NEW + NEW.replace("2026-04-01", "2030-01-01"))).terms[0]
        assert succeeded.valid_until == date(2030, 1, 1)
        assert succeeded.edition == alone.edition

    def test_is_the_same_in_every_process(self, file: Path) -> None:
        assert load_terms(write(file, ANSWER)).terms[0].edition == "6c2ec2d33fa5"


def test_provisional_terms_in_force_are_listed_by_name(tmp_path: Path) -> None:
    display = load_terms(write(tmp_path / "display.toml", HEAD + OLD + NEW))
    answer = load_terms(write(tmp_path / "answer.toml", ANSWER))
    guess = ANSWER.replace('"answer"', '"repair"').replace('"full-text"', '"memory"\nprovisional = true')
    repair = load_terms(write(tmp_path / "repair.toml", guess))
    tables = [display, answer, repair]
    assert [term.name for term in provisional_terms(tables, date(2026, 4, 1))] == ["display-grade-general", "repair"]
    assert [term.name for term in provisional_terms(tables, date(2026, 3, 31))] == ["repair"], "in the gap"
    assert provisional_terms(tables, date(2019, 1, 1)) == ()


def test_provisional_stands_on_the_source_too(file: Path) -> None:
    assert load_terms(write(file, HEAD + NEW)).terms[0].source.provisional


def test_full_text_of_another_province_may_be_provisional(file: Path) -> None:
    assert load_terms(write(file, ANSWER + "provisional = true\n")).terms[0].provisional


def test_a_byte_order_mark_is_let_through(file: Path) -> None:
    write(file, "").write_bytes(b"\xef\xbb\xbf" + ANSWER.encode())
    assert load_terms(file).name == "answer"


BAD = [
    pytest.param(ANSWER.replace('name = "answer"\n', ""), "name", id="no-name"),
    pytest.param(ANSWER.replace('"answer"', '"Answer due"'), "Answer due", id="name-with-space"),
    pytest.param(ANSWER.replace('"answer"', '" "'), "name", id="empty-name"),
    pytest.param(ANSWER.replace('unit = "working_day"\n', ""), "unit", id="no-unit"),
    pytest.param(ANSWER.replace("working_day", "week"), "week", id="unknown-unit"),
    pytest.param(ANSWER.replace("[[term]]", 'law = "x"\n[[term]]'), "law", id="unknown-key-at-top"),
    pytest.param('name = "answer"\nunit = "day"\n', "term", id="no-term"),
    pytest.param('name = "answer"\nunit = "day"\nterm = []\n', "term", id="empty-terms"),
    pytest.param('name = "answer"\nunit = "day"\nterm = [3]\n', "term", id="term-is-no-table"),
    pytest.param(ANSWER.replace("[[term]]", "[term]"), "[[term]]", id="term-written-once"),
]
BAD_TERM = [
    pytest.param(ANSWER.replace("from = 2020-10-01\n", ""), "from", id="no-from"),
    pytest.param(ANSWER.replace("2020-10-01", '"2020-10-01"'), "from", id="from-is-text"),
    pytest.param(ANSWER.replace("2020-10-01", "2020-10-01T00:00:00Z"), "from", id="from-is-an-instant"),
    pytest.param(ANSWER.replace("own = 3", "until = 2020-10-01\nown = 3"), "until", id="ends-when-it-begins"),
    pytest.param(ANSWER.replace("own = 3", "until = 2020\nown = 3"), "until", id="until-is-no-date"),
    pytest.param(ANSWER.replace("own = 3", "own = 3.5"), "own", id="number-is-broken"),
    pytest.param(ANSWER.replace("own = 3", "own = true"), "own", id="number-is-a-flag"),
    pytest.param(ANSWER.replace("own = 3", 'own = "3"'), "own", id="number-is-text"),
    pytest.param(ANSWER.replace("own = 3", "own = -3"), "own", id="number-is-negative"),
    pytest.param(ANSWER.replace("own = 3", "Own = 3"), "Own", id="number-name-in-capitals"),
    pytest.param(ANSWER.replace("own = 3\nassisted = 7\n", ""), "max = 12", id="no-number"),
    pytest.param(ANSWER.replace("source =", "sorce ="), "source", id="source-misspelt"),
    pytest.param(ANSWER.replace("source =", 'note = "x"\nsource ='), "note", id="unknown-key"),
    pytest.param(ANSWER.replace(', "第三十九条第二款"', ""), "source", id="source-without-article"),
    pytest.param(ANSWER.replace("第三十九条第二款", " "), "source", id="source-with-empty-article"),
    pytest.param(ANSWER.replace('["山东省社会信用条例", "第三十九条第二款"]', '"条例"'), "source", id="source-is-text"),
    pytest.param(ANSWER.replace('evidence = "full-text"\n', ""), "evidence", id="no-evidence"),
    pytest.param(ANSWER.replace("full-text", "hearsay"), "hearsay", id="unknown-evidence"),
    pytest.param(ANSWER.replace("full-text", "memory"), "provisional", id="memory-not-provisional"),
    pytest.param(ANSWER.replace("full-text", "secondary"), "provisional", id="secondary-not-provisional"),
    pytest.param(
        ANSWER.replace("full-text", "design") + "provisional = false\n", "provisional", id="design-not-provisional"
    ),
    pytest.param(ANSWER + 'provisional = "yes"\n', "provisional", id="provisional-is-text"),
]
BAD_SECOND = [
    pytest.param(HEAD + NEW + OLD, "2023-05-01", id="newest-first"),
    pytest.param(HEAD + NEW + NEW, "2026-04-01", id="twice-the-same-day"),
    pytest.param(HEAD + OLD.replace("2025-01-01", "2026-04-02") + NEW, "2026-04-02", id="overlap-of-a-day"),
    pytest.param(HEAD + OLD + NEW.replace("max", "mxa"), "mxa", id="number-misspelt-in-second"),
    pytest.param(HEAD + OLD + NEW.replace("min = 3\n", ""), "min", id="number-missing-in-second"),
]


def refusal(file: Path, text: str) -> TermsUnusable:
    with pytest.raises(TermsUnusable) as caught:
        load_terms(write(file, text))
    return caught.value


@pytest.mark.parametrize(("text", "named"), BAD)
def test_a_file_not_in_order_is_refused(file: Path, text: str, named: str) -> None:
    error = refusal(file, text)
    assert isinstance(error, Unusable)
    for told in (error.text, error.text_en):
        assert "rights/terms_data/display.toml" in told
        assert named in told


@pytest.mark.parametrize(("text", "named"), BAD_TERM)
def test_a_term_not_in_order_is_refused(file: Path, text: str, named: str) -> None:
    error = refusal(file, text)
    for told in (error.text, error.text_en):
        assert "rights/terms_data/display.toml [[term]] #1" in told
        assert named in told


@pytest.mark.parametrize(("text", "named"), BAD_SECOND)
def test_the_second_term_is_named_where_it_is_the_wrong_one(file: Path, text: str, named: str) -> None:
    error = refusal(file, text)
    for told in (error.text, error.text_en):
        assert "[[term]] #2" in told
        assert named in told


def test_refusals_are_written_in_both_languages(file: Path) -> None:
    error = refusal(file, ANSWER.replace("source =", "sorce ="))
    assert "缺少 source" in error.text
    assert "source is missing" in error.text_en
    assert "缺少" not in error.text_en


def test_a_misspelt_key_is_refused_even_where_all_needed_are_there(file: Path) -> None:
    assert "untill" in refusal(file, ANSWER + "untill = 2027-01-01\n").text


def test_a_term_may_begin_on_the_day_the_earlier_one_ends(file: Path) -> None:
    table = load_terms(write(file, HEAD + OLD.replace("2025-01-01", "2026-04-01") + NEW))
    assert [term.valid_until for term in table.terms] == [date(2026, 4, 1), None]


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(TermsUnusable, match=r"rights/terms_data/display\.toml") as caught:
        load_terms(file)
    assert "permissions" in caught.value.text_en


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("name = 条例".encode("gb18030"), "UTF-8", id="gb18030"),
        pytest.param(b"name = ", "TOML", id="not-toml"),
        pytest.param(b'name = "a"\nname = "b"\n', "TOML", id="key-twice"),
    ],
)
def test_a_file_that_cannot_be_read(file: Path, content: bytes, told: str) -> None:
    write(file, "").write_bytes(content)
    with pytest.raises(TermsUnusable) as caught:
        load_terms(file)
    assert told in caught.value.text
    assert told in caught.value.text_en


def test_what_the_code_needs_is_checked_when_loading(file: Path) -> None:
    write(file, ANSWER)
    assert load_terms(file, unit=Unit.WORKING_DAY, numbers=("own", "assisted")).unit is Unit.WORKING_DAY
    with pytest.raises(TermsUnusable, match="unit"):
        load_terms(file, unit=Unit.DAY)
    for numbers in (("own",), ("own", "assisted", "extension")):
        with pytest.raises(TermsUnusable, match="assisted, own"):
            load_terms(file, numbers=numbers)


@given(st.lists(st.dates(date(2000, 1, 1), date(2050, 1, 1)), min_size=1, max_size=6, unique=True), st.dates())
def test_on_each_day_the_latest_begun_term_is_in_force(
    tmp_path_factory: pytest.TempPathFactory, starts: list[date], on: date
) -> None:
    starts.sort()
    file = tmp_path_factory.mktemp("terms") / "many.toml"
    table = load_terms(write(file, HEAD + "".join(NEW.replace("2026-04-01", day.isoformat()) for day in starts)))
    begun = [day for day in starts if day <= on]
    found = table.find(on)
    assert (found.valid_from if found else None) == (begun[-1] if begun else None)
