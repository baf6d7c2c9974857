"""What comes out of the gate for an officer, a random ledger included; tests/sharing/test_report.py has the ordinary cases."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.demo.officers import settle_demo_officer
from chengxin.demo.organisations import organisation_code
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.identity.services.organisations import settle_organisation
from chengxin.records.queries import batch_numbers
from chengxin.sharing.deciding import Question
from chengxin.sharing.errors import DayToCome
from chengxin.sharing.services import issue_report, view_past
from tests.conftest import Register
from tests.duties import enrol
from tests.penalties import penalty, write_csv
from tests.people import CENTRE, LI_NA, MARKET, WANG_WEI, Someone
from tests.records.test_ingest import take
from tests.system.stage import Stage, payload, version

DAY = timedelta(days=1)
ASKER = Asker(CENTRE, "officer", "CK-FW", "SXSHXYTL-7", "窗口2026-7", "test")
AUDIT_OFFICE = organisation_code("department", 905)
AUDIT = Asker(AUDIT_OFFICE, "auditor", "SJ-JC", "GRXXBHF-54", "审计2026-1", "test")


def about(person: Someone, **values: str) -> Question:
    return Question(**{"code_type": "resident-id", "code": person.code, "name": person.name, **values})


def change(register: Register, query: str) -> None:
    with register.connect("owner") as connection:
        connection.execute(query.encode())


def settle_auditor(register: Register) -> None:
    register.become("owner")
    office = settle_organisation(
        code=AUDIT_OFFICE, name="测试审计局", kind="auditor", region="140100", valid_from=date(2019, 1, 1)
    )
    settle_demo_officer(login="auditor", display_name="审计员", organisation=office, role="officer", password="x")
    register.become("app")


def fill(register: Register, folder: Path, at: datetime, *rows: dict[str, str]) -> None:
    take(register, write_csv(folder / f"{at:%H%M%S%f}.csv", list(rows)), at)
    register.become("app")


@pytest.fixture
def penalised(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    fill(register, tmp_path, now, penalty(today, 1), penalty(today, 2), penalty(today, 3, LI_NA))
    return register


def test_entry_holds_the_versions_that_were_read_and_no_value(
    penalised: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    fill(penalised, tmp_path, now, penalty(today, 2, CF_NR="罚款二万五千元"))
    report = issue_report(ASKER, about(WANG_WEI), at=now)
    ((ids, versions, fields, text),) = penalised.rows(
        "SELECT record_ids, versions, fields, (e.*)::text FROM ground_access_entry e WHERE outcome = 'answered'"
    )
    newest = penalised.rows(
        "SELECT record_id, max(version) FROM records_version v JOIN ground_access_entry USING (subject_id) GROUP BY 1"
    )
    assert sorted(zip(ids, versions, strict=True)) == sorted(newest)
    assert sorted(versions) == [1, 2]
    assert set(fields) == {f"{record.item}.{field.code}" for record in report.records for field in record.fields}
    for record in report.records:
        assert not any(len(field.text) > 3 and field.text in text for field in record.fields)
    assert WANG_WEI.code not in text
    assert WANG_WEI.name not in text


OUTSIDE = {
    "officer-unknown": "UPDATE identity_user SET is_active = false WHERE login = 'officer'",
    "organisation-unknown": f"UPDATE identity_organisation SET valid_until = current_date - 2 WHERE code = '{CENTRE}'",
    "purpose-unknown": "UPDATE catalogue_law SET valid_until = current_date - 2 WHERE valid_from < current_date - 2",
}


@pytest.mark.parametrize("reason", OUTSIDE)
def test_what_ended_is_refused_like_what_never_was(penalised: Register, now: datetime, reason: str) -> None:
    change(penalised, OUTSIDE[reason])
    with pytest.raises(NotAnswerable) as refused:
        issue_report(ASKER, about(WANG_WEI), at=now)
    assert str(refused.value) == str(NotAnswerable())
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    assert penalised.rows("SELECT outcome, reason FROM ground_access_entry") == [("refused", reason)]


@pytest.mark.parametrize(
    ("asking", "asked", "reason"),
    [
        pytest.param({"officer": "clerk", "organisation": MARKET}, {}, "officer-unknown", id="clerk"),
        pytest.param({"officer": "", "organisation": CENTRE}, {}, "officer-unknown", id="nobody"),
        pytest.param({"basis": ""}, {}, "basis-unknown", id="no-basis"),
        pytest.param({"basis": "XZXKF-34"}, {}, "basis-unknown", id="basis-of-another-purpose"),
        pytest.param({}, {"code_type": "passport"}, "code-invalid", id="another-kind"),
        pytest.param({}, {"code": WANG_WEI.code[:6] + WANG_WEI.code[8:17]}, "code-invalid", id="fifteen-digits"),
        pytest.param({}, {"code": "", "name": ""}, "code-invalid", id="nothing"),
        pytest.param({}, {"name": WANG_WEI.name[:1]}, "name-differs", id="part-of-the-name"),
    ],
)
def test_refusals_tell_the_asker_nothing(
    penalised: Register, now: datetime, asking: dict[str, str], asked: dict[str, str], reason: str
) -> None:
    one = Asker(**{**{name: getattr(ASKER, name) for name in ASKER.__slots__}, **asking})
    with pytest.raises(NotAnswerable) as refused:
        issue_report(one, about(WANG_WEI, **asked), at=now)
    assert (refused.value.text, refused.value.text_en) == (NotAnswerable().text, NotAnswerable().text_en)
    assert penalised.rows("SELECT outcome, reason, record_ids FROM ground_access_entry") == [("refused", reason, [])]


def test_refusal_that_cannot_be_entered_is_an_error(penalised: Register, now: datetime) -> None:
    change(penalised, "REVOKE INSERT ON ground_access_entry FROM chengxin_app")
    with pytest.raises(Exception, match="permission denied for table ground_access_entry"):
        issue_report(ASKER, about(WANG_WEI, name="王维"), at=now)


def test_withdrawn_record_shows_nothing_of_its_past(
    penalised: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    with penalised.speaking():
        (number, *_) = [number for row, number, *_ in batch_numbers(1) if row == 2]
    fill(penalised, tmp_path, now, penalty(today, 1, LI_NA, CX_JLBH=number))
    assert len(issue_report(ASKER, about(WANG_WEI), at=now).records) == 1
    assert len(issue_report(ASKER, about(LI_NA), at=now).records) == 2


def test_past_shows_a_day_as_it_was_known_at_a_moment(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    settle_auditor(register)
    earlier, before = now - 5 * DAY, now - 6 * DAY
    final = str(today - 30 * DAY)
    fill(register, tmp_path, earlier, penalty(today, 1, CX_QDRQ=final))
    fill(register, tmp_path, now, penalty(today, 1, CF_NR="罚款一万元", CX_QDRQ=final))

    def fine(on: date, known_at: datetime) -> list[str]:
        report = view_past(AUDIT, about(WANG_WEI), on=on, known_at=known_at, at=now)
        return [field.text for record in report.records for field in record.fields if field.code == "CF_NR"]

    assert fine(today - DAY, earlier) == ["罚款二万元"]
    assert fine(today - DAY, now - DAY) == ["罚款二万元"]
    assert fine(today - DAY, now) == ["罚款一万元"]
    assert fine(today - DAY, before) == []
    assert fine(today - 31 * DAY, now) == []
    entered = register.rows("SELECT as_of, outcome, count(*) FROM ground_access_entry GROUP BY 1, 2")
    assert set(entered) == {(today - DAY, "answered", 3), (today - DAY, "empty", 1), (today - 31 * DAY, "empty", 1)}


def test_past_shows_what_has_expired_since(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    settle_auditor(register)
    decided = today - 366 * DAY
    row = penalty(today, 1, CF_JDRQ=decided, CX_XWZZRQ=decided - 9 * DAY, CX_QDRQ=decided + 60 * DAY)
    fill(register, tmp_path, now, row)
    assert issue_report(ASKER, about(WANG_WEI), at=now).records == ()
    assert len(view_past(AUDIT, about(WANG_WEI), on=today - 30 * DAY, known_at=now, at=now).records) == 1


def test_past_of_a_day_to_come_is_refused_and_entered(penalised: Register, today: date, now: datetime) -> None:
    settle_auditor(penalised)
    with pytest.raises(DayToCome) as refused:
        view_past(AUDIT, about(WANG_WEI), on=today + DAY, known_at=now, at=now)
    assert "还没有到" in refused.value.text
    assert "hasn't come" in refused.value.text_en
    entered = penalised.rows("SELECT outcome, reason, as_of, subject_id FROM ground_access_entry")
    assert entered == [("refused", "day-to-come", today + DAY, 0)]


def test_past_of_a_day_to_come_sounds_the_same_whoever_is_asked_about(
    penalised: Register, today: date, now: datetime
) -> None:
    for question in (about(WANG_WEI), about(WANG_WEI, name="王维"), about(WANG_WEI, code="1")):
        with pytest.raises(DayToCome):
            view_past(ASKER, question, on=today + DAY, known_at=now, at=now)
    assert penalised.rows("SELECT DISTINCT reason, subject_id FROM ground_access_entry") == [("day-to-come", 0)]


def test_licence_examiners_may_not_look_back(penalised: Register, today: date, now: datetime) -> None:
    enrol(penalised, "XK-SC-01", at=now)
    one = Asker(MARKET, "examiner", "XK-SC", "XZXKF-34", "许可2026-1", "test")
    assert len(issue_report(one, about(WANG_WEI), at=now).records) == 2
    with pytest.raises(NotAnswerable):
        view_past(one, about(WANG_WEI), on=today, known_at=now, at=now)
    reasons = penalised.rows("SELECT reason FROM ground_access_entry WHERE outcome = 'refused'")
    assert reasons == [("purpose-may-not-look-back",)]


# The gate against a model in plain Python.

OFFSETS = st.integers(-3, 3)
STATES = st.tuples(
    st.integers(0, 3), st.lists(st.sampled_from(["withdrawn", "revoked", "repaired", "sealed"]), max_size=1)
).filter(any)
VERSIONS = STATES.flatmap(
    lambda made: st.tuples(*(st.tuples(st.just(state), OFFSETS, OFFSETS) for state in ["active"] * made[0] + made[1]))
)


@given(
    records=st.lists(VERSIONS, min_size=1, max_size=5),
    on=OFFSETS,
    open_purpose=st.sampled_from([True, True, True, False]),
)
@settings(max_examples=25, deadline=None)
def test_gate_shows_what_safeguard_6_says(
    furnished: Stage, records: list[tuple[tuple[str, int, int], ...]], on: int, open_purpose: bool
) -> None:
    facts, wanted = furnished.facts, set()
    with furnished.connection.transaction(force_rollback=True):
        furnished.announce()
        for record, versions in enumerate(records, 500):
            for number, (state, start, end) in enumerate(versions, 1):
                shown_from, shown_until = facts.today + min(start, end) * DAY, facts.today + max(start, end) * DAY
                days = {"shown_from": shown_from, "shown_until": shown_until}
                furnished.insert(
                    "owner", "records_version", version(facts, record_id=record, version=number, state=state, **days)
                )
                if state == "active":
                    furnished.insert("owner", "records_payload", payload(facts, record, number))
            state, start, end = versions[-1]
            begun, over = min(start, end) <= min(on, 0), max(start, end) <= max(on, 0)
            if state == "active" and begun and not over and open_purpose:
                wanted.add((record, len(versions)))
        purpose = facts.examination if open_purpose else facts.recruitment
        query = "SELECT record_id, version FROM records_shown WHERE record_id >= 500"
        assert set(furnished.look(query, on=facts.today + on * DAY, purpose=purpose)) == wanted
    furnished.connection.rollback()
