"""A provider withdraws what it handed in by the numbers of its receipts: versions, nothing deleted, nobody else's."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from chengxin.records.errors import FileUnusable
from chengxin.records.models import Batch
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, OTHER, WANG_WEI
from tests.records.test_ingest import counts, numbers_of, rules, take
from tests.records.test_undoing import undo

STATES = "SELECT version, state, shown_from = shown_until FROM records_version ORDER BY row_number, version"


@pytest.fixture
def withdraw(register: Register, tmp_path: Path, now: datetime) -> Callable[..., Batch]:
    def done(*rows: tuple[str, str], heading: tuple[str, ...] = ("撤回记录编号", "撤回原因"), **named: Any) -> Batch:
        path = tmp_path / "w.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *rows])
        return take(register, path, now, **named)

    return done


@pytest.fixture
def numbers(register: Register, tmp_path: Path, today: date, now: datetime) -> list[str]:
    rows = [penalty(today, 1, WANG_WEI), penalty(today, 2, LI_NA)]
    return [
        number for _, number, _, _ in numbers_of(register, take(register, write_csv(tmp_path / "a.csv", rows), now))
    ]


def test_a_withdrawn_record_gets_a_last_version_without_values(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch]
) -> None:
    batch = withdraw((numbers[0], "误报"), (numbers[1], "文书撤销"))
    assert counts(batch) == {"read": 2, "new": 0, "changed": 2, "unchanged": 0, "waiting": 0, "refused": 0}
    assert register.rows(STATES) == [
        (1, "active", False),
        (2, "withdrawn", True),
        (1, "active", False),
        (2, "revoked", True),
    ]
    assert register.rows("SELECT count(*), max(version) FROM records_payload") == [(2, 1)]


def test_withdrawing_twice_changes_nothing(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch]
) -> None:
    one = (numbers[0], "重复")
    assert counts(withdraw(one, one))["unchanged"] == 1
    assert counts(withdraw(one))["unchanged"] == 1
    assert register.rows("SELECT count(*) FROM records_version WHERE state = 'withdrawn'") == [(1,)]


def test_anothers_and_unknown_numbers_are_refused_alike(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch]
) -> None:
    theirs = withdraw((numbers[0], "误报"), ("R" + "A" * 26, "误报"), ("x", "误报"), ("", "误报"), provider=OTHER)
    assert counts(theirs)["refused"] == 4
    assert {rule for found in rules(register, theirs).values() for rule in found} == {"withdrawal-unknown"}
    assert register.rows("SELECT count(*) FROM records_version WHERE state <> 'active'") == [(0,)]


def test_another_items_number_is_refused(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch]
) -> None:
    assert counts(withdraw((numbers[0], "误报"), item="ZG-ZY"))["refused"] == 1


def test_a_reason_is_one_of_the_list_and_no_text_is_kept(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch]
) -> None:
    batch = withdraw((numbers[0], "因其患病"), (numbers[1], "error"))
    assert rules(register, batch) == {2: ["withdrawal-reason"]}
    assert counts(batch)["changed"] == 1


@pytest.mark.parametrize("heading", [("撤回记录编号",), ("撤回记录编号", "撤回原因", "备注"), ("撤回记录编号", "原因")])
def test_a_file_of_withdrawals_has_its_two_columns(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch], heading: tuple[str, ...]
) -> None:
    with pytest.raises(FileUnusable, match="两列"):
        withdraw((numbers[0], "误报", "x")[: len(heading)], heading=heading)
    assert register.rows("SELECT count(*) FROM records_version WHERE state <> 'active'") == [(0,)]


def test_what_was_accepted_stays_until_its_replacement_is(
    register: Register, numbers: list[str], tmp_path: Path, today: date, now: datetime
) -> None:
    """A correction that is refused leaves the record as it was; one that is accepted takes its place."""
    wrong = penalty(today, 7, WANG_WEI, CX_JLBH=numbers[0], CF_WFXW="")
    assert counts(take(register, write_csv(tmp_path / "b.csv", [wrong]), now))["refused"] == 1
    assert [row for row in register.rows(STATES) if row[1] != "active"] == []
    right = penalty(today, 7, WANG_WEI, CX_JLBH=numbers[0])
    assert counts(take(register, write_csv(tmp_path / "c.csv", [right]), now))["changed"] == 1
    assert len([row for row in register.rows(STATES) if row[1] == "withdrawn"]) == 1


@pytest.mark.parametrize("reason", ["误报", "文书撤销"])
def test_a_withdrawal_by_mistake_is_undone(
    register: Register, numbers: list[str], withdraw: Callable[..., Batch], now: datetime, reason: str
) -> None:
    undo(register, withdraw((numbers[0], reason)), now)
    newest = "SELECT DISTINCT ON (subject_id, record_id) state FROM records_version ORDER BY subject_id, record_id, version DESC"
    assert register.rows(newest) == [("active",), ("active",)]


def test_lines_of_a_withdrawn_record_are_not_known(
    register: Register, tmp_path: Path, numbers: list[str], withdraw: Callable[..., Batch], today: date, now: datetime
) -> None:
    withdraw((numbers[0], "误报"))
    rows = [penalty(today, 1, WANG_WEI), penalty(today, 2, LI_NA)]
    again = take(register, write_csv(tmp_path / "again.csv", rows), now)
    assert counts(again) == {"read": 2, "new": 0, "changed": 0, "unchanged": 1, "waiting": 1, "refused": 0}
    assert rules(register, again) == {2: ["record-closed"]}
