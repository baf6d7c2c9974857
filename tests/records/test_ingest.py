"""A department's file becomes records: what is counted, what is stored, what happens the second time."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chengxin.identity.queries import find_organisation
from chengxin.records.models import Batch
from chengxin.records.queries import batch_numbers, receipt
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import ingest_file
from tests.conftest import Register
from tests.penalties import COLUMNS, penalty, write_csv
from tests.people import ABUDU, DEAD, LI_NA, LIMITED, MARKET, OTHER, RARE, UNKNOWN, WANG_WEI, YOUNG, write_population


def take(
    register: Register, path: Path, at: datetime, *, item: str = "CF-ZRR", provider: str = MARKET, attested: str = ""
) -> Batch:
    register.become("intake")
    organisation = find_organisation(provider, date.max - timedelta(days=1))
    assert organisation is not None
    batch, _ = ingest_file(path, item_code=item, provider=organisation, at=at, attested=attested)
    return batch


def numbers_of(register: Register, batch: Batch) -> list[tuple[int, str, int, str]]:
    """Read the list of record numbers as the provider's clerk does."""
    with register.speaking():
        return list(batch_numbers(batch.pk))


def counts(batch: Batch) -> dict[str, int]:
    return {name: getattr(batch, name) for name in ("read", "new", "changed", "unchanged", "waiting", "refused")}


def rules(register: Register, batch: Batch) -> dict[int, list[str]]:
    """Give what was found of each row; what is told of the file as a whole stands at row 0 and isn't among it."""
    found: dict[int, list[str]] = {}
    for row, rule in register.rows(
        "SELECT row_number, rule FROM records_finding WHERE batch_id = %s AND row_number > 0 ORDER BY 1, 2", batch.pk
    ):
        found.setdefault(row, []).append(rule)
    return found


def test_clean_rows_become_records(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    rows = [penalty(today, number, person) for number, person in enumerate((WANG_WEI, LI_NA, ABUDU, RARE), 1)]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), now)
    assert counts(batch) == {"read": 4, "new": 4, "changed": 0, "unchanged": 0, "waiting": 0, "refused": 0}
    stored = register.rows("SELECT count(*), count(DISTINCT subject_id), min(shown_until) FROM records_version")
    decided = today - timedelta(days=120)
    assert stored[0][:2] == (4, 4)
    assert stored[0][2] == date(decided.year + 1, decided.month, decided.day)


def test_no_identity_is_stored_with_a_record(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today)]), now)
    body, fields = register.rows(
        "SELECT body, fields FROM records_payload p JOIN records_layout l ON l.id = p.layout_id"
    )[0]
    assert WANG_WEI.code not in body
    assert WANG_WEI.name not in body
    assert json.loads(body)[fields.index("CF_NR_FK_fen")] == "2000000"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_same_content_again_changes_nothing(
    register: Register, tmp_path: Path, today: date, now: datetime, encoding: str
) -> None:
    rows = [penalty(today, number) for number in range(1, 6)]
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    columns = tuple(reversed(COLUMNS))
    again = take(register, write_csv(tmp_path / "b.csv", list(reversed(rows)), encoding, columns), now)
    assert counts(again) == {"read": 5, "new": 0, "changed": 0, "unchanged": 5, "waiting": 0, "refused": 0}
    assert register.rows("SELECT count(*) FROM records_version") == [(5,)]


def test_changed_row_becomes_a_new_version(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2)]), now)
    changed = take(
        register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR="罚款二万元整"), penalty(today, 2)]), now
    )
    assert counts(changed) == {"read": 2, "new": 0, "changed": 1, "unchanged": 1, "waiting": 0, "refused": 0}
    assert register.rows("SELECT version, count(*) FROM records_version GROUP BY 1 ORDER BY 1") == [(1, 2), (2, 1)]
    assert register.rows("SELECT version FROM records_superseded") == [(1,)]


def test_dates_numbers_and_labels_in_other_forms_are_the_same_content(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    row = penalty(today)
    take(register, write_csv(tmp_path / "a.csv", [row]), now)
    decided = date.fromisoformat(row["CF_JDRQ"])
    other = {**row, "CF_JDRQ": f"{decided.year}年{decided.month}月{decided.day}日", "CF_NR_FK": "2.000000", "CF_CFLB": "罚款",
             "CF_XDR_ZJLX": "身份证", "CX_CXLX": "普通程序", "CF_SY": f"　{row['CF_SY']} "}  # fmt: skip
    assert counts(take(register, write_csv(tmp_path / "b.csv", [other]), now))["unchanged"] == 1


SAFEGUARDED = {
    "forbidden-content": {"CF_SY": "当事人的血型为未知，销售食品"},
    "identity-code-in-text": {"CF_SY": f"与{LI_NA.code}一同销售食品"},
    "public-order-penalty": {"CF_CFLB": "5"},
    "simplified-procedure": {"CX_CXLX": "2"},
    "slight-and-corrected": {"CF_SY": "违法行为轻微，已及时改正"},
}


@pytest.mark.parametrize("rule", SAFEGUARDED)
def test_safeguarded_refusal_keeps_row_and_rule_alone(
    register: Register, tmp_path: Path, today: date, now: datetime, rule: str
) -> None:
    row = {**penalty(today), **SAFEGUARDED[rule], "CF_NR": ""}
    batch = take(register, write_csv(tmp_path / "a.csv", [row]), now)
    assert counts(batch)["refused"] == 1
    assert register.rows("SELECT row_number, rule, field, record_number FROM records_finding") == [(2, rule, "", "")]
    for table in ("records_version", "records_payload", "records_waiting"):
        assert register.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_act_before_18_is_refused(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    row = penalty(today, 1, YOUNG, CF_JDRQ="2025-02-01", CX_XWZZRQ="2025-01-14", CX_QDRQ="2025-09-01")
    later = penalty(today, 2, YOUNG, CF_JDRQ="2025-02-01", CX_XWZZRQ="2025-01-15", CX_QDRQ="2025-09-01")
    batch = take(register, write_csv(tmp_path / "a.csv", [row, later]), now)
    assert rules(register, batch) == {2: ["minor"]}
    assert batch.new == 1


@pytest.mark.parametrize(
    ("values", "person", "rule"),
    [
        pytest.param({"CX_XWZZRQ": ""}, WANG_WEI, "end-of-act-missing", id="end-of-act"),
        pytest.param({"CX_CXLX": ""}, WANG_WEI, "procedure-missing", id="procedure"),
        pytest.param({"CX_QDRQ": ""}, WANG_WEI, "finality-missing", id="finality"),
        pytest.param({"CX_QDRQ": "2098-01-01"}, WANG_WEI, "not-final-yet", id="not-final-yet"),
        pytest.param({}, UNKNOWN, "unknown-person", id="unknown"),
        pytest.param({"CF_XDR_MC": "王维"}, WANG_WEI, "name-differs", id="name"),
        pytest.param({"CF_XDR_ZJHM": WANG_WEI.code[:10] + "****" + WANG_WEI.code[-4:]}, WANG_WEI, "code-masked", id="masked"),
        pytest.param({"CF_XDR_ZJHM": WANG_WEI.code[:6] + WANG_WEI.code[8:17]}, WANG_WEI, "code-legacy", id="fifteen-digits"),
        pytest.param({}, DEAD, "person-dead", id="dead"),
    ],
)  # fmt: skip
def test_doubtful_row_waits_sealed(
    register: Register, tmp_path: Path, today: date, now: datetime, values: dict[str, str], person: Any, rule: str
) -> None:
    path = write_csv(tmp_path / "a.csv", [{**penalty(today, 1, person), **values}])
    batch = take(register, path, now)
    assert counts(batch)["waiting"] == 1
    assert rules(register, batch) == {2: [rule]}
    (sealed,) = register.rows("SELECT row_sealed FROM records_waiting")[0]
    assert person.name.encode() not in sealed
    take(register, path, now)
    assert register.rows("SELECT count(*) FROM records_waiting") == [(1,)]


def test_person_without_full_capacity_has_no_adverse_record(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, LIMITED)]), now)
    assert rules(register, batch) == {2: ["no-full-capacity"]}


def test_attestation_for_the_batch_stands_in_for_procedure_and_finality(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    path = write_csv(tmp_path / "a.csv", [penalty(today, 1, CX_CXLX="", CX_QDRQ="")])
    assert counts(take(register, path, now))["waiting"] == 1
    assert counts(take(register, path, now, attested="并市监函〔2026〕7号"))["new"] == 1


def test_waiting_row_becomes_a_record_when_the_population_base_learns_the_code(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, UNKNOWN), penalty(today, 2, DEAD)]), now)
    load_population(write_population(tmp_path / "p.csv", (UNKNOWN,)), areas=areas(), at=now)
    assert retry_waiting(at=now) == 1
    assert register.rows("SELECT count(*) FROM records_version") == [(1,)]
    assert register.rows("SELECT rule FROM records_waiting") == [("person-dead",)]
    assert retry_waiting(at=now) == 0


def test_identical_rows_of_one_file_count_once(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today), penalty(today)]), now)
    assert counts(batch) == {"read": 2, "new": 1, "changed": 0, "unchanged": 1, "waiting": 0, "refused": 0}


def test_contradicting_rows_of_one_file_all_wait(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today), penalty(today, CF_NR="罚款三万元"), penalty(today, 2)]
    batch = take(register, write_csv(tmp_path / "a.csv", rows), now)
    assert rules(register, batch) == {2: ["conflict-in-file"], 3: ["conflict-in-file"]}
    assert batch.new == 1


def test_correction_moves_a_record_to_the_right_person(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, WANG_WEI)]), now)
    ((_, number, version, state),) = numbers_of(register, first)
    assert (version, state) == (1, "active")
    fixed = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, LI_NA, CX_JLBH=number)]), now)
    assert counts(fixed)["changed"] == 1
    states = register.rows(
        "SELECT version, state, shown_from = shown_until FROM records_version ORDER BY recorded_at, state"
    )
    assert states == [(1, "active", False), (1, "active", False), (2, "withdrawn", True)]
    again = take(register, write_csv(tmp_path / "c.csv", [penalty(today, 1, LI_NA, CX_JLBH=number)]), now)
    assert counts(again)["unchanged"] == 1
    old = take(register, write_csv(tmp_path / "d.csv", [penalty(today, 1, WANG_WEI)]), now)
    assert rules(register, old) == {2: ["record-closed"]}


def test_correction_of_anothers_record_waits(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    ((_, number, _, _),) = numbers_of(register, first)
    row = penalty(today, 9, LI_NA, CX_JLBH=number)
    other = take(register, write_csv(tmp_path / "b.csv", [row]), now, provider=OTHER)
    assert rules(register, other) == {2: ["record-number-unknown"]}


def test_receipt_adds_up_and_names_its_editions(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    rows = [penalty(today, 1), penalty(today, 2, UNKNOWN), penalty(today, 3, CF_NR="")]
    given = receipt(take(register, write_csv(tmp_path / "a.csv", rows, "gb18030"), now))
    assert (
        given["read"] == given["new"] + given["changed"] + given["unchanged"] + given["waiting"] + given["refused"] == 3
    )
    assert given["encoding"] == "gb18030"
    assert given["encoding_how"] == "not-utf-8-but-valid-gb18030"
    assert given["catalogue_edition"] == "QG-2024"
    assert len(given["rules_edition"]) == 12


def test_document_older_than_every_law_of_its_basis_is_refused(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    row = penalty(today, 1, LI_NA, CF_JDRQ="1995-05-01", CX_XWZZRQ="1995-04-01", CX_QDRQ="1995-09-01")
    batch = take(register, write_csv(tmp_path / "a.csv", [row, penalty(today, 2)]), now)
    assert "no-basis-on-date" in rules(register, batch)[2]
    assert batch.new == 1


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a block, so that what a file says twice stands in different ones."""
    monkeypatch.setattr("chengxin.records.intake.reading.MOST_ROWS", 2)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (0, 5, 1, 4, 2, 3)])
def test_what_a_file_says_twice_ends_alike_wherever_a_block_ends(
    register: Register, tmp_path: Path, today: date, now: datetime, order: tuple[int, ...]
) -> None:
    rows = [
        penalty(today, 1), penalty(today, 2), penalty(today, 3, LI_NA),
        penalty(today, 1, CF_NR="罚款三万元"), penalty(today, 2), penalty(today, 1),
    ]  # fmt: skip
    batch = take(register, write_csv(tmp_path / "a.csv", [rows[place] for place in order]), now)
    assert counts(batch) == {"read": 6, "new": 2, "changed": 0, "unchanged": 1, "waiting": 3, "refused": 0}
    wait = {number for number, place in enumerate(order, 2) if place in {0, 3, 5}}
    assert rules(register, batch) == {row: ["conflict-in-file"] for row in wait}
    assert register.rows("SELECT count(*), count(DISTINCT record_id) FROM records_version") == [(2, 2)]
    assert register.rows("SELECT count(*) FROM records_payload") == [(2,)]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (0, 3, 1, 2)])
def test_what_stands_and_what_contradicts_it_both_wait_wherever_a_block_ends(
    register: Register, tmp_path: Path, today: date, now: datetime, order: tuple[int, ...]
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    rows = [penalty(today, 1), penalty(today, 2), penalty(today, 3), penalty(today, 1, CF_NR="罚款三万元")]
    # Columns in another order, so that no line is known.
    file = write_csv(tmp_path / "b.csv", [rows[place] for place in order], columns=COLUMNS[::-1])
    batch = take(register, file, now)
    assert counts(batch) == {"read": 4, "new": 2, "changed": 0, "unchanged": 0, "waiting": 2, "refused": 0}
    wait = {number for number, place in enumerate(order, 2) if place in {0, 3}}
    assert rules(register, batch) == {row: ["conflict-in-file"] for row in wait}


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("apart", [0, 3])
def test_record_that_two_rows_correct_stays(
    register: Register, tmp_path: Path, today: date, now: datetime, apart: int
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    ((_, number, _, _),) = numbers_of(register, first)
    between = [penalty(today, 20 + place) for place in range(apart)]
    rows = [penalty(today, 7, LI_NA, CX_JLBH=number), *between, penalty(today, 8, LI_NA, CX_JLBH=number)]
    batch = take(register, write_csv(tmp_path / "b.csv", rows), now)
    assert rules(register, batch) == {2: ["record-number-unknown"], 3 + apart: ["record-number-unknown"]}
    assert batch.new == apart
    assert register.rows("SELECT count(*) FROM records_version WHERE state <> 'active'") == [(0,)]


@pytest.mark.usefixtures("small_blocks")
def test_equal_corrections_of_one_file_count_once(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, WANG_WEI)]), now)
    ((_, number, _, _),) = numbers_of(register, first)
    fixed = penalty(today, 1, LI_NA, CX_JLBH=number)
    batch = take(register, write_csv(tmp_path / "b.csv", [fixed, penalty(today, 5), penalty(today, 6), fixed]), now)
    assert counts(batch) == {"read": 4, "new": 2, "changed": 1, "unchanged": 1, "waiting": 0, "refused": 0}


def test_texts_with_signs_of_the_formats_come_back_as_they_were(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    odd = '含"引号"、反\\斜线、\t制表\n换行,逗号 \\N \x1f尾'
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, CF_WFXW=odd)]), now)
    body, fields, commitment, salt = register.rows(
        """SELECT p.body, l.fields, v.commitment, p.salt FROM records_payload p JOIN records_layout l ON l.id = p.layout_id
           JOIN records_version v USING (subject_id, record_id, version)"""
    )[0]
    assert json.loads(body)[fields.index("CF_WFXW")] == odd.strip()
    assert sha256(bytes(salt) + body.encode()).digest() == bytes(commitment)
