"""A whole wrong batch taken back: two signatures, versions and no deletions, what changed since left and listed."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from chengxin.catalogue.queries import find_purpose
from chengxin.identity.models import User
from chengxin.lib.errors import NotAllowed
from chengxin.records.errors import BatchUnknown, UndoRefused
from chengxin.records.models import Undoing
from chengxin.records.proof import run_proof
from chengxin.records.undoing import (
    carry_out_undoings,
    list_left,
    list_undoings,
    propose_undo,
    refuse_undo,
    second_undo,
)
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, NAMESAKE, RARE, WANG_WEI
from tests.records.test_ingest import counts, numbers_of, rules, take

GROUND = "误传了上一年度的文件"


def officer(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)


def decide(register: Register, batch: Any, now: datetime) -> Undoing:
    register.become("app")
    return propose_undo(batch.token, ground=GROUND, actor=officer("clerk"), at=now)


def undo(register: Register, batch: Any, now: datetime) -> Undoing:
    """Decide, agree, carry out."""
    made = decide(register, batch, now)
    second_undo(made.pk, agreed=True, actor=officer("officer"), at=now)
    register.become("intake")
    assert carry_out_undoings(at=now) == 1
    made.refresh_from_db()
    assert run_proof(at=now).faults == []
    return made


def standing(register: Register) -> list[tuple[Any, ...]]:
    """Give the newest version of each record with its person's place in the file and the fine that it tells of."""
    return register.rows(
        """SELECT DISTINCT ON (v.subject_id, v.record_id) v.version, v.state, p.body IS NOT NULL, v.shown_until > v.shown_from
           FROM records_version v LEFT JOIN records_payload p USING (subject_id, record_id, version)
           ORDER BY v.subject_id, v.record_id, v.version DESC"""
    )


def shown(register: Register, today: date) -> list[str]:
    """Give the bodies that a case's officer would see now."""
    register.become("app")
    purpose = find_purpose("CK-FW", today).id
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "SELECT set_config('cx.on', %s, true), set_config('cx.purpose', %s, true), set_config('cx.duty', '0', true)",
            [today.isoformat(), str(purpose)],
        )
        cursor.execute("SELECT body FROM records_shown ORDER BY body")
        found = [body for (body,) in cursor.fetchall()]
        cursor.execute("ROLLBACK")
    return found


def test_what_the_batch_began_is_withdrawn_and_shown_no_more(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    assert len(shown(register, today)) == 2
    made = undo(register, batch, now)
    assert (made.withdrawn, made.restored, made.left) == (2, 0, 0)
    assert standing(register) == [(2, "withdrawn", False, False)] * 2
    assert shown(register, today) == []
    assert register.rows("SELECT count(*) FROM records_version") == [(4,)]
    assert register.rows("SELECT kind, reference, delivered_at FROM ground_event") == [
        ("record-withdrawn", f"undoing:{made.pk}", None)
    ]
    found = register.rows(
        "SELECT read, new, changed, unchanged, state, form FROM records_batch WHERE undoing_id IS NOT NULL"
    )
    assert found == [(2, 0, 2, 0, "done", "undo")]


def test_what_the_batch_changed_goes_back_to_what_stood_before(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    before = shown(register, today)
    wrong = take(
        register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR_FK="9"), penalty(today, 3, RARE)]), now
    )
    assert (wrong.new, wrong.changed) == (1, 1)
    assert shown(register, today) != before
    made = undo(register, wrong, now)
    assert (made.withdrawn, made.restored, made.left) == (1, 1, 0)
    assert shown(register, today) == before
    assert sorted(standing(register)) == [
        (1, "active", True, True),
        (2, "withdrawn", False, False),
        (3, "active", True, True),
    ]


def test_what_a_later_batch_changed_is_left_and_listed(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    wrong = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    numbers = {row: number for row, number, _, _ in numbers_of(register, wrong)}
    take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR_FK="3")]), now)
    after = shown(register, today)
    made = undo(register, wrong, now)
    assert (made.withdrawn, made.restored, made.left) == (1, 0, 1)
    assert [body for body in after if "〕1号" in body] == shown(register, today)
    left = list_left(made.pk, officer("clerk"))
    assert [(one.row, one.number) for one in left] == [(2, numbers[2])]
    assert list_left(made.pk, officer("officer")) == left


def test_what_the_batch_closed_by_a_correction_opens_again(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    before, number = shown(register, today), numbers_of(register, first)[0][1]
    wrong = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, NAMESAKE, CX_JLBH=number)]), now)
    assert counts(wrong)["changed"] == 1
    made = undo(register, wrong, now)
    assert (made.withdrawn, made.restored, made.left) == (1, 1, 0)
    assert shown(register, today) == before


def test_where_what_stood_before_may_stand_no_more_the_record_is_withdrawn(
    register: Register, tmp_path: Path, today: date, now: datetime, superuser: Callable[..., None]
) -> None:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    wrong = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR_FK="9")]), now)
    superuser(
        "UPDATE identity_person SET minor_rank = identity_rank + 1 WHERE subject_id = (SELECT min(subject_id) FROM records_version)"
    )
    made = undo(register, wrong, now)
    assert (made.withdrawn, made.restored, made.left) == (1, 0, 0)


def test_the_right_file_is_taken_afterwards(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    """What an undoing withdrew isn't closed for good: the same document of the same person may come with the right content."""
    wrong = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, CF_NR_FK="9")]), now)
    undo(register, wrong, now)
    right = take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1)]), now)
    assert (right.new + right.changed, right.waiting) == (1, 0), rules(register, right)
    assert standing(register) == [(3, "active", True, True)]
    again = undo(register, right, now)
    assert (again.withdrawn, again.restored) == (1, 0)
    assert standing(register) == [(4, "withdrawn", False, False)]


def test_an_ordinary_withdrawal_stays_closed(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    first = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    number = numbers_of(register, first)[0][1]
    take(register, write_csv(tmp_path / "b.csv", [penalty(today, 7, CX_JLBH=number)]), now)
    again = take(register, write_csv(tmp_path / "c.csv", [penalty(today, 1)]), now)
    assert list(rules(register, again).values()) == [["record-closed"]]


def test_nothing_happens_before_the_second_signature(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    made = decide(register, batch, now)
    register.become("intake")
    assert carry_out_undoings(at=now) == 0
    register.become("app")
    with pytest.raises(UndoRefused):
        propose_undo(batch.token, ground=GROUND, actor=officer("clerk"), at=now)
    with pytest.raises(NotAllowed):
        second_undo(made.pk, agreed=True, actor=officer("clerk"), at=now)
    second_undo(made.pk, agreed=False, actor=officer("officer"), at=now)
    register.become("intake")
    assert carry_out_undoings(at=now) == 0
    assert standing(register) == [(1, "active", True, True)]
    register.become("app")
    with pytest.raises(UndoRefused):
        second_undo(made.pk, agreed=True, actor=officer("officer"), at=now)
    assert [one.agreed for one in list_undoings(officer("clerk"))] == [False]
    assert decide(register, batch, now).agreed is None
    assert len(list_undoings(officer("officer"))) == 2


def test_only_its_provider_calls_a_batch_wrong(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    register.become("app")
    with pytest.raises(NotAllowed):
        propose_undo(batch.token, ground=GROUND, actor=officer("officer"), at=now)
    with pytest.raises(UndoRefused, match="证件号码"):
        propose_undo(batch.token, ground=f"号码 {WANG_WEI.code} 写错", actor=officer("clerk"), at=now)
    with pytest.raises(UndoRefused, match="理由"):
        propose_undo(batch.token, ground=" ", actor=officer("clerk"), at=now)
    from uuid import uuid4

    with pytest.raises(BatchUnknown):
        propose_undo(uuid4(), ground=GROUND, actor=officer("clerk"), at=now)


@pytest.mark.parametrize(
    ("state", "form", "written"),
    [("received", "csv", 0), ("unusable", "csv", 0), ("done", "moved", 2), ("done", "undo", 2), ("done", "csv", 0)],
)
def test_what_cant_be_undone_says_why(state: str, form: str, written: int) -> None:
    found = refuse_undo(state, form, written)
    assert found is not None
    assert found.text.endswith("。")
    assert refuse_undo("done", "csv", 1) is None


HALF_WAY = """
import sys, django
django.setup()
from django.utils import timezone
from chengxin.records import undoing

def stop(*_, **__):
    print("all but committed", flush=True)
    sys.stdin.read()

undoing.note_act = stop
undoing.carry_out_undoings(at=timezone.now())
"""


def test_an_undoing_that_is_killed_leaves_nothing_and_is_done_by_the_next(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    """The process is killed before its last statement, when everything else is written and nothing committed."""
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    made = decide(register, batch, now)
    second_undo(made.pk, agreed=True, actor=officer("officer"), at=now)
    environment = {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["intake"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    program = [sys.executable, "-c", HALF_WAY]
    with subprocess.Popen(
        program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        process.kill()
        assert said == "all but committed\n", said + process.stdout.read()
    assert standing(register) == [(1, "active", True, True)]
    assert register.rows("SELECT count(*) FROM ground_event") == [(0,)]
    register.become("intake")
    assert carry_out_undoings(at=now) == 1
    assert carry_out_undoings(at=now + timedelta(hours=1)) == 0
    assert standing(register) == [(2, "withdrawn", False, False)]


def test_undoing_costs_the_same_whatever_the_rows(
    register: Register, tmp_path: Path, today: date, now: datetime, django_assert_num_queries: Any
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, number) for number in range(1, 60)]), now)
    made = decide(register, batch, now)
    second_undo(made.pk, agreed=True, actor=officer("officer"), at=now)
    register.become("intake")
    with django_assert_num_queries(9):
        assert carry_out_undoings(at=now) == 1
