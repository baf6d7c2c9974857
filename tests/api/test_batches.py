"""Batches over the interface: taken in whole, answered in parts, opened by the asker alone, each person entered once."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from joserfc import jwk
from joserfc.errors import JoseError

from chengxin.api import batches as interface
from chengxin.identity.models import User
from chengxin.sharing.batches import answering
from chengxin.sharing.duties.queries import list_enrolled
from chengxin.site.answerer import Answerer
from chengxin.site.eraser import erase_batches
from tests.api import batching as b
from tests.api.conftest import Call, ask_token
from tests.api.test_queries import body
from tests.api.test_verifications import GUIDE
from tests.conftest import Register
from tests.duties import EXAMINER, enrol
from tests.identity.verifying import System
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, OTHER, UNKNOWN, WANG_WEI
from tests.records.test_ingest import take

ENTRIES = """SELECT outcome, reason, subject_id > 0, duty, case_reference, channel, fields, cardinality(record_ids)
    FROM ground_access_entry ORDER BY entry_id"""


@pytest.fixture
def token(made: System, register: Register, tmp_path: Path, today: date, now: datetime) -> str:
    """Give a token for queries of an organisation that stands enrolled for duties of several forms."""
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2), penalty(today, 3, LI_NA)]), now)
    enrol(register, b.FULL, b.YES_NO, b.LIST, b.BAND, at=now, organisation=OTHER)
    answer: Any = ask_token(made.assertion(), scope="query.ask query.batch")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


Taken = Callable[..., str]


@pytest.fixture
def taken(token: str) -> Taken:
    """Take in a batch and give its number."""

    def take_in(*lines: dict[str, Any], duty: str = b.FULL, **changes: Any) -> str:
        answer = b.send(token, b.text(b.purpose(duty, **changes), *lines))
        assert answer.status_code == 202, answer.content
        return str(answer.json()["number"])

    return take_in


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows("SELECT outcome, reason, channel FROM ground_access_entry ORDER BY entry_id")


def everything(register: Register) -> tuple[int, ...]:
    """Count what a batch leaves."""
    tables = ("sharing_batch", "sharing_batch_part", "sharing_batch_question", "sharing_batch_result")
    return tuple(register.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


# The whole way.


@pytest.mark.parametrize("duty", [b.FULL, b.YES_NO, b.LIST, b.BAND])
def test_each_line_is_answered_as_a_single_query_is(call: Call, token: str, taken: Taken, duty: str) -> None:
    number = taken(b.line(), b.line(LI_NA), duty=duty)
    assert b.answer_all() == 1
    told = b.opened(token, number)
    assert [one["line"] for one in told] == [2, 3]
    for person, one in zip((WANG_WEI, LI_NA), told, strict=True):
        single = call("/queries", body(person, duty=duty, basis=b.BASES[duty])).json()
        own = {"number", "salt", "entry", "issued_at"}
        bare = {name: value for name, value in single.items() if name not in own and value is not None}
        if "answer" in bare:
            bare["answer"] = {name: value for name, value in bare["answer"].items() if value is not None}
        assert {name: value for name, value in one.items() if name not in {*own, "line"}} == bare
        assert own <= one.keys()
        assert person.code not in json.dumps(one)


def test_each_person_is_entered_with_what_was_read_of_them(register: Register, taken: Taken) -> None:
    taken(b.line(), b.line(LI_NA, case_reference="许可2026-2"), b.line(UNKNOWN), duty=b.YES_NO)
    b.answer_all()
    fields = ["CF-ZRR.=yes_no", "SX-BZXR.=yes_no", "YZ-MD.=yes_no"]
    assert sorted(register.rows(ENTRIES)) == [
        ("answered", "", True, b.YES_NO, b.CASE, "batch", fields, 2),
        ("answered", "", True, b.YES_NO, "许可2026-2", "batch", fields, 1),
        ("refused", "person-unknown", False, b.YES_NO, b.CASE, "batch", [], 0),
    ]


def test_values_read_are_entered_by_name_alone(register: Register, taken: Taken) -> None:
    taken(b.line())
    b.answer_all()
    ((fields, versions),) = register.rows("SELECT fields, versions FROM ground_access_entry")
    assert "CF-ZRR.CF_WSH" in fields
    assert versions == [1, 1]


def test_a_batch_goes_its_way(call: Call, token: str, taken: Taken, register: Register) -> None:
    number = taken(b.line(), b.line(UNKNOWN))
    told = call(f"/queries/batches/{number}").json()
    assert (told["state"], told["persons"], told["parts"], told["settled"]) == ("waiting", 2, 1, 0)
    assert told["address"] == f"/api/v1/queries/batches/{number}"
    early = call(f"/queries/batches/{number}/parts/1")
    assert (early.status_code, early.json()["code"]) == (409, "batch-part-waiting")
    assert everything(register) == (1, 1, 1, 0)
    b.answer_all()
    assert everything(register) == (1, 1, 0, 1)
    told = call(f"/queries/batches/{number}").json()
    assert (told["state"], told["answered"], told["refused"]) == ("done", 1, 1)
    (part,) = call(f"/queries/batches/{number}/parts").json()
    assert (part["place"], part["state"], part["persons"]) == (1, "done", 2)
    assert call(f"/queries/batches/{number}/parts?after=1").json() == []
    assert b.answer_all() == 0


def test_nobody_but_the_asker_opens_the_results(token: str, taken: Taken, register: Register) -> None:
    number = taken(b.line())
    b.answer_all()
    with pytest.raises(JoseError):
        b.opened(token, number, key=jwk.ECKey.generate_key("P-256"))
    ((kept,),) = register.rows("SELECT jwe FROM sharing_batch_result")
    assert WANG_WEI.name not in kept
    ((sealed,),) = register.rows("SELECT count(*) FROM sharing_batch WHERE result_key LIKE '%%\"d\"%%'")
    assert sealed == 0


def test_refusals_are_one_and_their_reasons_the_registers(
    token: str, taken: Taken, register: Register, today: date, now: datetime
) -> None:
    number = taken(b.line(UNKNOWN), b.line(name="王玮"), b.line(case_reference=" "), b.line(code="149999199001010000"))
    b.answer_all()
    told = b.opened(token, number)
    assert [one["refusal"] for one in told] == ["not-answerable"] * 4
    assert all(set(one) == {"line", "case", "refusal"} for one in told)
    reasons = sorted(reason for _, reason, _ in entries(register))
    assert reasons == ["case-missing", "code-invalid", "name-differs", "person-unknown"]


def test_whoever_is_named_twice_is_entered_twice(token: str, taken: Taken, register: Register) -> None:
    number = taken(b.line(), b.line(case_reference="另一件"))
    b.answer_all()
    assert [one["case"] for one in b.opened(token, number)] == [b.CASE, "另一件"]
    assert len(entries(register)) == 2


def test_an_officer_of_ours_is_not_told_of_themselves(token: str, taken: Taken, register: Register) -> None:
    """Behind a pseudonym that is a login of that organisation stands whoever bears it."""
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        connection.execute(
            """UPDATE identity_declaration SET code_hashes = (SELECT array_agg(code_hash) FROM identity_code c
                   JOIN identity_person p USING (subject_id) WHERE p.born = %s)
               WHERE user_id = (SELECT id FROM identity_user WHERE login = %s)""",
            [WANG_WEI.born, EXAMINER],
        )
    number = taken(b.line(), b.line(LI_NA), officer=EXAMINER)
    b.answer_all()
    assert ["refusal" in one for one in b.opened(token, number)] == [True, False]
    assert User.objects.filter(login=EXAMINER).exists()


# Taken in whole or not at all.


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        pytest.param(b.text(b.purpose(), b.line(), b.line(name=None)), "batch-line-unfit", "第 3 行", id="a-name"),
        pytest.param(b.text(b.purpose(), b.line(秘="王伟")), "batch-line-unfit", "第 2 行不合格式（?）", id="a-key"),
        pytest.param(b.text(b.purpose()) + b"{", "batch-line-unfit", "第 2 行", id="broken"),
        pytest.param(b.text(b.purpose()) + b"\n\n" + b.text(b.line(code_type="x")), "batch-line-unfit", "第 4 行", id="after-empty"),
        pytest.param(b.text(b.purpose()) + b" " * 5000, "batch-line-unfit", "第 2 行", id="a-long-line"),
        pytest.param(b.text(b.line()), "batch-line-unfit", "第 1 行", id="no-purpose"),
        pytest.param(b.text(b.purpose()), "batch-size-unfit", "", id="nobody"),
        pytest.param(b"\n", "batch-size-unfit", "", id="nothing"),
        pytest.param(b.text(b.purpose(result_key=b.KEY.as_dict(private=True)), b.line()), "result-key-private", "", id="private"),
        pytest.param(b.text(b.purpose(result_key={**b.public(), "y": b.public()["x"]}), b.line()), "result-key-unfit", "", id="no-point"),
        pytest.param(b.text(b.purpose(result_key=jwk.ECKey.generate_key("P-384").as_dict(private=False)), b.line()), "result-key-unfit",
                     "", id="another-curve"),
        pytest.param(b.text(b.purpose(result_key=jwk.OctKey.generate_key(256).as_dict(private=True)), b.line()), "result-key-unfit", "",
                     id="another-kind"),
    ],
)  # fmt: skip
def test_what_is_unfit_leaves_nothing(token: str, register: Register, content: bytes, code: str, told: str) -> None:
    answer = b.send(token, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert told in answer.json()["detail"]
    assert "王伟" not in answer.content.decode()
    assert (everything(register), entries(register)) == ((0, 0, 0, 0), [])


def test_too_many_are_refused(token: str, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "MOST_PERSONS", 2)
    assert b.send(token, b.text(b.purpose(), b.line(), b.line())).status_code == 202
    answer = b.send(token, b.text(b.purpose(), b.line(), b.line(), b.line()))
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-size-unfit")
    monkeypatch.setattr(interface, "MOST_BYTES", 100)
    assert b.send(token, b.text(b.purpose(), b.line())).json()["code"] == "batch-size-unfit"
    assert everything(register)[0] == 1


def test_a_body_that_differs_from_its_digest_is_refused(token: str, register: Register) -> None:
    answer = b.send(token, b.text(b.purpose(), b.line()), **{"Content-Digest": "sha-256=:x:"})
    assert (answer.status_code, answer.json()["code"]) == (422, "body-cut-short")
    assert everything(register) == (0, 0, 0, 0)


def test_what_may_not_be_asked_is_entered_and_refused(token: str, register: Register) -> None:
    for changes in ({"basis": "GWYF-26"}, {"duty": "RC-JG-02", "basis": "XZXKF-61"}):
        answer = b.send(token, b.text(b.purpose(**changes), b.line()))
        assert (answer.status_code, answer.json()["code"]) == (403, "not-answerable")
    assert entries(register) == [("refused", "basis-unknown", "batch"), ("refused", "duty-not-enrolled", "batch")]
    assert everything(register) == (0, 0, 0, 0)


# Counted, kept, erased.


def test_a_day_has_an_end_for_persons_in_batches(token: str, register: Register) -> None:
    with register.connect("owner") as connection:
        connection.execute("UPDATE records_term SET value = 3 WHERE name = 'batch-limits'")
    answer = b.send(token, b.text(b.purpose(), b.line(), b.line()))
    assert answer.headers["RateLimit"].startswith('"batch-day";r=1;')
    assert answer.headers["Location"] == answer.json()["address"]
    answer = b.send(token, b.text(b.purpose(), b.line(), b.line()))
    assert (answer.status_code, answer.json()["code"]) == (429, "quota-exhausted")
    assert int(answer.headers["Retry-After"]) > 0
    assert b.send(token, b.text(b.purpose(), b.line())).status_code == 202
    assert register.rows("SELECT persons FROM sharing_batch_use") == [(3,)]
    assert everything(register)[0] == 2


def test_under_one_key_there_is_one_batch(token: str, register: Register) -> None:
    key = {"Idempotency-Key": "k1"}
    numbers = {b.send(token, b.text(b.purpose(), b.line()), **key).json()["number"] for _ in range(2)}
    assert (len(numbers), everything(register)[0]) == (1, 1)
    answer = b.send(token, b.text(b.purpose(), b.line(LI_NA)), **key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")


def test_erased_when_the_asker_says_so(token: str, taken: Taken, call: Call, register: Register) -> None:
    number = taken(b.line())
    b.answer_all()
    for _ in range(2):
        answer = call(f"/queries/batches/{number}/erase", {})
        assert (answer.status_code, answer.json()["state"]) == (200, "over")
    assert everything(register) == (1, 1, 0, 0)
    assert call(f"/queries/batches/{number}/parts/1").json()["code"] == "batch-over"
    waiting = taken(b.line())
    call(f"/queries/batches/{waiting}/erase", {})
    assert (b.answer_all(), everything(register)) == (0, (2, 2, 0, 0))


def test_over_when_its_time_is_whether_or_not_the_eraser_came(
    token: str, taken: Taken, call: Call, register: Register
) -> None:
    done, waiting = taken(b.line()), ""
    b.answer_all()
    waiting = taken(b.line())
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE sharing_batch DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE sharing_batch SET asked_at = asked_at - interval '4 days', expires_at = expires_at - interval '4 days'"
        )
        connection.execute("ALTER TABLE sharing_batch ENABLE TRIGGER USER")
    assert call(f"/queries/batches/{done}/parts/1").json()["code"] == "batch-over"
    assert call(f"/queries/batches/{waiting}").json()["state"] == "over"
    assert b.answer_all() == 0
    assert everything(register) == (2, 2, 1, 1)
    register.become("eraser")
    assert (erase_batches(), erase_batches()) == (2, 0)
    register.become("app")
    assert everything(register) == (2, 2, 0, 0)


def test_another_organisations_batch_is_none(taken: Taken, register: Register, made: System, call: Call) -> None:
    number = taken(b.line())
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE sharing_batch DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE sharing_batch SET organisation_id = (SELECT min(id) FROM identity_organisation WHERE code <> %s)",
            [OTHER],
        )
        connection.execute("ALTER TABLE sharing_batch ENABLE TRIGGER USER")
    for path in (number, f"{number}/parts", f"{number}/parts/1"):
        answer = call(f"/queries/batches/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "query-batch-unknown")
    assert call(f"/queries/batches/{number}/erase", {}).status_code == 404


# What ends half-way.


def test_a_system_suspended_half_way_is_told_nothing_more(
    token: str, taken: Taken, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "MOST_IN_PART", 1)
    taken(b.line(), b.line(LI_NA))
    assert answering.answer_next(at=datetime.now().astimezone()) is not None
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_client DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE identity_client SET suspended_at = now(), suspension_reason = 'x', suspended_by_id = 1"
        )
    assert b.answer_all() == 1
    assert entries(register) == [("answered", "", "batch"), ("refused", "client-not-in-force", "batch")]
    assert register.rows("SELECT place, answered, refused FROM sharing_batch_part ORDER BY 1") == [(1, 1, 0), (2, 0, 1)]


def test_an_enrolment_that_ends_half_way_ends_the_answers(
    taken: Taken, register: Register, monkeypatch: pytest.MonkeyPatch, today: date
) -> None:
    monkeypatch.setattr(interface, "MOST_IN_PART", 1)
    taken(b.line(), b.line(LI_NA))
    assert answering.answer_next(at=datetime.now().astimezone()) is not None
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE sharing_enrolment DISABLE TRIGGER USER")
        connection.execute("UPDATE sharing_enrolment SET ended_at = now(), ended_by_id = asked_by_id, end_reason = 'x'")
    assert list_enrolled(OTHER, today) == []
    assert b.answer_all() == 1
    assert entries(register) == [("answered", "", "batch"), ("refused", "duty-not-enrolled", "batch")]


def of_a_bug() -> None:
    raise ValueError(WANG_WEI.name)


def of_taking_too_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(60)")


@pytest.mark.parametrize("fail", [of_a_bug, of_taking_too_long])
def test_a_part_that_always_fails_is_entered_as_failed_and_holds_nobody_up(
    taken: Taken, call: Call, token: str, register: Register, monkeypatch: pytest.MonkeyPatch, fail: Callable[[], None]
) -> None:
    broken, sound = taken(b.line()), taken(b.line(LI_NA), duty=b.YES_NO)

    def fails(*_: Any, **__: Any) -> None:
        fail()

    monkeypatch.setattr(answering, "read_shown_of", fails)
    from threading import Event

    answerer = Answerer()
    assert [answerer.run(Event()) for _ in range(5)] == [1, 0, 0, 1, 0]
    assert [one["line"] for one in b.opened(token, sound)] == [2]
    assert entries(register) == [("answered", "", "batch"), ("failed", "error", "batch")]
    assert call(f"/queries/batches/{broken}/parts/1").json()["code"] == "batch-part-failed"
    assert call(f"/queries/batches/{broken}").json()["failed"] == 1


def test_the_state_of_the_system_tells_since_when_parts_wait(
    taken: Taken, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = (
        "SELECT site_parts_wait_since() - now() BETWEEN '-1 minute' AND '0', site_parts_wait_since() FROM sharing_batch"
    )
    assert register.rows("SELECT site_parts_wait_since()") == [(None,)]
    monkeypatch.setattr(interface, "MOST_IN_PART", 1)
    taken(b.line(), b.line(LI_NA))
    asked = register.rows("SELECT true, asked_at FROM sharing_batch")
    assert register.rows(since) == asked
    assert answering.answer_next(at=datetime.now().astimezone()) is not None
    assert register.rows(since) == register.rows("SELECT true, max(settled_at) FROM sharing_batch_part")
    assert register.rows(since) != asked
    b.answer_all()
    assert register.rows("SELECT site_parts_wait_since()") == [(None,)]


def test_two_answerers_answer_a_part_once(taken: Taken, register: Register) -> None:
    taken(b.line())
    with register.connect("app") as other:
        other.execute("BEGIN")
        assert other.execute("SELECT part FROM sharing_claim_part('{}')").fetchall()
        assert b.answer_all() == 0
        other.execute("ROLLBACK")
    assert b.answer_all() == 1


def test_the_first_parts_of_every_batch_come_first(
    taken: Taken, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interface, "MOST_IN_PART", 1)
    taken(b.line(), b.line(), b.line())
    taken(b.line(LI_NA))
    b.answer_all()
    rows = register.rows("SELECT batch_id - min(batch_id) OVER (), place FROM sharing_batch_part ORDER BY settled_at")
    assert rows == [(0, 1), (1, 1), (0, 2), (0, 3)]


def test_a_part_costs_as_many_statements_whatever_the_persons(taken: Taken, django_assert_max_num_queries: Any) -> None:
    taken(*[b.line(), b.line(LI_NA)] * 50)
    with django_assert_max_num_queries(40):
        b.answer_all()


def test_each_code_is_published() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for code, status in (
        ("query-batch-unknown", 404), ("batch-line-unfit", 422), ("batch-size-unfit", 422), ("result-key-unfit", 422),
        ("result-key-private", 422), ("batch-by-leave", 422), ("batch-part-waiting", 409), ("batch-part-failed", 409), ("batch-over", 409),
    ):  # fmt: skip
        assert f"| `{code}` | {status} |" in guide
