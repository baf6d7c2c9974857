"""Rows that a provider handed in before: they come to what the whole way would make of them, without going it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.records.intake import pipeline
from chengxin.records.intake.admission import RowChecker
from chengxin.records.intake.known import MARKS
from chengxin.records.intake.reading import ROW
from tests.conftest import Register
from tests.penalties import COLUMNS, csv_text, penalty, write_csv
from tests.people import LI_NA, OTHER, PEOPLE, WANG_WEI, write_population
from tests.records.test_ingest import counts, numbers_of, rules, take

Rows = list[dict[str, str]]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tell which rows went the whole way."""
    rows: list[int] = []
    whole = RowChecker.check

    def check(self: RowChecker, frame: pl.DataFrame, *clean: Any) -> Any:
        rows.extend(frame[ROW].to_list())
        return whole(self, frame, *clean)

    monkeypatch.setattr(RowChecker, "check", check)
    return rows


def ten(today: date) -> Rows:
    return [penalty(today, number, WANG_WEI if number % 2 else LI_NA) for number in range(1, 11)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_same_rows_in_another_order_are_known(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int], encoding: str, line_end: str
) -> None:
    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    checked.clear()
    text = csv_text(list(reversed(ten(today)))).replace("\n", line_end)
    (tmp_path / "b.csv").write_bytes(text.encode(encoding))
    again = take(register, tmp_path / "b.csv", now)
    assert checked == []
    assert counts(again) == {"read": 10, "new": 0, "changed": 0, "unchanged": 10, "waiting": 0, "refused": 0}
    assert register.rows("SELECT count(*) FROM records_version") == [(10,)]


def test_what_is_new_goes_the_whole_way_under_its_own_row_number(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int]
) -> None:
    rows = ten(today)
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    checked.clear()
    mended = [*rows[:3], {**rows[3], "CF_NR": "罚款三万元"}, *rows[4:7], penalty(today, 77, CF_JDRQ="昨天"), *rows[7:]]
    again = take(register, write_csv(tmp_path / "b.csv", mended), now)
    assert checked == [5, 9]
    assert counts(again) == {"read": 11, "new": 0, "changed": 1, "unchanged": 9, "waiting": 0, "refused": 1}
    assert rules(register, again) == {9: ["bad-date"]}
    assert [row for row, *_ in numbers_of(register, again)] == [5]


def as_csv(path: Path, rows: Rows) -> Path:
    return write_csv(path.with_suffix(".csv"), rows, columns=tuple(reversed(COLUMNS)))


def as_padded_csv(path: Path, rows: Rows) -> Path:
    """Write the rows quoted, with blanks around the values, and without a column in which nothing stands."""
    kept = [column for column in COLUMNS if any(row.get(column) for row in rows)]
    lines = [",".join(kept), *(",".join(f'" {row.get(column, "")}"' for column in kept) for row in rows)]
    path = path.with_suffix(".csv")
    path.write_text("\r\n".join(lines), encoding="utf-8")
    return path


def as_json_lines(path: Path, rows: Rows) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def as_workbook(path: Path, rows: Rows) -> Path:
    path = path.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([COLUMNS, *([row.get(column, "") for column in COLUMNS] for row in rows)]):
            sheet.write_row(number, 0, cells)
    return path


@pytest.mark.parametrize("write", [as_csv, as_padded_csv, as_json_lines, as_workbook])
def test_the_form_of_the_file_makes_no_difference(
    register: Register,
    tmp_path: Path,
    today: date,
    now: datetime,
    checked: list[int],
    write: Callable[[Path, Rows], Path],
) -> None:
    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    checked.clear()
    again = take(register, write(tmp_path / "b", ten(today)), now)
    assert checked == []
    assert counts(again)["unchanged"] == 10


def test_what_another_key_sealed_counts_for_nothing(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int]
) -> None:
    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE records_mark DISABLE TRIGGER USER")
        connection.execute("UPDATE records_mark SET content = overlay(content PLACING '\\x00'::bytea FROM 40)")
    checked.clear()
    again = take(register, write_csv(tmp_path / "b.csv", ten(today)), now)
    assert len(checked) == 10
    assert counts(again)["unchanged"] == 10


def test_another_providers_rows_are_nobodys(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int]
) -> None:
    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    checked.clear()
    take(register, write_csv(tmp_path / "b.csv", ten(today)), now, provider=OTHER)
    assert len(checked) == 10


def test_rows_whose_record_was_changed_since_are_not_known(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int]
) -> None:
    rows = ten(today)
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    take(register, write_csv(tmp_path / "b.csv", [{**rows[0], "CF_NR": "罚款三万元"}]), now)
    checked.clear()
    again = take(register, write_csv(tmp_path / "c.csv", rows), now)
    assert checked == [2]
    assert counts(again)["changed"] == 1


def test_rows_of_who_died_since_are_not_known(
    register: Register, tmp_path: Path, today: date, now: datetime, checked: list[int]
) -> None:
    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    register.become("intake")
    people = tuple(replace(one, died="20260105") if one is LI_NA else one for one in PEOPLE)
    load_population(write_population(tmp_path / "p.csv", people), areas=areas(), at=now)
    checked.clear()
    again = take(register, write_csv(tmp_path / "b.csv", ten(today)), now)
    assert len(checked) == 5
    assert {rule for found in rules(register, again).values() for rule in found} == {"person-dead"}


def test_a_known_row_and_another_of_its_record_both_wait(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = ten(today)
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    again = take(register, write_csv(tmp_path / "b.csv", [*rows, {**rows[0], "CF_NR": "罚款三万元"}]), now)
    assert rules(register, again) == {2: ["conflict-in-file"], 12: ["conflict-in-file"]}
    assert counts(again) == {"read": 11, "new": 0, "changed": 0, "unchanged": 9, "waiting": 2, "refused": 0}


def test_marks_go_with_the_first_of_their_records(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    from chengxin.site.eraser import erase_due

    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    assert register.rows("SELECT count(*) FROM records_mark") == [(1,)]
    register.become("eraser")
    erase_due(tmp_path, at=now)
    assert register.rows("SELECT count(*) FROM records_mark") == [(1,)]
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE records_mark DISABLE TRIGGER USER")
        connection.execute("UPDATE records_mark SET erase_on = %s", [today])
    erase_due(tmp_path, at=now)
    assert register.rows("SELECT count(*) FROM records_mark") == [(0,)]


def test_no_mark_leads_back_without_the_key(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    take(register, write_csv(tmp_path / "a.csv", ten(today)), now)
    (held,) = register.rows("SELECT content FROM records_mark")
    assert WANG_WEI.code.encode() not in bytes(held[0])
    assert "无照经营".encode() not in bytes(held[0])


EDITS = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(["leave", "change", "double", "contradict", "break", "mask", "drop", "move"])
    ),
    max_size=6,
)


def edited(rows: Rows, edits: list[tuple[int, str]], today: date) -> Rows:
    """Give the rows of a second file: each edit does one thing to one row of the first."""
    made: list[Rows] = [[row] for row in rows]
    for place, edit in edits:
        row = rows[place]
        made[place] = {
            "leave": [row],
            "change": [{**row, "CF_NR": "罚款三万元"}],
            "double": [row, row],
            "contradict": [row, {**row, "CF_NR": "罚款四万元"}],
            "break": [{**row, "CF_JDRQ": "昨天"}],
            "mask": [{**row, "CF_XDR_ZJHM": row["CF_XDR_ZJHM"][:6] + "********" + row["CF_XDR_ZJHM"][-4:]}],
            "drop": [],
            "move": [],
        }[edit]
        if edit == "move":
            made.append([row])
    return [row for part in made for row in part] or [penalty(today, 99)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=EDITS, second=EDITS)
def test_marks_change_nothing_but_the_work(
    register: Register,
    tmp_path: Path,
    today: date,
    now: datetime,
    first: list[tuple[int, str]],
    second: list[tuple[int, str]],
) -> None:
    """Whatever two files say one after the other: with marks and without, the same counts, findings and records."""
    folder = tmp_path / "files"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    prefix = str(len(register.rows("SELECT id FROM records_batch")))
    outcomes = []
    for way in ("marks", "whole"):
        rows = [{**row, "CF_WSH": f"{way}{prefix}-{row['CF_WSH']}"} for row in ten(today)]
        files = [edited(rows, edits, today) for edits in ([], first, second)]
        told = []
        for number, file in enumerate(files):
            with pytest.MonkeyPatch.context() as patched:
                if way == "whole":
                    patched.setattr(pipeline, "read_marks", lambda *_: pl.DataFrame(schema=MARKS))
                batch = take(register, write_csv(folder / f"{way}{number}.csv", file), now)
            told.append((counts(batch), rules(register, batch), [row for row, *_ in numbers_of(register, batch)]))
        outcomes.append(told)
    assert outcomes[0] == outcomes[1]
