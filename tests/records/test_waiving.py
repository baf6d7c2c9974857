"""A question is waived for a content, with a reason and an end; nothing else is."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.catalogue.queries import open_item
from chengxin.identity.models import Organisation, User
from chengxin.lib.errors import NotAllowed
from chengxin.records import rules as law
from chengxin.records.errors import BatchUnknown, WaiverRefused, WaiverUnknown
from chengxin.records.intake.register import know
from chengxin.records.models import Batch
from chengxin.records.retrying import retry_waiting
from chengxin.records.waiving import end_waiver, list_questions, list_waivers, open_waiver, waive
from tests.conftest import Register
from tests.penalties import COLUMNS, penalty, write_csv
from tests.people import LI_NA, MARKET, NAMESAKE, WANG_WEI
from tests.records.test_ingest import counts, rules, take

REASON = "已与处罚决定书原件核对，罚款三十万元无误"
HUGE: dict[str, Any] = {"CF_NR_FK": "30", "CF_NR": "罚款三十万元"}


def hold_to(register: Register, batch: Batch, until: date, *, login: str = "clerk", reason: str = REASON) -> int:
    """Hold to every question of a batch, as its provider's clerk does."""
    numbers = [row[0] for row in register.rows("SELECT id FROM records_finding WHERE batch_id = %s", batch.pk)]
    with register.speaking(login):
        actor = User.objects.select_related("organisation").get(login=login)
        return waive(batch.token, numbers, reason=reason, until=until, actor=actor, at=batch.received_at)


@pytest.fixture
def asked(register: Register, tmp_path: Path, today: date, now: datetime) -> Batch:
    return take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, **HUGE), penalty(today, 2)]), now)


def test_a_waived_row_becomes_a_record(register: Register, asked: Batch, today: date, now: datetime) -> None:
    assert counts(asked) == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "waiting": 1, "refused": 0}
    register.become("intake")
    assert retry_waiting(at=now) == 0
    assert hold_to(register, asked, today + timedelta(days=30)) == 1
    register.become("intake")
    assert retry_waiting(at=now) == 1
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    assert register.rows("SELECT count(*) FROM records_version") == [(2,)]
    acts = register.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'intake.waive'")
    assert acts == [("clerk", f"batch:{asked.pk}", "fine-out-of-range 2")]


def test_a_waiver_holds_for_the_same_content_and_falls_with_another(
    register: Register, tmp_path: Path, asked: Batch, today: date, now: datetime
) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    decided = date.fromisoformat(penalty(today)["CF_JDRQ"])
    written_otherwise = penalty(today, 1, **HUGE, CF_JDRQ=f"{decided:%Y/%m/%d}", CF_CFLB="罚款")
    rows = [penalty(today, 2), written_otherwise, penalty(today, 1, **{**HUGE, "CF_NR_FK": "31"})]
    again = take(register, write_csv(tmp_path / "b.csv", rows, "gb18030", COLUMNS[::-1]), now)
    assert rules(register, again) == {4: ["fine-out-of-range"]}
    assert (again.new, again.unchanged, again.waiting) == (1, 1, 1)


def test_namesakes_are_held_to_one_by_one(register: Register, tmp_path: Path, today: date, now: datetime) -> None:
    path = write_csv(
        tmp_path / "a.csv", [penalty(today, 1, WANG_WEI), penalty(today, 1, NAMESAKE), penalty(today, 1, LI_NA)]
    )
    first = take(register, path, now)
    assert (first.new, first.waiting) == (1, 2)
    hold_to(register, first, today + timedelta(days=30))
    again = take(register, path, now)
    assert counts(again) == {"read": 3, "new": 2, "changed": 0, "unchanged": 1, "waiting": 0, "refused": 0}


def test_a_waiver_ends_on_its_day_and_is_its_providers_alone(register: Register, asked: Batch, today: date) -> None:
    until = today + timedelta(days=30)
    hold_to(register, asked, until)
    register.become("intake")
    item = open_item("CF-ZRR", today)
    others = Organisation.objects.exclude(pk=asked.provider_id).first()
    assert others is not None
    assert len(know(item, asked.provider_id, until - timedelta(days=1), b"k").waived) == 1
    assert not know(item, asked.provider_id, until, b"k").waived
    assert not know(item, others.pk, today, b"k").waived
    assert not know(open_item("XK-ZRR", today), asked.provider_id, today, b"k").waived


@pytest.mark.parametrize(
    ("values", "until", "reason"),
    [
        pytest.param({"CF_NR_FK": "x"}, 30, REASON, id="refused-row"),
        pytest.param({"CX_QDRQ": ""}, 30, REASON, id="waiting-row"),
        pytest.param({"CF_XDR_MC": "王维"}, 30, REASON, id="whose-it-is"),
        pytest.param(HUGE, 30, "  ", id="no-reason"),
        pytest.param(HUGE, 0, REASON, id="already-over"),
        pytest.param(HUGE, 400, REASON, id="too-long"),
        pytest.param(HUGE, 30, f"与 {WANG_WEI.code} 核对", id="identity-code"),
    ],
)  # fmt: skip
def test_nothing_else_is_waived(
    register: Register, tmp_path: Path, today: date, now: datetime, values: dict[str, Any], until: int, reason: str
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, **values)]), now)
    with pytest.raises(WaiverRefused):
        hold_to(register, batch, today + timedelta(days=until), reason=reason)
    assert register.rows("SELECT count(*) FROM records_waiver") == [(0,)]


def test_nobody_waives_for_another_provider_or_without_the_right(register: Register, asked: Batch, today: date) -> None:
    with pytest.raises(NotAllowed):
        hold_to(register, asked, today + timedelta(days=30), login="verifier")
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET organisation_id = (SELECT min(id) FROM identity_organisation WHERE code <> %s)"
                           " WHERE login = 'clerk'", [MARKET])  # fmt: skip
    with pytest.raises(BatchUnknown):
        hold_to(register, asked, today + timedelta(days=30))


def test_what_is_asked_is_listed_with_what_was_said(register: Register, asked: Batch, today: date) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    with register.speaking():
        (found,) = list_questions(asked.pk, today)
        assert found.waiver is not None
        assert (found.row, found.rule.code, found.waiver.reason) == (2, "fine-out-of-range", REASON)
        assert list_questions(asked.pk, today, after=found.id) == []
        assert list_questions(asked.pk, today + timedelta(days=30))[0].waiver is None


@pytest.mark.parametrize("severity", ["refuse", "wait", "note", ""])
def test_the_law_lets_nothing_but_a_question_be_waived(severity: str, today: date) -> None:
    refusal = law.refuse_waiver(severity, REASON, today + timedelta(days=1), today, 12)
    assert refusal is not None
    assert refusal.rule == "not-a-question"


WRONG = "复核原件后发现罚款应为三万元"


def take_back(register: Register, at: datetime, *, login: str = "clerk", reason: str = WRONG) -> None:
    ((number,),) = register.rows("SELECT max(id) FROM records_waiver")
    register.become("app")
    actor = User.objects.select_related("organisation").get(login=login)
    end_waiver(number, reason=reason, actor=actor, at=at)


def standing(register: Register, asked: Batch, today: date) -> int:
    register.become("intake")
    return len(know(open_item("CF-ZRR", today), asked.provider_id, today, b"k").waived)


def test_what_is_taken_back_counts_no_more_and_stays_written(
    register: Register, asked: Batch, today: date, now: datetime
) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    assert standing(register, asked, today) == 1
    take_back(register, now)
    assert standing(register, asked, today) == 0
    assert retry_waiting(at=now) == 0
    with register.speaking():
        assert list_questions(asked.pk, today)[0].waiver is None
    ((reason, by, moment),) = register.rows(
        "SELECT w.end_reason, u.login, w.ended_at FROM records_waiver w JOIN identity_user u ON u.id = w.ended_by_id"
    )
    assert (reason, by, moment > now) == (WRONG, "clerk", True)
    acts = register.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'intake.end_waiver'")
    assert acts == [("clerk", f"batch:{asked.pk}", "fine-out-of-range 2")]


def test_the_same_content_is_asked_again_in_the_same_lines_too(
    register: Register, tmp_path: Path, asked: Batch, today: date, now: datetime
) -> None:
    """Lines that are known by their marks don't hide the question, nor does the end of the waiver's term."""
    path = tmp_path / "a.csv"
    hold_to(register, asked, today + timedelta(days=30))
    assert counts(take(register, path, now))["new"] == 1
    assert counts(take(register, path, now))["unchanged"] == 2
    take_back(register, now)
    again = take(register, path, now)
    assert (again.unchanged, again.waiting) == (1, 1)
    assert rules(register, again) == {2: ["fine-out-of-range"]}
    assert hold_to(register, again, today + timedelta(days=30)) == 1
    assert counts(take(register, path, now))["unchanged"] == 2


def test_the_centre_takes_back_and_a_colleague_or_another_doesnt(
    register: Register, asked: Batch, today: date, now: datetime
) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET organisation_id = (SELECT organisation_id FROM identity_user WHERE login = 'clerk')"
                           " WHERE login = 'verifier'")  # fmt: skip
    with pytest.raises(NotAllowed):
        take_back(register, now, login="verifier")
    take_back(register, now, login="officer")
    assert standing(register, asked, today) == 0
    acts = register.rows("SELECT actor, act FROM ground_action WHERE act LIKE '%%waiver'")
    assert acts == [("officer", "intake.overrule_waiver")]


@pytest.mark.parametrize(("reason", "said"), [(" ", "写明理由"), (f"见 {WANG_WEI.code}", "不能写身份证件号码")])
def test_it_is_taken_back_for_a_reason(
    register: Register, asked: Batch, today: date, now: datetime, reason: str, said: str
) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    with pytest.raises(WaiverRefused, match=said):
        take_back(register, now, reason=reason)
    assert standing(register, asked, today) == 1


def test_it_is_taken_back_once(register: Register, asked: Batch, today: date, now: datetime) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    take_back(register, now)
    with pytest.raises(WaiverRefused, match="已经收回"):
        take_back(register, now, login="officer")


def test_waivers_are_listed_for_their_provider_and_the_centre(
    register: Register, asked: Batch, today: date, now: datetime
) -> None:
    hold_to(register, asked, today + timedelta(days=30))
    register.become("app")
    people = {one.login: one for one in User.objects.select_related("organisation").all()}
    for login in ("clerk", "officer"):
        (one,) = list_waivers(people[login])
        assert (open_waiver(one.pk, people[login]).reason, one.stage(today)) == (REASON, "stands")
        assert one.stage(today + timedelta(days=30)) == "over"
    other = people["verifier"]
    assert other.organisation_id not in {people["clerk"].organisation_id, people["officer"].organisation_id}
    assert list_waivers(other) == []
    with pytest.raises(WaiverUnknown):
        open_waiver(one.pk, other)


@pytest.mark.parametrize(
    ("stage", "gave", "centre", "rule"),
    [
        ("stands", True, False, None),
        ("stands", False, True, None),
        ("stands", False, False, "not-the-giver"),
        ("ended", True, True, "ended-already"),
        ("over", True, True, "over-already"),
    ],
)
def test_the_rule_of_taking_back(stage: str, gave: bool, centre: bool, rule: str | None) -> None:
    refusal = law.refuse_waiver_end(stage, WRONG, gave=gave, centre=centre)
    assert (refusal and refusal.rule) == rule
