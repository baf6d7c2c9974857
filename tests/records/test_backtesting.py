"""A check tried on what the ledger holds gives what intake would have found, in numbers alone."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from chengxin.catalogue.queries import find_purpose, open_item
from chengxin.records.backtesting import NothingToTry, backtest
from chengxin.records.checks import newest_book, read_checks
from chengxin.records.intake.admission import RowChecker
from chengxin.records.intake.fields import FieldChecker
from chengxin.records.services import areas
from chengxin.records.terms import record_terms
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, MARKET, OTHER, WANG_WEI
from tests.records.intake.cases import framed
from tests.records.test_ingest import take

DAY = date(2026, 9, 30)
BEFORE = datetime(2026, 10, 12, 4, tzinfo=UTC)
ROWS = [
    penalty(DAY, 1), penalty(DAY, 2, CF_NR_FK="30"), penalty(DAY, 3, LI_NA, CF_NR_FK="", CF_CFLB="0"),
    penalty(DAY, 4, LI_NA, CF_GSJZQ="2026-06-30"), penalty(DAY, 5, CF_GSJZQ="2099-01-01"),
    penalty(DAY, 6, CF_NR_FK="25", CF_CFLB="1;4", CF_NR_ZKDX="经营许可证"), penalty(DAY, 7, CF_CFJGDM=OTHER),
]  # fmt: skip
CONDITIONS = {
    "at-least": ['of = "role:fine"\nis = "at-least"\nnumber = 2500000'],
    "less": ['of = "role:fine"\nis = "less"\nnumber = 25000000'],
    "term": ['of = "role:fine"\nis = "at-least"\nterm = "huge"'],
    "before": ['of = "field:CF_GSJZQ"\nis = "before"\nthan = "day:repair_from"'],
    "after": ['of = "field:CF_GSJZQ"\nis = "after"\nthan = "day:shown_until"'],
    "on": ['of = "day:ended"\nis = "before"\non = 2026-05-01'],
    "empty": ['of = "role:fine"\nis = "empty"'],
    "filled": ['of = "field:CF_GSJZQ"\nis = "filled"'],
    "any": ['of = "role:kinds"\nis = "maps-to-any"\nvalues = ["suspension"]'],
    "none": ['of = "role:kinds"\nis = "maps-to-none"\nvalues = ["suspension", "warning"]'],
    "begins": ['of = "role:organ"\nis = "begins-with-none"\nvalues = ["9", "5"]'],
    "both": ['of = "role:fine"\nis = "at-least"\nterm = "huge"', 'of = "field:CF_NR_ZKDX"\nis = "empty"'],
}
WORDS = "".join(
    f'{word} = "x"\n'
    for word in ("message", "message_en", "remedy", "remedy_en", "example", "example_en", "harm", "harm_en", "source")
)


def draft() -> str:
    return "".join(
        f'[[check]]\ncode = "{code}"\nversion = 1\nseverity = "question"\nscope = "row"\nsafeguard = false\nitems = ["CF-ZRR"]\n{WORDS}'
        + "".join(f"[[check.when]]\n{condition}\n" for condition in conditions)
        for code, conditions in CONDITIONS.items()
    )


@pytest.fixture
def held(register: Register, tmp_path: Path) -> Register:
    batch = take(register, write_csv(tmp_path / "a.csv", ROWS), BEFORE)
    assert batch.new == len(ROWS)
    register.become("intake")
    return register


def test_the_ledger_is_asked_what_intake_asks(held: Register, now: datetime, today: date) -> None:
    book = read_checks(draft().encode(), "draft.toml")
    found = {one.rule: one for one in backtest(book, case="校核1", actor="", at=now)}
    item = open_item("CF-ZRR", today)
    frame, _ = FieldChecker(item, today).check(
        framed([{name: value or None for name, value in row.items()} for row in ROWS])
    )
    _, findings = RowChecker(item, record_terms(today), today, areas(), attested=False, book=book).check(frame)
    expected = Counter(rule for rule in findings["rule"] if rule in CONDITIONS)
    assert {rule: one.found for rule, one in found.items()} == {rule: expected[rule] for rule in CONDITIONS}
    assert {(one.provider, one.held) for one in found.values()} == {(MARKET, len(ROWS))}
    assert all(expected[rule] > 0 for rule in CONDITIONS)


def test_the_act_is_noted_and_what_comes_out_names_nobody(held: Register, now: datetime) -> None:
    found = backtest(newest_book(), case="校核〔2026〕1号", actor="", at=now, only="fine-out-of-range")
    assert [(one.found, one.held) for one in found] == [(1, len(ROWS))]
    assert WANG_WEI.code not in repr(found)
    ((subject, note),) = held.rows("SELECT subject, note FROM ground_action WHERE act = 'checks.backtest'")
    assert subject == f"checks:{newest_book().digest}"
    assert note == "校核〔2026〕1号 fine-out-of-range"


def test_a_check_that_is_no_data_cannot_be_tried(held: Register, now: datetime) -> None:
    with pytest.raises(NothingToTry):
        backtest(newest_book(), case="1", actor="", at=now, only="minor")
    assert held.rows("SELECT count(*) FROM ground_action WHERE act = 'checks.backtest'") == [(0,)]


@pytest.mark.parametrize(
    ("purpose", "tests"),
    [
        pytest.param("JL-SC", '[{"of": "day:ended", "is": "empty"}]', id="purpose-that-reads-no-penalties"),
        pytest.param("JH-JC", '[{"of": "field:CF_WSH", "is": "says", "values": ["x"]}]', id="text"),
        pytest.param("JH-JC", '[{"of": "field:CF_WSH", "is": "maps-to-any", "values": ["x"]}]', id="text-as-a-code"),
        pytest.param("JH-JC", '[{"of": "field:CF_WSH", "is": "begins-with-none", "values": ["并市监"]}]', id="long-beginning"),
        pytest.param("JH-JC", "[]", id="nothing"),
    ],
)  # fmt: skip
def test_the_database_answers_no_other_question(held: Register, today: date, purpose: str, tests: str) -> None:
    number, item = find_purpose(purpose, today).id, open_item("CF-ZRR", today).id
    with held.connect("intake") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM records_backtest(%s, %s::smallint, %s::jsonb)", [number, item, tests])


def test_nobody_but_the_worker_asks(held: Register, today: date) -> None:
    number, item = find_purpose("JH-JC", today).id, open_item("CF-ZRR", today).id
    for role in ("app", "admin", "public"):
        with held.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM records_backtest(%s, %s::smallint, '[]'::jsonb)", [number, item])
