"""The checks as data: editions that stay as they were, phases, questions, notes, and what holds for a file in later years."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.demo.organisations import organisation_code
from chengxin.lib.workdays import WorkCalendar
from chengxin.records import rules as law
from chengxin.records.checks import FOLDER, ChecksUnusable, check_book, editions, message_of, read_checks
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, MARKET, NAMESAKE, OTHER, WANG_WEI
from tests.records.test_ingest import counts, numbers_of, rules, small_blocks, take  # noqa: F401  # a fixture

# An edition that was in force isn't edited: a line is added here when one comes into force, and none is ever changed.
DIGESTS = {
    "2026.2.toml": "a87dca1abdc177fd263d5d8e040dd9030f18e92904925ae9f8588e52369f7b52",
    "2026.3.toml": "521d13adc0748db619ff542807ff1a3506a3c658f85af60e58ad7ed38f0a2945",
}
DRAFT = b"""
[[check]]
code = "dear"
version = 1
severity = "question"
scope = "row"
safeguard = false
message = "a"
message_en = "a"
remedy = "a"
remedy_en = "a"
example = "a"
example_en = "a"
harm = "a"
harm_en = "a"
source = "a"
"""


def test_an_edition_once_in_force_is_not_edited() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("20*.toml")}
    assert found == DIGESTS


def test_every_check_says_all_that_a_clerk_and_a_person_need() -> None:
    for check in editions()[-1][1].checks.values():
        assert all((check.message, check.message_en, check.remedy, check.remedy_en, check.example, check.example_en))
        assert all((check.harm, check.harm_en, check.source, check.scope)), check.code
        assert check.since > date.min, check.code


def test_no_edition_lacks_a_safeguard() -> None:
    first, *later = [book.safeguards for _, book in editions()]
    assert first
    assert all(book >= first for book in later)


@pytest.mark.parametrize(("on", "edition"), [("2026-10-31", "2026.2"), ("2026-11-01", "2026.3")])
def test_the_edition_is_that_of_the_day(on: str, edition: str) -> None:
    assert check_book(date.fromisoformat(on)).edition == edition


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b'until = 2026-01-01\n[[check.when]]\nof = "role:fine"\nis = "says"\n', id="comparison"),
        pytest.param(b'[[check.when]]\nof = "name:x"\nis = "empty"\n', id="operand"),
        pytest.param(b'[[check.when]]\nof = "day:born"\nis = "before"\non = 2026-01-01\n', id="day"),
        pytest.param(b'[[check.when]]\nof = "role:document"\nis = "begins-with-none"\nvalues = ["ABC"]\n', id="one-document"),
        pytest.param(b'harmful = "x"\n', id="unknown-key"),
    ],
)  # fmt: skip
def test_a_draft_that_is_not_in_order_is_refused(tail: bytes) -> None:
    read_checks(DRAFT, "draft.toml")
    with pytest.raises(ChecksUnusable):
        read_checks(DRAFT + tail, "draft.toml")


def test_a_check_out_of_effect_is_not_asked() -> None:
    book = read_checks(DRAFT + b"since = 2026-01-01\nuntil = 2026-02-01\n", "draft.toml")
    assert book.checks["dear"].since == date(2026, 1, 1)
    assert book.checks["dear"].until == date(2026, 2, 1)


def test_logic_is_asked_of_rows_whose_fields_can_be_read(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    late: dict[str, Any] = {"CX_XWZZRQ": today.isoformat()}
    rows = [
        penalty(today, 1, **late),
        penalty(today, 2, CF_NR_FK="x", **late),
        penalty(today, 3, CF_NR_FK="x", CX_CXLX="2"),
    ]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), now)
    assert rules(register, batch) == {2: ["dates-out-of-order"], 3: ["bad-number"], 4: ["simplified-procedure"]}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        pytest.param({"CF_NR_FK": "20"}, "fine-out-of-range", id="huge-by-amount-alone"),
        pytest.param({"CF_NR_FK": "19.99"}, "", id="below-huge"),
        pytest.param({"CF_NR_FK": "20", "CF_CFLB": "1;4", "CF_NR_ZKDX": "经营许可证"}, "", id="huge-and-suspended"),
        pytest.param({"CF_GSJZQ": "1"}, "display-ends-early", id="display-ends-early"),
        pytest.param({"CF_GSJZQ": "400"}, "", id="display-ends-in-time"),
        pytest.param({"CF_CFJGDM": organisation_code("financial", 5)}, "organ-not-competent", id="a-company"),
        pytest.param({"CF_CFJGDM": OTHER}, "", id="another-department"),
    ],
)  # fmt: skip
def test_a_row_in_question_is_held(
    register: Register, tmp_path: Path, today: date, now: datetime, values: dict[str, Any], rule: str
) -> None:
    if "CF_GSJZQ" in values:
        decided = date.fromisoformat(penalty(today)["CF_JDRQ"])
        values = {"CF_GSJZQ": (decided + timedelta(days=int(values["CF_GSJZQ"]))).isoformat()}
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, **values)]), now)
    assert rules(register, batch) == ({2: [rule]} if rule else {})
    assert (batch.new, batch.waiting) == ((0, 1) if rule else (1, 0))


def test_an_organ_registered_as_a_bank_is_in_question(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_organisation SET kind = 'financial' WHERE code = %s", [OTHER])
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, CF_CFJGDM=OTHER)]), now)
    assert rules(register, batch) == {2: ["organ-not-competent"]}


@pytest.mark.parametrize("apart", [0, 3], ids=["one-block", "two-blocks"])
@pytest.mark.usefixtures("small_blocks")
def test_namesakes_of_one_document_are_in_question_wherever_they_stand(
    register: Register, tmp_path: Path, today: date, now: datetime, apart: int
) -> None:
    between = [penalty(today, 20 + place, LI_NA) for place in range(apart)]
    rows = [penalty(today, 1), *between, penalty(today, 1, NAMESAKE), penalty(today, 1, LI_NA)]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), now)
    asked = ["document-of-namesakes"]
    assert rules(register, batch) == {2: asked, 3 + apart: asked}
    assert counts(batch) == {
        "read": apart + 3,
        "new": apart + 1,
        "changed": 0,
        "unchanged": 0,
        "waiting": 2,
        "refused": 0,
    }


def test_a_namesake_whom_the_ledger_has_under_the_document_is_in_question(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2)]), now)
    assert first.new == 2
    rows = [penalty(today, 1, NAMESAKE), penalty(today, 1, LI_NA), penalty(today, 3, NAMESAKE)]
    batch = take(register, write_csv(tmp_path / "b.csv", rows), now)
    assert rules(register, batch) == {2: ["document-of-namesakes"]}
    assert (batch.new, batch.waiting) == (2, 1)


def test_a_code_that_is_corrected_meets_no_namesake(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    ((_, number, _, _),) = numbers_of(register, first)
    batch = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, NAMESAKE, CX_JLBH=number)]), now)
    assert rules(register, batch) == {}
    assert (batch.changed, batch.waiting) == (1, 0)


@pytest.mark.parametrize(
    ("on", "last"),
    [
        pytest.param("2026-03-19", "2026-03-09", id="seven-working-days"),
        pytest.param("2026-10-15", "2026-09-29", id="over-the-national-holiday"),
    ],
)
def test_the_last_day_that_is_reported_late(on: str, last: str) -> None:
    calendar = WorkCalendar()
    found = law.last_late_day(date.fromisoformat(on), 7, "working_day", calendar)
    assert found.isoformat() == last
    assert calendar.add(found, 7) < date.fromisoformat(on) <= calendar.add(found + timedelta(days=1), 7)


def test_a_late_report_is_told_once_for_the_file_and_held_against_nobody(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    long_ago = (today - timedelta(days=30)).isoformat()
    rows = [penalty(today, 1), penalty(today, 2, CX_QDRQ=long_ago), penalty(today, 3, LI_NA, CX_QDRQ=long_ago)]
    path = write_csv(tmp_path / "a.csv", rows)
    batch = take(register, path, now)
    assert (batch.new, batch.waiting, batch.refused) == (3, 0, 0)
    asked = "SELECT row_number, rule, rows FROM records_finding WHERE batch_id = %s"
    assert register.rows(asked, batch.pk) == [(0, "reported-late", 2)]
    again = take(register, path, now)
    assert again.unchanged == 3
    assert register.rows(asked, again.pk) == []


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("edition", ["2026.2", "2026.3"])
def test_the_same_file_gives_the_same_result_in_later_years(register: Register, edition: str) -> None:
    """What the file of rows gives under an edition, byte for byte: the receipt's counts and edition, and every finding."""
    at = {"2026.2": datetime(2026, 10, 12, 4, tzinfo=UTC), "2026.3": datetime(2026, 11, 16, 4, tzinfo=UTC)}[edition]
    batch = take(register, GOLDEN / "penalties.csv", at)
    found = register.rows(
        "SELECT row_number, rule, rule_version, field, rows FROM records_finding WHERE batch_id = %s ORDER BY 1, 2, 4",
        batch.pk,
    )
    told = {"as_of": str(batch.as_of), "rules_edition": batch.rules_edition, **counts(batch), "findings": found}
    assert json.dumps(told, indent=1) + "\n" == (GOLDEN / f"{edition}.json").read_text(encoding="utf-8")


def test_the_golden_file_is_the_one_that_was_judged() -> None:
    content = (GOLDEN / "penalties.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() == (GOLDEN / "penalties.sha256").read_text(encoding="utf-8").strip()
    assert MARKET.encode() in content
    assert WANG_WEI.code.encode() in content


def test_what_a_check_says_is_told_of_its_own_version() -> None:
    for _, book in editions():
        for check in book.checks.values():
            newest = [one.checks[check.code] for _, one in editions() if check.code in one.checks]
            same = [one for one in newest if one.version == check.version]
            assert message_of(check.code, check.version) == same[-1].message
    assert message_of("fine-out-of-range", 99) == ""
    assert message_of("no-such-check", 1) == ""
