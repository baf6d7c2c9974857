"""Quotas, rates and tries: counted in the database, never passed, and no way to learn anything from a refusal."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.identity import errors
from chengxin.identity.services.verification import Asked, Enquirer, verify, verify_many
from chengxin.lib.errors import TooMany
from tests.conftest import Register
from tests.identity.verifying import System, asked, register_purposes, system
from tests.people import LI_NA, OTHER, WANG_WEI, code_of

WORKERS = 8


@pytest.fixture
def client(register: Register) -> System:
    return system(register)


def stranger(number: int) -> Asked:
    return Asked("resident-id", code_of(f"19660{1 + number // 900}06", number % 900 + 1), "查无此人")


def used(register: Register) -> int:
    return int(register.rows("SELECT coalesce(sum(used), 0) FROM identity_check_use WHERE kind = 'checks'")[0][0])


def checks(register: Register) -> int:
    return int(register.rows("SELECT count(*) FROM identity_real_name_check")[0][0])


def side_by_side(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls from eight connections at once; give each one's answer or error."""

    def made(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except TooMany as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(made, calls))


def test_the_quota_is_used_up_exactly_and_begins_anew_the_next_day(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, daily_quota=3, daily_misses=3)
    for number in range(3):
        assert verify(client.enquirer, purpose, stranger(number), at=now)[1].used == number + 1
    with pytest.raises(errors.QuotaExhausted) as refused:
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert 0 < refused.value.again_in_s <= 86_400
    assert (used(register), checks(register)) == (3, 3)
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_check_use SET day = day - 1")
    assert verify(client.enquirer, purpose, asked(WANG_WEI), at=now)[0].outcome == "match"


def test_each_client_has_a_quota_of_its_own(register: Register, client: System, now: datetime) -> None:
    purpose = register_purposes(register, daily_quota=1, daily_misses=1)
    verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    assert verify(system(register).enquirer, purpose, asked(WANG_WEI), at=now)[0].outcome == "match"


def test_the_desk_has_a_quota_for_each_officer(register: Register, now: datetime) -> None:
    purpose, desk = register_purposes(register, desk_quota=2), Enquirer("desk", OTHER, "verifier")
    for one in (WANG_WEI, LI_NA):
        verify(desk, purpose, asked(one), at=now)
    with pytest.raises(errors.QuotaExhausted):
        verify(desk, purpose, asked(WANG_WEI), at=now)
    closed = register_purposes(register, desk_quota=0)
    with pytest.raises(errors.QuotaExhausted):
        verify(desk, closed, asked(WANG_WEI), at=now)


@pytest.mark.parametrize("quota", [40, 1600], ids=["one-slot", "many-slots"])
def test_eight_connections_never_pass_the_quota(register: Register, client: System, now: datetime, quota: int) -> None:
    purpose = register_purposes(register, daily_quota=quota, daily_misses=quota, per_minute=60_000)
    if quota > 100:  # all but the last few are used up in one go
        verify_many(client.enquirer, purpose, [stranger(number) for number in range(1, quota - 39)], at=now)
    told = side_by_side([partial(verify, client.enquirer, purpose, stranger(n % 9), at=now) for n in range(72)])
    assert told.count("quota-exhausted") == 32, told
    assert used(register) == checks(register) == quota


def test_eight_connections_with_batches_and_single_checks_never_pass_the_quota(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, daily_quota=400, daily_misses=400, per_minute=60_000)
    singles: list[Callable[[], Any]] = [
        partial(verify, client.enquirer, purpose, stranger(n), at=now) for n in range(20)
    ]
    batches: list[Callable[[], Any]] = [
        partial(verify_many, client.enquirer, purpose, [stranger(30 + n * 37 + i) for i in range(37)], at=now)
        for n in range(14)
    ]
    told = side_by_side([one for pair in zip(batches, singles, strict=False) for one in pair])
    assert "quota-exhausted" in told
    assert used(register) == checks(register) <= 400


def test_a_batch_that_is_too_large_for_what_is_left_takes_nothing(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, daily_quota=10, daily_misses=10)
    verify_many(client.enquirer, purpose, [stranger(number) for number in range(7)], at=now)
    with pytest.raises(errors.QuotaExhausted):
        verify_many(client.enquirer, purpose, [stranger(number) for number in range(7, 11)], at=now)
    assert (used(register), checks(register)) == (7, 7)
    entered = register.rows("SELECT subject_id, outcome, reason FROM ground_access_entry WHERE outcome = 'refused'")
    assert entered == [(0, "refused", "quota-exhausted")]
    assert verify_many(client.enquirer, purpose, [stranger(number) for number in range(20, 23)], at=now).used == 10


def test_whoever_misses_too_often_is_told_nothing_more_that_day(
    register: Register, client: System, now: datetime
) -> None:
    """Not even about those who exist: else a refusal would itself be the answer."""
    purpose = register_purposes(register, daily_quota=100, daily_misses=3)
    for number in range(3):
        assert verify(client.enquirer, purpose, asked(WANG_WEI), at=now)[0].outcome == "match"
        verify(client.enquirer, purpose, stranger(number), at=now)
    for one in (asked(WANG_WEI), stranger(9), asked(LI_NA, name="李")):
        with pytest.raises(errors.TooManyMisses):
            verify(client.enquirer, purpose, one, at=now)
        with pytest.raises(errors.TooManyMisses):
            verify_many(client.enquirer, purpose, [one, one], at=now)


def test_calls_are_counted_by_the_minute(register: Register, client: System, now: datetime) -> None:
    def minute() -> Any:
        return register.rows("SELECT date_trunc('minute', now())")

    for _ in range(3):  # once more when a new minute begins in the midst of it
        purpose, begun = register_purposes(register, per_minute=2), minute()
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
        verify_many(client.enquirer, purpose, [asked(WANG_WEI), asked(LI_NA)], at=now)
        refused = [told for told in (attempt(client, purpose, now) for _ in range(2)) if told == "rate-exceeded"]
        if minute() == begun:
            break
    assert len(refused) == 2
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_check_use SET span = span - interval '1 minute' WHERE kind = 'calls'")
    assert attempt(client, purpose, now) == "match"


def attempt(client: System, purpose: str, at: datetime) -> str:
    try:
        return verify(client.enquirer, purpose, asked(WANG_WEI), at=at)[0].outcome
    except TooMany as refused:
        return refused.code if 0 < refused.again_in_s <= 60 else "again too late"


def test_one_code_is_not_asked_about_without_end(register: Register, client: System, now: datetime) -> None:
    purpose = register_purposes(register, per_code=3)
    for name in ("王一", "王二", "王三"):
        assert verify(client.enquirer, purpose, asked(WANG_WEI, name=name), at=now)[0].outcome == "mismatch"
    for name in ("王伟", "王四"):
        with pytest.raises(errors.CodeTriedTooOften):
            verify(client.enquirer, purpose, asked(WANG_WEI, name=name), at=now)
    assert verify(client.enquirer, purpose, asked(LI_NA), at=now)[0].outcome == "match"
    query = "SELECT count(*) FROM ground_access_entry WHERE reason = 'code-tried-too-often' AND subject_id > 0"
    assert register.rows(query) == [(2,)]


def test_nobody_tells_by_the_limit_of_a_code_whether_it_exists(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, per_code=2)
    for one in (asked(WANG_WEI), stranger(1)):
        for _ in range(2):
            verify(client.enquirer, purpose, one, at=now)
        with pytest.raises(errors.CodeTriedTooOften):
            verify(client.enquirer, purpose, one, at=now)


def test_the_limit_of_a_code_holds_in_batches_and_side_by_side(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, per_code=5)
    answers = verify_many(client.enquirer, purpose, [stranger(1)] * 6 + [stranger(2)] * 5, at=now)
    assert [one.outcome for one in answers.items] == ["refused"] * 6 + ["not_found"] * 5
    told = side_by_side([lambda: verify(client.enquirer, purpose, asked(WANG_WEI), at=now) for _ in range(16)])
    assert told.count("code-tried-too-often") == 11


def test_all_organisations_together_ask_about_a_code_two_hundred_times_a_day(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register, per_code=50)
    verify(client.enquirer, purpose, asked(WANG_WEI), at=now)
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_code_tries SET tries = 200 WHERE most = 200")
    with pytest.raises(errors.CodeTriedTooOften):
        verify(client.enquirer, purpose, asked(WANG_WEI), at=now)


def test_the_same_key_gives_the_same_answer_and_counts_once(register: Register, client: System, now: datetime) -> None:
    purpose = register_purposes(register)
    first, again = (verify(client.enquirer, purpose, asked(WANG_WEI), at=now, key="k-1") for _ in range(2))
    assert first == again
    assert (used(register), checks(register)) == (1, 1)
    batch = [asked(WANG_WEI), stranger(1)]
    assert verify_many(client.enquirer, purpose, batch, at=now, key="k-2") == verify_many(
        client.enquirer, purpose, batch, at=now, key="k-2"
    )
    for other in (asked(LI_NA), asked(WANG_WEI, name="王玮")):
        with pytest.raises(errors.KeyReused):
            verify(client.enquirer, purpose, other, at=now, key="k-1")
    assert verify(system(register).enquirer, purpose, asked(LI_NA), at=now, key="k-1")[0].outcome == "match"


def test_the_same_key_side_by_side_counts_once(register: Register, client: System, now: datetime) -> None:
    purpose = register_purposes(register)
    told = side_by_side(
        [lambda: verify(client.enquirer, purpose, asked(WANG_WEI), at=now, key="k")[0] for _ in range(16)]
    )
    assert len(set(told)) == 1
    assert (used(register), checks(register)) == (1, 1)
    assert register.rows("SELECT count(*) FROM ground_access_entry") == [(1,)]


def test_keys_and_counters_of_yesterday_are_swept_and_todays_stay(
    register: Register, client: System, now: datetime
) -> None:
    purpose = register_purposes(register)
    for number in range(2):
        verify(client.enquirer, purpose, stranger(number), at=now - timedelta(hours=25 * number), key=str(number))
    with register.connect("intake") as worker:
        assert worker.execute("SELECT identity_sweep_checks()").fetchall() == [(1,)]
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_code_tries SET day = day - 1 WHERE most = 200")
    with register.connect("intake") as worker:
        assert worker.execute("SELECT identity_sweep_checks()").fetchall() == [(2,)]
        assert worker.execute("SELECT identity_sweep_checks()").fetchall() == [(0,)]


SIZES = st.lists(st.integers(min_value=1, max_value=60), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=SIZES, quota=st.integers(min_value=1, max_value=500))
def test_whatever_is_asked_in_whatever_sizes_the_count_is_right_and_the_quota_holds(
    register: Register, client: System, now: datetime, sizes: list[int], quota: int
) -> None:
    purpose = register_purposes(register, daily_quota=quota, daily_misses=quota, per_minute=60_000)
    before, number, expected = checks(register), 0, 0
    with register.connect("owner") as owner:
        owner.execute("DELETE FROM identity_code_tries")
    for size in sizes:
        items = [stranger(number + place) for place in range(size)]
        number += size
        if expected + size <= quota:
            assert verify_many(client.enquirer, purpose, items, at=now).used == expected + size
            expected += size
        else:
            with pytest.raises(errors.QuotaExhausted):
                verify_many(client.enquirer, purpose, items, at=now)
    assert checks(register) - before == expected


def test_a_suspended_client_and_a_withdrawn_purpose_are_refused_at_once(
    register: Register, client: System, now: datetime
) -> None:
    from chengxin.identity.services.clients import suspend_client
    from chengxin.identity.services.registrations import withdraw_purpose
    from tests.identity.verifying import officer

    first, second = register_purposes(register), register_purposes(register)
    register.become("admin")
    withdraw_purpose(first, reason="业务终止", actor=officer("security"), at=now)
    register.become("app")
    with pytest.raises(errors.PurposeNotRegistered):
        verify(client.enquirer, first, asked(WANG_WEI), at=now)
    assert verify(client.enquirer, second, asked(WANG_WEI), at=now)[0].outcome == "match"
    register.become("admin")
    suspend_client(client.client_id, reason="私钥可能泄露", actor=officer("security"), at=now)
    register.become("app")
    with pytest.raises(errors.ClientNotInForce):
        verify(client.enquirer, second, asked(WANG_WEI), at=now)


def test_a_client_of_another_organisation_can_not_use_the_purpose(
    register: Register, client: System, now: datetime
) -> None:
    from tests.people import MARKET

    purpose = register_purposes(register)
    other = replace(system(register, organisation=MARKET).enquirer, organisation=OTHER)
    with pytest.raises(errors.PurposeNotRegistered):
        verify(other, purpose, asked(WANG_WEI), at=now)
