"""Passport numbers: which wait for a human, which are refused."""

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import WANG_WEI
from tests.records.test_ingest import rules, take


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        pytest.param("H12345678", "passport-unusual", id="formed-like-a-travel-permit"),
        pytest.param("12345678", "passport-unusual", id="eight-digits"),
        pytest.param("ABCDEFG", "passport-unusual", id="letters-alone"),
        pytest.param("E00000000", "unknown-person", id="usual"),
        pytest.param("E00*****0", "code-masked", id="masked"),
        pytest.param("E0000-0000", "bad-code", id="hyphen"),
        pytest.param("护照遗失", "bad-code", id="words"),
        pytest.param(WANG_WEI.code, "bad-code", id="citizens-number"),
    ],
)
def test_passport_of_unknown_form_waits(
    register: Register, tmp_path: Path, today: date, now: datetime, number: str, rule: str
) -> None:
    row = penalty(today, CF_XDR_ZJLX="2", CF_XDR_ZJHM=number)
    batch = take(register, write_csv(tmp_path / "a.csv", [row]), now)
    assert rules(register, batch) == {2: [rule]}


@pytest.mark.parametrize("number", ["H1234567", "C12345678"])
def test_other_kinds_of_unknown_form_are_refused(
    register: Register, tmp_path: Path, today: date, now: datetime, number: str
) -> None:
    row = penalty(today, CF_XDR_ZJLX="3", CF_XDR_ZJHM=number)
    batch = take(register, write_csv(tmp_path / "a.csv", [row]), now)
    assert rules(register, batch) == {2: ["bad-code"]}
