"""Checks of real names: what is told, what is entered for the person, and the same work whoever exists."""

import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from chengxin.identity import errors
from chengxin.identity import vault as vaults
from chengxin.identity.checking import find_receipt, list_purposes
from chengxin.identity.services.rotation import rotate_keys
from chengxin.identity.services.verification import Asked, Enquirer, verify, verify_many
from chengxin.lib.crypto import Vault
from tests.conftest import BASE, Register
from tests.identity.verifying import System, asked, register_purposes, system
from tests.people import ABUDU, CHILD, DEAD, LI_NA, LIMITED, MARKET, OTHER, RARE, UNKNOWN, WANG_WEI, Someone

NOBODY = replace(UNKNOWN, name="王伟")


@pytest.fixture
def purpose(register: Register) -> str:
    return register_purposes(register)


@pytest.fixture
def client(register: Register) -> System:
    return system(register)


@pytest.fixture
def desk() -> Enquirer:
    return Enquirer("desk", OTHER, "verifier")


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT subject_id, outcome, reason, purpose, basis, case_reference FROM ground_access_entry ORDER BY entry_id"
    )


def subject(register: Register, person: Someone) -> int:
    query = "SELECT subject_id FROM identity_person WHERE born = to_date(%s, 'YYYYMMDD')"
    return int(register.rows(query, person.born)[0][0])


@pytest.mark.parametrize(
    ("person", "name", "told"),
    [
        pytest.param(WANG_WEI, "王伟", "match", id="same-name"),
        pytest.param(WANG_WEI, " 王伟 ", "match", id="outer-blanks"),
        pytest.param(ABUDU, "阿不都•热合曼", "match", id="another-middle-dot"),
        pytest.param(RARE, "王𬭎", "match", id="outside-the-basic-plane"),
        pytest.param(LIMITED, "赵安", "match", id="without-full-capacity-is-a-person-all-the-same"),
        pytest.param(WANG_WEI, "王玮", "mismatch", id="near-name"),
        pytest.param(WANG_WEI, "李娜", "mismatch", id="somebody-elses-name"),
        pytest.param(DEAD, "周全", "not_found", id="dead"),
        pytest.param(DEAD, "周不全", "not_found", id="dead-under-another-name"),
        pytest.param(CHILD, "孙小", "not_found", id="minor"),
        pytest.param(UNKNOWN, "吴名", "not_found", id="unknown"),
    ],
)
def test_what_is_told(
    register: Register, purpose: str, client: System, now: datetime, person: Someone, name: str, told: str
) -> None:
    answer, _ = verify(client.enquirer, purpose, asked(person, name=name), at=now)
    assert answer.outcome == told
    assert answer.assurance == ("register" if told == "match" else "none")
    found = find_receipt(answer.receipt)
    assert found is not None
    assert (found.organisation, found.outcome, found.assurance) == ("测试交通运输局", told, answer.assurance)


def test_an_answer_holds_nothing_but_answer_assurance_and_receipt(purpose: str, client: System, now: datetime) -> None:
    answer, _ = verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert {name: getattr(answer, name) for name in answer.__slots__ if name != "receipt"} == {
        "outcome": "match",
        "assurance": "register",
        "refusal": "",
    }


def test_each_check_is_entered_for_the_person_with_its_receipt(
    register: Register, purpose: str, client: System, now: datetime
) -> None:
    told = [verify(client.enquirer, purpose, asked(one), at=now)[0] for one in (WANG_WEI, NOBODY, DEAD)]
    told.append(verify(client.enquirer, purpose, asked(WANG_WEI, name="王小伟"), at=now)[0])
    wang, dead = subject(register, WANG_WEI), subject(register, DEAD)
    assert sorted(entries(register), key=lambda row: [one.receipt for one in told].index(row[-1])) == [
        (wang, "answered", "match", purpose, "TLAQTL-64", told[0].receipt),
        (0, "empty", "not-found", purpose, "TLAQTL-64", told[1].receipt),
        (dead, "empty", "person-dead", purpose, "TLAQTL-64", told[2].receipt),
        (wang, "answered", "mismatch", purpose, "TLAQTL-64", told[3].receipt),
    ]
    query = "SELECT DISTINCT organisation, officer, channel, fields, record_ids FROM ground_access_entry"
    assert register.rows(query) == [(OTHER, client.client_id, "api", ["code", "name"], [])]
    joined = """SELECT count(*) FROM ground_access_entry e JOIN identity_real_name_check c USING (entry_id)
                WHERE e.case_reference = c.receipt"""
    assert register.rows(joined) == [(4,)]


def test_the_desk_checks_by_the_same_rules(register: Register, purpose: str, desk: Enquirer, now: datetime) -> None:
    assert verify(desk, purpose, asked(WANG_WEI), at=now)[0].outcome == "match"
    assert verify(desk, purpose, asked(NOBODY), at=now)[0].outcome == "not_found"
    assert register.rows("SELECT DISTINCT officer, channel FROM ground_access_entry") == [("verifier", "desk")]


BAD_CODE = {"code": "149999199001010010"}


@pytest.mark.parametrize(
    ("enquirer", "named", "changes", "error"),
    [
        pytest.param({}, "SM-JT-9999", {}, errors.PurposeNotRegistered, id="no-such-purpose"),
        pytest.param({}, WANG_WEI.code, {}, errors.PurposeNotRegistered, id="a-code-for-a-purpose"),
        pytest.param({"organisation": MARKET}, "", {}, errors.PurposeNotRegistered, id="another-organisations-purpose"),
        pytest.param({"address": "203.0.113.7"}, "", {}, errors.AddressNotAllowed, id="from-elsewhere"),
        pytest.param({"name": "c-aaaaaaaaaaaaaaaa"}, "", {}, errors.ClientNotInForce, id="no-such-client"),
        pytest.param(
            {"channel": "desk", "name": "clerk"}, "", {}, errors.OfficerWithoutRight, id="officer-without-the-role"
        ),
        pytest.param({}, "", BAD_CODE, errors.CodeInvalid, id="wrong-check-digit"),
        pytest.param({}, "", {"code_type": "organisation"}, errors.CodeInvalid, id="no-persons-code"),
        pytest.param({}, "", {"name": "  "}, errors.NameMissing, id="no-name"),
    ],
)
def test_whoever_is_refused_is_entered_with_the_reason_and_nothing_is_checked(
    register: Register,
    purpose: str,
    client: System,
    now: datetime,
    enquirer: dict[str, str],
    named: str,
    changes: dict[str, str],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        verify(replace(client.enquirer, **enquirer), named or purpose, asked(WANG_WEI, **changes), at=now)
    ((subject_id, outcome, reason, entered, _, case),) = entries(register)
    assert (outcome, reason, case) == ("refused", error.code, "")  # type: ignore[attr-defined]
    assert entered in {"", purpose}
    assert subject_id in {0, subject(register, WANG_WEI)}
    assert register.rows("SELECT count(*) FROM identity_real_name_check") == [(0,)]


def test_without_an_entry_there_is_no_answer(register: Register, purpose: str, client: System, now: datetime) -> None:
    with register.connect("owner") as owner:
        owner.execute("REVOKE INSERT ON ground_access_entry FROM chengxin_app")
    with pytest.raises(DatabaseError, match="permission denied"):
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert register.rows("SELECT count(*) FROM identity_real_name_check") == [(0,)]
    assert register.rows("SELECT count(*) FROM identity_check_use") == [(0,)]


def test_a_check_that_fails_is_entered_as_failed(
    register: Register, purpose: str, client: System, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("chengxin.identity.services.verification.enter_many", fail)
    with pytest.raises(ZeroDivisionError):
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert entries(register) == [(subject(register, WANG_WEI), "failed", "error", purpose, "TLAQTL-64", "")]
    assert register.rows("SELECT count(*) FROM identity_real_name_check") == [(0,)]


@contextmanager
def work() -> Iterator[list[str]]:
    """Note every statement sent, every use of the vault and every comparison, in their order."""
    done: list[str] = []

    def statement(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        done.append(sql)
        return execute(sql, params, many, context)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(statement):
        for name in ("code_hash", "name_tag", "open"):
            patch.setattr(Vault, name, noted(getattr(Vault, name), name, done))
        patch.setattr(hmac, "compare_digest", noted(hmac.compare_digest, "compare_digest", done))
        yield done


def noted(function: Any, name: str, done: list[str]) -> Any:
    def called(*args: Any, **named: Any) -> Any:
        done.append(name)
        return function(*args, **named)

    return called


def test_the_work_is_the_same_whoever_exists(purpose: str, client: System, now: datetime) -> None:
    """Statement by statement and hash by hash; what is left, such as one more row from the same index, the beat rounds away."""
    verify(client.enquirer, purpose, asked(LI_NA), at=now)  # opens the day's counters
    done = {}
    for person, name in ((WANG_WEI, "王伟"), (WANG_WEI, "王玮"), (NOBODY, "王伟"), (DEAD, "周全"), (CHILD, "孙小")):
        with work() as steps:
            verify(client.enquirer, purpose, asked(person, name=name), at=now)
        done[person.name, name, person.born] = tuple(steps)
    assert len(set(done.values())) == 1, done
    (same,) = set(done.values())
    assert [step for step in same if " " not in step] == ["code_hash", "name_tag", "compare_digest"]
    assert len([step for step in same if " " in step]) == 4


def test_the_difference_of_work_is_seen_where_there_is_one(purpose: str, client: System, now: datetime) -> None:
    with work() as sound:
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    with work() as unsound, pytest.raises(errors.PurposeNotRegistered):
        verify(client.enquirer, f"{purpose}0", asked(WANG_WEI), at=now)
    assert sound != unsound
    assert "compare_digest" in sound
    assert "compare_digest" not in unsound


def test_changed_keys_are_noticed_with_the_same_work_whoever_exists(
    register: Register, purpose: str, client: System, now: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.VAULT_KEYS = tmp_path / "vault.json"
    shutil.copy(BASE / "data" / "keys" / "vault.json", settings.VAULT_KEYS)
    verify(client.enquirer, purpose, asked(LI_NA), at=now)
    stale = vaults.vault()
    register.become("owner")
    rotate_keys(clock=lambda: datetime.now(UTC), tell=lambda _: None)
    register.become("app")
    done = {}
    for person, told in ((WANG_WEI, "match"), (NOBODY, "not_found")):
        vaults._vaults[vaults._place()] = stale  # type: ignore[assignment]
        with work() as steps:
            assert verify(client.enquirer, purpose, asked(person), at=now)[0].outcome == told
        done[told] = steps
    assert done["match"] == done["not_found"]
    vaults.forget_keys()


def test_a_batch_costs_as_many_statements_as_one(purpose: str, client: System, now: datetime) -> None:
    verify(client.enquirer, purpose, asked(LI_NA), at=now)
    with work() as one:
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    with work() as many:
        verify_many(
            client.enquirer, purpose, [asked(one) for one in (WANG_WEI, LI_NA, NOBODY, DEAD, ABUDU)] * 10, at=now
        )
    assert len([step for step in many if " " in step]) == len([step for step in one if " " in step])


def test_a_batch_answers_each_item_and_enters_each_person(
    register: Register, purpose: str, client: System, now: datetime
) -> None:
    items = [asked(WANG_WEI), asked(NOBODY), asked(WANG_WEI, **BAD_CODE), asked(LI_NA, name="李哪"), asked(DEAD)]
    answers = verify_many(client.enquirer, purpose, items, at=now)
    assert [(one.outcome, one.refusal) for one in answers.items] == [
        ("match", ""), ("not_found", ""), ("refused", "code-invalid"), ("mismatch", ""), ("not_found", ""),
    ]  # fmt: skip
    assert (answers.used, answers.quota) == (4, 1000)
    assert len({one.receipt for one in answers.items}) == 5
    reasons = sorted((row[0], row[2]) for row in entries(register))
    wang, li, dead = (subject(register, one) for one in (WANG_WEI, LI_NA, DEAD))
    assert reasons == sorted(
        [(wang, "match"), (0, "not-found"), (0, "code-invalid"), (li, "mismatch"), (dead, "person-dead")]
    )


def test_a_batch_is_entered_whole_or_not_at_all(
    register: Register, purpose: str, client: System, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.BatchUnfit):
        verify_many(client.enquirer, purpose, [], at=now)
    with pytest.raises(errors.BatchUnfit):
        verify_many(client.enquirer, purpose, [asked(WANG_WEI)] * 10_001, at=now)
    assert entries(register) == []


def test_names_and_codes_stand_nowhere(register: Register, purpose: str, client: System, now: datetime) -> None:
    """Neither of who is known nor of who isn't, in no table, also not under an idempotency key."""
    verify(client.enquirer, purpose, asked(WANG_WEI), at=now, key="once")
    verify(client.enquirer, purpose, asked(UNKNOWN), at=now, key="twice")
    verify_many(client.enquirer, purpose, [asked(UNKNOWN), asked(LI_NA)], at=now)
    # The catalogue shows a made-up number as an example of how a column is filled in.
    tables = register.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^catalogue_'")
    for (table,) in tables:
        content = str(register.rows(f"SELECT to_jsonb(t)::text FROM {table} t"))
        assert UNKNOWN.code not in content, table
        assert UNKNOWN.name not in content, table
        assert WANG_WEI.code not in content, table


def test_questions_and_answers_have_no_readable_form() -> None:
    assert WANG_WEI.code not in repr(asked(WANG_WEI))
    assert WANG_WEI.name not in f"{Asked('resident-id', WANG_WEI.code, WANG_WEI.name)}"


def test_an_unknown_receipt_is_unknown(purpose: str, client: System, now: datetime) -> None:
    answer, _ = verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert find_receipt(answer.receipt.lower()) is not None
    assert find_receipt("V" + "A" * 26) is None
    assert find_receipt("") is None


def test_purposes_are_listed_for_their_own_organisation_alone(purpose: str) -> None:
    assert [one.code for one in list_purposes(OTHER)] == [purpose]
    assert list_purposes(MARKET) == []
