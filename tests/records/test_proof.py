"""The nightly proof: sound after everything intake does, broken by whatever is done past it."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from chengxin.records.models import ProofRun
from chengxin.records.proof import run_proof
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, NAMESAKE, WANG_WEI
from tests.records.test_ingest import numbers_of, take
from tests.records.test_transfers import merge


def prove(register: Register, now: datetime) -> ProofRun:
    register.become("intake")
    return run_proof(at=now)


def kinds(made: ProofRun) -> list[tuple[str, int]]:
    return [(fault["kind"], fault["batch"]) for fault in made.faults]


@pytest.fixture
def batch(register: Register, tmp_path: Path, today: date, now: datetime) -> Any:
    """Three records of three persons, one of them changed by a second batch."""
    rows = [penalty(today, number, person) for number, person in enumerate((WANG_WEI, LI_NA, NAMESAKE), 1)]
    made = take(register, write_csv(tmp_path / "a.csv", rows), now)
    assert made.new == 3
    return made


def test_all_that_intake_does_is_sound(
    register: Register, tmp_path: Path, today: date, now: datetime, batch: Any
) -> None:
    number = numbers_of(register, batch)[0][1]
    changed = [
        penalty(today, 1, WANG_WEI, CF_NR_FK="3"),
        penalty(today, 2, LI_NA),
        penalty(today, 8, WANG_WEI, CX_JLBH=number),
    ]
    second = take(register, write_csv(tmp_path / "b.csv", changed), now)
    assert (second.new, second.changed, second.unchanged) == (0, 2, 1)
    made = prove(register, now)
    assert (made.faults, made.batches) == ([], 2)
    assert made.rows == register.rows("SELECT count(*) FROM records_version")[0][0] == 6
    register.become("app")
    merge(register, WANG_WEI, NAMESAKE, now)
    again = prove(register, now)
    assert again.faults == []
    assert len(again.batch_ids) == again.batches - 2


BREAKS = [
    pytest.param("DELETE FROM records_version WHERE row_number = 2", ["rows-differ"], id="a-row-deleted-with-its-values-left"),
    pytest.param("UPDATE records_version SET shown_until = shown_until + 30 WHERE row_number = 2", ["content-differs"],
                 id="shown-for-longer"),
    pytest.param("UPDATE records_version SET state = 'repaired' WHERE row_number = 2", ["content-differs"], id="called-repaired"),
    pytest.param("UPDATE records_version SET subject_id = subject_id + 100 WHERE row_number = 2", ["content-differs"], id="anothers"),
    pytest.param("UPDATE records_version SET grade = 'serious' WHERE row_number = 2", ["content-differs"], id="graded-up"),
    pytest.param("UPDATE records_payload SET body = replace(body, '无照经营', '有照经营') WHERE (subject_id, record_id) = "
                 "(SELECT subject_id, record_id FROM records_version WHERE row_number = 2)", ["values-differ"], id="values-changed"),
    pytest.param("DELETE FROM records_payload WHERE (subject_id, record_id) = "
                 "(SELECT subject_id, record_id FROM records_version WHERE row_number = 2)", ["values-missing"], id="values-deleted"),
    pytest.param("INSERT INTO records_version SELECT (jsonb_populate_record(v, '{\"record_id\": 77}')).* "
                 "FROM records_version v WHERE row_number = 2",
                 ["rows-differ", "values-missing"], id="a-row-inserted"),
    pytest.param("INSERT INTO records_version SELECT (jsonb_populate_record(v, '{\"record_id\": 77, \"batch_id\": 999}')).* "
                 "FROM records_version v WHERE row_number = 2", ["batch-missing", "values-missing"], id="a-row-of-no-batch"),
    pytest.param("UPDATE records_batch SET new = 2, unchanged = 1", ["receipt-differs", "seal-broken"], id="a-receipt-changed"),
    pytest.param("UPDATE records_proof_seal SET rows = rows + 1", ["rows-differ", "seal-broken"], id="a-seal-changed"),
    pytest.param("DELETE FROM records_proof_seal", ["head-differs", "seal-missing"], id="a-seal-deleted"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), BREAKS)
def test_whatever_is_done_past_the_system_breaks_the_proof(
    register: Register, now: datetime, batch: Any, superuser: Callable[..., None], query: str, expected: list[str]
) -> None:
    assert prove(register, now).faults == []
    superuser(query)
    found = {kind for kind, _ in kinds(prove(register, now))}
    assert set(expected) <= found, found


def test_a_row_deleted_with_its_values_is_missed(
    register: Register, now: datetime, batch: Any, superuser: Callable[..., None]
) -> None:
    place = "(subject_id, record_id) = (SELECT subject_id, record_id FROM records_version WHERE row_number = 3)"
    superuser(f"DELETE FROM records_payload WHERE {place}")
    superuser("DELETE FROM records_version WHERE row_number = 3")
    assert kinds(prove(register, now)) == [("rows-differ", batch.pk)]


def test_a_batch_that_vanished_with_all_it_left_is_missed(
    register: Register, tmp_path: Path, today: date, now: datetime, batch: Any, superuser: Callable[..., None]
) -> None:
    second = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 9)]), now)
    assert prove(register, now).faults == []
    for table in ("records_payload WHERE body LIKE '%〕9号%'", f"records_version WHERE batch_id = {second.pk}",
                  f"records_proof_part WHERE batch_id = {second.pk}", f"records_proof_seal WHERE batch_id = {second.pk}",
                  f"records_batch WHERE id = {second.pk}"):  # fmt: skip
        superuser(f"DELETE FROM {table}")
    assert [kind for kind, _ in kinds(prove(register, now))] == ["head-differs"]


def test_a_made_up_seal_is_none_of_ours(
    register: Register, now: datetime, batch: Any, superuser: Callable[..., None]
) -> None:
    """Whoever changes a row and makes the sums fit still lacks the key."""
    superuser("UPDATE records_version SET grade = 'serious' WHERE row_number = 2")
    superuser("UPDATE records_proof_seal SET amount = (SELECT amount FROM records_ledger_sums())")
    assert kinds(prove(register, now)) == [("seal-broken", batch.pk)]


def test_batches_of_before_are_sealed_once(
    register: Register, now: datetime, batch: Any, superuser: Callable[..., None]
) -> None:
    superuser("DELETE FROM records_proof_part")
    superuser("DELETE FROM records_proof_seal")
    assert prove(register, now).faults == []
    superuser("DELETE FROM records_proof_seal")
    assert {kind for kind, _ in kinds(prove(register, now))} == {"seal-missing", "head-differs"}


def test_erasure_on_its_day_breaks_nothing(
    register: Register, now: datetime, batch: Any, superuser: Callable[..., None]
) -> None:
    superuser("UPDATE records_version SET erase_on = shown_until, shown_until = shown_from WHERE row_number = 2")
    superuser("UPDATE records_version SET erase_on = current_date - 1 WHERE row_number = 2")
    superuser("DELETE FROM records_proof_seal")
    assert prove(register, now).faults == []
    superuser(
        "DELETE FROM records_payload WHERE (subject_id, record_id) = "
        "(SELECT subject_id, record_id FROM records_version WHERE row_number = 2)"
    )
    assert prove(register, now).faults == []


def test_sealing_costs_two_statements_whatever_the_rows(
    register: Register, batch: Any, django_assert_num_queries: Any
) -> None:
    from chengxin.records.proof import SQL, seal_batches

    assert set(SQL) == {"to_seal", "insert_seals", "compare"}
    register.become("intake")
    with django_assert_num_queries(1):
        seal_batches([batch.pk + 1000])
