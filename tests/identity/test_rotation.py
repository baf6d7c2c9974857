"""Changing the vault's key: nobody is lost, people work on, a killed run goes on, the old key goes only when nothing needs it."""

import json
import shutil
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from chengxin.identity.errors import CodeUnreadable, KeyNotFresh
from chengxin.identity.models import VaultKey
from chengxin.identity.queries import find_organisation, find_person
from chengxin.identity.services.population import load_population
from chengxin.identity.services.rotation import _begin, prepare_key, rotate_keys
from chengxin.identity.vault import KEYS_LOCK, forget_keys, sealing_vault, settle_keys, vault
from chengxin.lib.crypto import KeysMissing, Pointers
from chengxin.records.retrying import retry_waiting
from chengxin.records.services import areas, ingest_file
from tests.conftest import Register
from tests.identity.keys import CROWD, RESIDENT, keys_in_file, knows, load, rotate, rotating
from tests.penalties import penalty, write_csv
from tests.people import EDITORS, MARKET, OFFICERS, PEOPLE, UNKNOWN, WANG_WEI, Someone, write_population

KNOWN = tuple(one for one in PEOPLE if one.name != "孙小")
LEFT = """SELECT (SELECT count(*) FROM identity_person WHERE key_id <> %(key)s)
    + (SELECT count(*) FROM identity_code WHERE key_id <> %(key)s)
    + (SELECT count(*) FROM records_waiting WHERE key_id <> %(key)s)"""


@pytest.fixture(autouse=True)
def own_keys(register: Register, tmp_path: Path, settings: Any) -> Path:
    """A key file of the test's own, which may grow."""
    shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json")
    settings.VAULT_KEYS = tmp_path / "vault.json"
    return tmp_path / "vault.json"


def pointers(register: Register) -> Pointers:
    return Pointers(*register.rows("SELECT anchor, hash, current, former FROM identity_key_pointers")[0])


def left(register: Register, key_id: str) -> int:
    with register.connect("owner") as raw:
        return int((raw.execute(LEFT, {"key": key_id}).fetchone() or (0,))[0])


def wait_for(register: Register, folder: Path, today: date, *people: Someone) -> None:
    """Leave rows waiting for persons whom nobody knows yet."""
    register.become("intake")
    market = find_organisation(MARKET, today)
    assert market is not None
    rows = [penalty(today, 700 + number, one) for number, one in enumerate(people)]
    batch, _ = ingest_file(write_csv(folder / "w.csv", rows), item_code="CF-ZRR", provider=market, at=datetime.now(UTC))
    assert batch.waiting == len(people)
    register.become("app")


@pytest.mark.parametrize("suite", ["", "national"])
def test_everybody_is_found_as_before(register: Register, tmp_path: Path, today: date, suite: str) -> None:
    wait_for(register, tmp_path, today, UNKNOWN)
    before, number, pseudonym = pointers(register), vault().record_number(5, 7), vault().pseudonym(MARKET, 5)
    stored = set(register.rows("SELECT code_hash FROM identity_code"))
    assert all(knows(one) for one in KNOWN)
    (key_id,) = rotate(register, suite=suite)
    assert pointers(register) == Pointers(before.anchor, key_id, key_id)
    assert register.rows("SELECT suite FROM identity_vault_key WHERE key_id = %s", key_id) == [
        (suite or "international",)
    ]
    assert left(register, key_id) == 0
    assert stored.isdisjoint(register.rows("SELECT code_hash FROM identity_code"))
    assert all(knows(one) for one in KNOWN), "this process had read the keys before they were changed"
    assert (vault().record_number(5, 7), vault().pseudonym(MARKET, 5)) == (number, pseudonym)
    # The waiting row opens under the new key and still finds its person.
    load(register, tmp_path, UNKNOWN)
    register.become("intake")
    assert retry_waiting(at=datetime.now(UTC)) == 1


def test_the_key_between_goes_out_of_use_and_out_of_the_file(register: Register, own_keys: Path) -> None:
    anchor = pointers(register).anchor
    (second,) = rotate(register)
    third, *retired = rotate(register, suite="national")
    assert retired == [second], "the anchor stays, for record numbers hang on it"
    assert {key: bool(at) for key, at in register.rows("SELECT key_id, retired_at FROM identity_vault_key")} == {
        anchor: False, second: True, third: False,
    }  # fmt: skip
    content = json.loads(own_keys.read_text(encoding="utf-8"))
    del content["keys"][second]
    own_keys.write_text(json.dumps(content), encoding="utf-8")
    register.become("owner")
    settle_keys(at=datetime.now(UTC))
    assert all(knows(one) for one in KNOWN)
    del content["keys"][third]
    own_keys.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(KeysMissing):
        settle_keys(at=datetime.now(UTC))


def test_acts_stand_in_the_log(register: Register) -> None:
    (key_id,) = rotate(register)
    noted = register.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'keys.rotate' ORDER BY id")
    assert noted == [("", f"key:{key_id}", "begun"), ("", f"key:{key_id}", "finished")]


# Killed.


def is_over(register: Register) -> bool:
    return bool(register.rows("SELECT FROM ground_action WHERE act = 'keys.rotate' AND note = 'finished'"))


def test_killed_after_every_block_it_ends_as_if_it_had_not_been(
    register: Register, tmp_path: Path, today: date
) -> None:
    load(register, tmp_path, *CROWD)
    wait_for(register, tmp_path, today, UNKNOWN, Someone("吴二", "19880808", 19))
    total = register.rows("SELECT count(*) FROM identity_person")[0][0]
    killed, gone_through = 0, []
    while True:
        with rotating(register, rows=60) as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            told = next((line for line in lines if line.startswith(("  identity_", "  records_", "report"))), "")
            assert told, "it ended without a word"
            if told.startswith("report"):
                break
            process.kill()
            process.wait()
            if is_over(register):  # it was quicker than this test
                break
            killed += 1
            gone_through.append(left(register, pointers(register).current))
        assert all(knows(one) for one in (WANG_WEI, CROWD[0], CROWD[150], CROWD[-1])), "while it lay there half done"
    assert killed >= total // 60
    assert gone_through == sorted(gone_through, reverse=True), "no run begins anew"
    assert left(register, pointers(register).current) == 0
    assert all(knows(one) for one in (*KNOWN, *CROWD))
    done = dict(register.rows("SELECT part, done FROM identity_rotation_step"))
    ((told,),) = register.rows("SELECT count(*) FROM identity_population_event")
    expected = {
        "identity_person": total,
        "records_waiting": 2,
        "identity_totp": 0,
        "identity_contact": 0,
        "identity_declaration": len((*OFFICERS, *EDITORS)),
        "identity_population_event": told,
        "identity_population_parked": 0,
        "identity_scan_piece": 0,
        "sharing_batch_question": 0,
    }
    assert done == expected, "each row was made anew once"
    assert len(keys_in_file()) == 2, "each start goes on with the same key"


def test_a_change_that_stopped_must_end_before_another(register: Register) -> None:
    register.become("owner")
    spare, used = prepare_key("national", at=datetime.now(UTC)), prepare_key("", at=datetime.now(UTC))
    with transaction.atomic():
        _begin(used, lambda: datetime.now(UTC))
    with pytest.raises(KeyNotFresh, match=used):
        rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None, to=spare)


# While people work.


def test_people_work_on_meanwhile(register: Register, tmp_path: Path, today: date) -> None:
    load(register, tmp_path, *CROWD)
    wait_for(register, tmp_path, today, UNKNOWN)
    assert all(knows(one) for one in KNOWN), "so that this process has read the keys as they were"
    worked, renamed = 0, {}
    with rotating(register, rows=3, pace=15) as process:
        assert process.stdin is not None
        drain = threading.Thread(target=process.stdout.read if process.stdout else None)
        drain.start()
        while drain.is_alive():
            # Whom the rotation has met already and whom it meets last; a name that changes; a person who comes; a batch.
            one, last = CROWD[worked], CROWD[-1 - worked]
            assert knows(one)
            assert knows(last)
            changed = Someone(f"钱{chr(0x4E00 + worked)}", last.born, last.sequence)
            fresh = Someone(f"孙{chr(0x4E00 + worked)}", "19920304", worked + 1)
            load(register, tmp_path, changed, fresh)
            renamed[last.sequence] = changed
            assert knows(changed)
            assert knows(fresh)
            take_in(register, tmp_path, today, worked, one)
            worked += 1
            with suppress(BrokenPipeError):
                process.stdin.write("\n")
                process.stdin.flush()
        drain.join()
    assert worked > 5
    assert pointers(register).former == ""
    assert left(register, pointers(register).current) == 0
    assert all(knows(renamed.get(one.sequence, one)) for one in CROWD)
    assert register.rows("SELECT count(*) FROM identity_code")[0][0] == len(KNOWN) + len(CROWD) + worked, "nobody twice"


def take_in(register: Register, folder: Path, today: date, number: int, one: Someone) -> None:
    register.become("intake")
    market = find_organisation(MARKET, today)
    assert market is not None
    rows = write_csv(folder / "b.csv", [penalty(today, 100 + number, one)])
    batch, _ = ingest_file(rows, item_code="CF-ZRR", provider=market, at=datetime.now(UTC))
    assert (batch.new, batch.waiting) == (1, 0)
    register.become("app")


def test_a_long_batch_holds_the_change_up_and_nobody_else(register: Register) -> None:
    first = pointers(register)
    with psycopg.connect(register.urls["intake"]) as batch, rotating(register) as process:
        batch.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEYS_LOCK])
        assert process.stdout is not None
        line = next(line for line in iter(process.stdout.readline, "") if "Waiting" in line)
        assert line
        assert pointers(register) == first
        assert knows(WANG_WEI)
        register.become("intake")
        with transaction.atomic():
            assert sealing_vault().pointers == first, "between the tries others seal"
        batch.rollback()
        said, _ = process.communicate(timeout=60)
        assert said.splitlines()[-1].startswith("report")
    register.become("app")
    assert knows(WANG_WEI)


def test_whom_somebody_has_in_hand_is_met_later(register: Register) -> None:
    with psycopg.connect(register.urls["owner"]) as busy, rotating(register) as process:
        busy.execute("SELECT FROM identity_person WHERE born = '1990-01-01' FOR UPDATE")
        assert process.stdout is not None
        told = next(line for line in iter(process.stdout.readline, "") if "identity_person" in line)
        assert told.split()[-1] == str(len(KNOWN) - 1)
        assert process.poll() is None
        busy.rollback()
        said, _ = process.communicate(timeout=60)
        assert said.splitlines()[-1].startswith("report")
    assert left(register, pointers(register).current) == 0
    assert knows(WANG_WEI)


def begun(register: Register) -> Pointers:
    """Put a new key to use and leave everything where it stands: the moment of a rotation in which all codes are under the former."""
    register.become("owner")
    key_id = prepare_key("", at=datetime.now(UTC))
    with transaction.atomic():
        _begin(key_id, lambda: datetime.now(UTC))
    register.become("app")
    return pointers(register)


def finish(register: Register) -> None:
    register.become("owner")
    rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None)
    register.become("app")


def test_feed_meets_persons_under_the_former_key(register: Register, tmp_path: Path) -> None:
    begun(register)
    renamed = Someone("王维新", WANG_WEI.born, WANG_WEI.sequence)
    register.become("intake")
    receipt = load_population(
        write_population(tmp_path / "p.csv", (*PEOPLE[1:], renamed)), areas=areas(), at=datetime.now(UTC)
    )
    assert (receipt.new, receipt.changed) == (0, 1)
    register.become("app")
    assert knows(renamed)
    finish(register)
    assert knows(renamed)
    assert all(knows(one) for one in KNOWN[1:])


def test_new_person_stands_under_the_new_key_at_once(register: Register, tmp_path: Path) -> None:
    now = begun(register)
    load(register, tmp_path, CROWD[0])
    assert register.rows("SELECT key_id, count(*) FROM identity_code GROUP BY 1 ORDER BY 2") == [
        (now.hash, 1), (now.former, len(KNOWN)),
    ]  # fmt: skip
    assert knows(CROWD[0])


def test_look_up_costs_one_statement_while_two_keys_are_in_use(
    register: Register, django_assert_num_queries: Any
) -> None:
    begun(register)
    assert knows(WANG_WEI)
    with django_assert_num_queries(1):
        find_person(RESIDENT, WANG_WEI.code, WANG_WEI.name)


def test_unknown_code_costs_one_more_statement(register: Register, django_assert_num_queries: Any) -> None:
    vault()
    with django_assert_num_queries(2):
        assert find_person(RESIDENT, UNKNOWN.code, UNKNOWN.name) is None


def test_other_codes_of_a_person_come_along(register: Register) -> None:
    """A number the person had before: its text stands sealed beside its hash."""
    former = Someone(WANG_WEI.name, "19900102", 77)
    insert_other_code(register, former, sealed=True)
    rotate(register, suite="national")
    found = find_person(RESIDENT, former.code, former.name)
    assert found is not None
    assert (found.name_fits, found.subject_id) == (True, subject_of(register))
    assert knows(WANG_WEI)
    assert register.rows("SELECT count(*) FROM identity_code WHERE seal_key_id = key_id") == [(1,)]


def test_code_whose_text_is_nowhere_stops_the_change_and_is_not_lost(register: Register) -> None:
    former = Someone(WANG_WEI.name, "19900102", 77)
    insert_other_code(register, former, sealed=False)
    register.become("owner")
    with pytest.raises(CodeUnreadable) as told:
        rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None)
    assert former.code not in told.value.text
    register.become("app")
    assert find_person(RESIDENT, former.code, former.name) is not None
    assert knows(WANG_WEI)


def subject_of(register: Register) -> int:
    return int(register.rows("SELECT subject_id FROM identity_person WHERE born = '1990-01-01'")[0][0])


def insert_other_code(register: Register, former: Someone, *, sealed: bool) -> None:
    subject = subject_of(register)
    register.become("owner")
    with transaction.atomic(), connection.cursor() as cursor:
        keys = sealing_vault()
        box = keys.seal(former.code, use="person.code") if sealed else None
        cursor.execute(
            """INSERT INTO identity_code (code_hash, subject_id, name_tag, code_type, key_id, code_sealed, seal_key_id)
               VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            [
                keys.code_hash(RESIDENT, former.code), subject, keys.name_tag(RESIDENT, former.code, former.name), RESIDENT,
                keys.pointers.hash, box.box if box else None, box.key_id if box else None,
            ],
        )  # fmt: skip
    register.become("app")


# Which keys.


def test_prepared_key_is_taken(register: Register) -> None:
    register.become("owner")
    key_id = prepare_key("national", at=datetime.now(UTC))
    assert prepare_key("national", at=datetime.now(UTC)) == key_id, "one is enough"
    assert pointers(register).current != key_id
    assert rotate(register, suite="national") == [key_id]


@pytest.mark.parametrize("which", ["anchor", "retired", "unknown"])
def test_used_or_unknown_key_is_not_taken(register: Register, which: str) -> None:
    (second,) = rotate(register)
    rotate(register)
    key_id = {"anchor": pointers(register).anchor, "retired": second, "unknown": "k-none"}[which]
    before = pointers(register)
    register.become("owner")
    with pytest.raises(KeyNotFresh):
        rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None, to=key_id)
    assert pointers(register) == before


def test_key_that_no_source_holds_is_not_put_to_use(register: Register, own_keys: Path) -> None:
    register.become("owner")
    key_id = prepare_key("", at=datetime.now(UTC))
    content = json.loads(own_keys.read_text(encoding="utf-8"))
    del content["keys"][key_id]
    own_keys.write_text(json.dumps(content), encoding="utf-8")
    forget_keys()
    before = pointers(register)
    with pytest.raises(KeysMissing):
        rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None, to=key_id)
    assert pointers(register) == before


def test_late_seal_under_the_key_before_is_refused(register: Register) -> None:
    """A process that ignored the lock and kept its old keys: the database doesn't take what it sealed."""
    old = vault()
    now = begun(register)
    assert old.pointers.current != now.current
    register.become("intake")
    with pytest.raises(IntegrityError, match="not the current one"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_person SET code_sealed = '\\x01', name_sealed = '\\x02', key_id = %s WHERE subject_id = %s",
            [old.pointers.current, subject_of(register)],
        )


def test_seals_are_made_in_a_transaction_alone(register: Register) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        sealing_vault()


def test_writers_and_the_moment_of_change_exclude_one_another(register: Register) -> None:
    """In the database itself: a writer that never heard of the lock takes it by its trigger."""
    with psycopg.connect(register.urls["owner"]) as mover, psycopg.connect(register.urls["intake"]) as writer:
        mover.execute("SELECT pg_advisory_xact_lock(%s)", [KEYS_LOCK])
        writer.execute("SET lock_timeout = '100ms'")
        for query in (
            "UPDATE identity_person SET code_sealed = '\\x01' WHERE subject_id = %s",
            """INSERT INTO identity_person (subject_id, born, region, capacity, code_sealed, name_sealed, key_id, recorded_at)
               SELECT %s + 9000, '1990-01-01', '140105', 'full', '', '', 'k', now()""",
        ):
            with pytest.raises(psycopg.errors.LockNotAvailable):
                writer.execute(query, [subject_of(register)])
            writer.rollback()
            writer.execute("SET lock_timeout = '100ms'")


def test_key_ages_by_its_own_day(register: Register) -> None:
    rotate(register)
    made = VaultKey.objects.get(pk=pointers(register).current).created_at
    assert datetime.now(UTC) - made < timedelta(minutes=5)
