"""Who may ask for what: duties loaded and held to their purpose, enrolments in three steps, and nobody answered off the list."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from chengxin.catalogue.models import Purpose
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import User
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import enrolment_term
from chengxin.sharing import deciding
from chengxin.sharing.documents import as_json, as_pdf, as_text
from chengxin.sharing.duties.answers import Form
from chengxin.sharing.duties.errors import (
    DutiesUnusable,
    DutyUnknown,
    EnrolmentRefused,
    EnrolmentSettled,
    EnrolmentUnknown,
)
from chengxin.sharing.duties.loading import SHIPPED, load_duties
from chengxin.sharing.duties.models import Duty, Enrolment
from chengxin.sharing.duties.queries import find_application, find_duty, list_applications, list_enrolled, list_offers
from chengxin.sharing.duties.rules import Applied, decision_due
from chengxin.sharing.duties.services import Decided, apply_for, decide_application, end_enrolment, publish_enrolment
from chengxin.sharing.entries import Wanted, list_entries
from chengxin.sharing.errors import DutyNotNamed
from chengxin.sharing.services import issue_report, list_practices
from tests.catalogue.process import settle_cast
from tests.conftest import Register
from tests.duties import enrol, settle_examiner
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, MARKET, OTHER, WANG_WEI
from tests.records.test_ingest import take
from tests.sharing.test_own import oneself
from tests.sharing.test_report import about

DAY = timedelta(days=1)
FULL, YES_NO = "XK-SC-01", "XK-SC-02"
ASKER = Asker(MARKET, "examiner", "XK-SC", "XZXKF-34", "许可2026-1", "test")


def asking(**values: str) -> Asker:
    return Asker(**{**{name: getattr(ASKER, name) for name in ASKER.__slots__}, **values})


def entered(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT outcome, reason, duty, fields, cardinality(record_ids) FROM ground_access_entry ORDER BY entry_id"
    )


def user(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)


def applied(today: date, **changes: Any) -> Applied:
    told = {"basis": "XZXKF-34", "scene": "受理后", "scope": "申请人", "way": "页面", "wanted_until": today + 365 * DAY}
    return Applied(**{**told, **changes})


@pytest.fixture
def penalised(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2), penalty(today, 3, LI_NA)]), now)
    register.become("app")
    return register


@pytest.fixture
def cast(register: Register) -> Register:
    settle_cast(register)
    settle_examiner(register)
    return register


# Duties as data.


def test_every_purpose_of_a_duty_or_by_authorisation_has_a_duty(register: Register, today: date) -> None:
    needing = set(Purpose.objects.filter(kind__in=("duty", "authorised")).values_list("code", flat=True))
    assert set(Duty.objects.values_list("purpose__code", flat=True)) == needing
    for duty in Duty.objects.select_related("purpose"):
        assert find_duty(duty.code, today).bases, duty.code
        assert duty.provisional
        assert set(duty.organisation_kinds) <= set(duty.purpose.organisation_kinds)


def test_the_same_file_again_changes_nothing(register: Register) -> None:
    register.become("owner")
    assert load_duties() == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param('form = "yes_no"', 'form = "full"', "says something else", id="another-form"),
        pytest.param('code = "XK-SC-01"', 'code = "XK-SC-09"\nbands = [1]', "wider than its purpose", id="bands-without-form"),
        pytest.param('code = "FY-ZX-01"\npurpose = "FY-ZX"', 'code = "FY-ZX-09"\npurpose = "CK-FW"', "wider than", id="purpose"),
        pytest.param('code = "CF-CL-01"', 'code = "CF-CL-09"\nreplaces = "FY-ZX-01"', "wider than", id="replaces-anothers"),
        pytest.param('name = "行政许可：审查', 'nmae = "行政许可：审查', "name is missing", id="misspelt"),
    ],
)  # fmt: skip
def test_a_file_that_says_more_than_it_may_is_refused_whole(
    register: Register, tmp_path: Path, old: str, new: str, told: str
) -> None:
    register.become("owner")
    file = tmp_path / "duties.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DutiesUnusable) as refused:
        load_duties(file)
    assert told in refused.value.text_en
    assert load_duties() == 0


def test_a_duty_ends_the_day_its_successor_begins(
    register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    enrol(register, FULL, at=now)
    register.become("owner")
    file = tmp_path / "duties.toml"
    whole = SHIPPED.read_text(encoding="utf-8")
    one = whole.split("[[duty]]")[1].replace('"XK-SC-01"', '"XK-SC-11"\nreplaces = "XK-SC-01"')
    file.write_text(f"{whole}\n[[duty]]{one}\nvalid_from = {today + DAY}\n", encoding="utf-8")
    assert load_duties(file) == 1
    assert find_duty(FULL, today).id != find_duty("XK-SC-11", today + DAY).id
    with pytest.raises(DutyUnknown):
        find_duty(FULL, today + DAY)
    with pytest.raises(DutyUnknown):
        find_duty("XK-SC-11", today)
    register.become("app")
    assert [one.code for one in list_enrolled(MARKET, today)] == [FULL]


# Three steps by three persons.


def test_an_application_goes_its_way(cast: Register, today: date, now: datetime) -> None:
    number = apply_for(FULL, applied(today), actor=user("examiner"), at=now)
    due = decision_due(today, enrolment_term(today), WorkCalendar()).day
    one = find_application(number, user("examiner"), today)
    assert (one.state, one.due_on, one.overdue(due), one.overdue(due + DAY)) == ("asked", due, False, True)
    decide_application(number, Decided(approved=True, reason="符合"), actor=user("officer"), at=now)
    assert find_application(number, user("approver"), today).state == "approved"
    assert list_enrolled(MARKET, today) == []
    publish_enrolment(number, actor=user("approver"), at=now)
    assert find_application(number, user("officer"), today).state == "standing"
    assert [duty.code for duty in list_enrolled(MARKET, today)] == [FULL]
    end_enrolment(number, "不再办理", actor=user("examiner"), at=now)
    assert list_enrolled(MARKET, today) == []
    acts = cast.rows("SELECT actor, act FROM ground_action WHERE act LIKE 'duties.%%' ORDER BY id")
    assert acts == [
        ("examiner", "duties.enrol"),
        ("officer", "duties.decide"),
        ("approver", "duties.publish"),
        ("examiner", "duties.end"),
    ]


@pytest.mark.parametrize(
    ("changes", "duty"),
    [
        pytest.param({"scene": " "}, FULL, id="no-scene"),
        pytest.param({"way": ""}, FULL, id="no-way"),
        pytest.param({"basis": "GWYF-26"}, FULL, id="another-dutys-article"),
        pytest.param({"wanted_until": date(2020, 1, 1)}, FULL, id="gone-by"),
        pytest.param({"basis": "GRXXBHF-34"}, "FY-ZX-01", id="another-kinds-duty"),
    ],
)
def test_an_application_that_is_unfit_is_refused(
    cast: Register, today: date, now: datetime, changes: dict[str, Any], duty: str
) -> None:
    with pytest.raises(EnrolmentRefused):
        apply_for(duty, applied(today, **changes), actor=user("examiner"), at=now)
    assert not Enrolment.objects.exists()


def test_one_application_at_a_time(cast: Register, today: date, now: datetime) -> None:
    apply_for(FULL, applied(today), actor=user("examiner"), at=now)
    with pytest.raises(EnrolmentRefused):
        apply_for(FULL, applied(today), actor=user("examiner"), at=now)


def test_steps_out_of_turn_and_by_other_hands_are_refused(cast: Register, today: date, now: datetime) -> None:
    number = apply_for(FULL, applied(today), actor=user("examiner"), at=now)
    with pytest.raises(EnrolmentSettled):
        publish_enrolment(number, actor=user("approver"), at=now)
    with pytest.raises(NotAllowed):
        decide_application(number, Decided(approved=True, reason="x"), actor=user("approver"), at=now)
    with pytest.raises(NotAllowed):
        apply_for(FULL, applied(today), actor=user("officer"), at=now)
    for wrong in (Decided(approved=True, reason=" "), Decided(approved=True, reason="x", valid_from=today - DAY),
                  Decided(approved=True, reason="x", valid_until=today + 366 * DAY)):  # fmt: skip
        with pytest.raises(EnrolmentRefused):
            decide_application(number, wrong, actor=user("officer"), at=now)
    decide_application(number, Decided(approved=False, reason="范围过宽"), actor=user("officer"), at=now)
    with pytest.raises(EnrolmentSettled):
        decide_application(number, Decided(approved=True, reason="x"), actor=user("colleague"), at=now)
    with pytest.raises(EnrolmentSettled):
        publish_enrolment(number, actor=user("approver"), at=now)
    with pytest.raises(EnrolmentSettled):
        end_enrolment(number, "x", actor=user("examiner"), at=now)
    assert apply_for(FULL, applied(today), actor=user("examiner"), at=now) > number


def test_two_accounts_of_one_person_are_one(cast: Register, today: date, now: datetime) -> None:
    number = apply_for(FULL, applied(today), actor=user("examiner"), at=now)
    with cast.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        connection.execute(
            """UPDATE identity_declaration d SET code_hashes = o.code_hashes FROM identity_declaration o
               JOIN identity_user u ON u.id = o.user_id AND u.login = 'examiner'
               WHERE d.user_id = (SELECT id FROM identity_user WHERE login = 'officer')"""
        )
    with pytest.raises(HandsRefused):
        decide_application(number, Decided(approved=True, reason="x"), actor=user("officer"), at=now)


def test_applications_are_the_organisations_own(cast: Register, today: date, now: datetime) -> None:
    settle_examiner(cast, OTHER, login="inspector")
    number = apply_for(FULL, applied(today), actor=user("examiner"), at=now)
    assert list_applications(user("inspector"), today) == []
    with pytest.raises(EnrolmentUnknown):
        find_application(number, user("inspector"), today)
    with pytest.raises(EnrolmentSettled):
        end_enrolment(number, "x", actor=user("inspector"), at=now)
    assert [one.id for one in list_applications(user("officer"), today)] == [number]


# Off-list means no.


def test_nobody_is_answered_who_isnt_enrolled(penalised: Register, today: date, now: datetime) -> None:
    settle_examiner(penalised)
    with pytest.raises(NotAnswerable):
        issue_report(ASKER, about(WANG_WEI), at=now)
    assert entered(penalised) == [("refused", "duty-not-enrolled", "", [], 0)]


def test_what_ended_is_asked_no_more(penalised: Register, today: date, now: datetime) -> None:
    enrol(penalised, FULL, at=now)
    assert len(issue_report(ASKER, about(WANG_WEI), at=now).records) == 2
    end_enrolment(Enrolment.objects.get().pk, "x", actor=user("approver"), at=now)
    with pytest.raises(NotAnswerable):
        issue_report(ASKER, about(WANG_WEI), at=now)


def test_of_several_duties_one_is_named(penalised: Register, today: date, now: datetime) -> None:
    enrol(penalised, FULL, YES_NO, at=now)
    with pytest.raises(DutyNotNamed):
        issue_report(ASKER, about(WANG_WEI), at=now)
    assert issue_report(asking(duty=FULL), about(WANG_WEI), at=now).duty_code == FULL
    for duty in ("CF-CL-01", "XX-09", f"{WANG_WEI.name}"):
        with pytest.raises(NotAnswerable):
            issue_report(asking(duty=duty), about(WANG_WEI), at=now)
    told = [(reason, duty) for _, reason, duty, _, _ in entered(penalised)]
    unknown = ("duty-not-enrolled", "")
    assert sorted(told) == sorted(
        [("duty-not-named", ""), ("", FULL), ("duty-not-enrolled", "CF-CL-01"), unknown, unknown]
    )
    assert [offer.code for offer in list_offers(MARKET, "department", today) if offer.duty] == [FULL, YES_NO]


def test_a_purpose_that_needs_no_duty_takes_none(penalised: Register, now: datetime) -> None:
    from tests.system.test_reading import ASKER as AT_WINDOW

    named = Asker(**{**{name: getattr(AT_WINDOW, name) for name in AT_WINDOW.__slots__}, "duty": FULL})
    with pytest.raises(NotAnswerable):
        issue_report(named, about(WANG_WEI), at=now)
    assert len(issue_report(AT_WINDOW, about(WANG_WEI), at=now).records) == 2


def test_an_article_of_the_purpose_that_isnt_the_dutys_is_none(penalised: Register, now: datetime) -> None:
    enrol(penalised, YES_NO, at=now)
    with pytest.raises(NotAnswerable):
        issue_report(asking(basis="ZWSJGXTL-20"), about(WANG_WEI), at=now)


def test_an_authorisation_is_asked_of_the_person_it_is_about(penalised: Register, now: datetime) -> None:
    enrol(penalised, "SQ-QT-01", at=now)
    with pytest.raises(NotAnswerable):
        issue_report(asking(purpose="SQ-QT", basis="GRXXBHF-13"), about(WANG_WEI), at=now)
    assert penalised.rows("SELECT reason, subject_id <> 0, duty FROM ground_access_entry") == [
        ("authorisation-missing", True, "SQ-QT-01")
    ]


# Answers in the form of the duty.


def test_a_yes_reads_no_value_and_enters_what_it_told(penalised: Register, now: datetime) -> None:
    enrol(penalised, "PX-SC-01", at=now)
    why = asking(purpose="PX-SC", basis="SXSHXYTL-30")
    report = issue_report(why, about(WANG_WEI), at=now)
    assert report.answer is not None
    assert (report.answer.form, report.answer.found, report.records) == (Form.YES_NO, True, ())
    ((outcome, _, duty, fields, records),) = entered(penalised)
    assert (outcome, duty, records) == ("answered", "PX-SC-01", 2)
    assert fields == ["CF-ZRR.=yes_no", "SX-BZXR.=yes_no", "YZ-MD.=yes_no"]
    (entry,) = list_entries(oneself(), Wanted())
    assert dict(entry.seen)["行政处罚信息（自然人）"] == ("只答有没有记录",)
    assert "评先评优" in entry.purpose
    for face in (as_text(report), str(as_json(report))):
        assert "有。" in face
        assert "并市监罚" not in face
    assert as_json(report)["answer"]["found"] is True
    assert as_pdf(report).startswith(b"%PDF")


def test_none_is_told_of_each_item_asked_about(penalised: Register, now: datetime) -> None:
    enrol(penalised, "ZL-SC-01", at=now)
    report = issue_report(asking(purpose="ZL-SC", basis="GWYF-26"), about(WANG_WEI), at=now)
    assert report.answer is not None
    assert (report.answer.found, report.answer.asked) == (False, ("SX-BZXR", "YZ-MD"))
    assert entered(penalised) == [("empty", "", "ZL-SC-01", ["SX-BZXR.=yes_no", "YZ-MD.=yes_no"], 0)]


def test_a_count_and_a_band(penalised: Register, now: datetime) -> None:
    enrol(penalised, "ZJ-SC-01", "RC-JG-01", at=now)
    counted = issue_report(asking(purpose="ZJ-SC", basis="SXSHXYTL-30"), about(WANG_WEI), at=now).answer
    assert counted is not None
    assert counted.count == 2
    banded = issue_report(asking(purpose="RC-JG", basis="XZXKF-61"), about(WANG_WEI), at=now)
    assert banded.answer is not None
    assert banded.answer.band is not None
    assert (banded.answer.band.text, banded.answer.count) == ("1 至 2 条", None)
    assert as_json(banded)["answer"]["band"] == {"least": 1, "most": 2}


def test_a_list_holds_document_organ_and_day_alone(penalised: Register, now: datetime) -> None:
    enrol(penalised, "CF-CL-01", at=now)
    report = issue_report(asking(purpose="CF-CL", basis="XZCFF-5"), about(WANG_WEI), at=now)
    assert report.answer is None
    assert [(record.document[:4], record.fields) for record in report.records] == [("并市监罚", ())] * 2
    ((_, _, _, fields, _),) = entered(penalised)
    assert len(fields) == 2
    assert all(field.startswith("CF-ZRR.CF_") for field in fields)


def test_practices_are_told_under_a_full_duty_alone(penalised: Register, now: datetime) -> None:
    enrol(penalised, FULL, YES_NO, at=now)
    assert list_practices(asking(duty=FULL), about(WANG_WEI), at=now) == ()
    with pytest.raises(NotAnswerable):
        list_practices(asking(duty=YES_NO), about(WANG_WEI), at=now)
    assert {entry[:3] for entry in entered(penalised)} == {("empty", "", FULL), ("refused", "duty-other-form", YES_NO)}


def test_what_the_rule_lets_through_the_database_doesnt(
    penalised: Register, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_examiner(penalised)
    told, duty = deciding.gather, find_duty(FULL, shanghai_date(now))
    monkeypatch.setattr(deciding, "gather", lambda *asked: replace(told(*asked), duties={FULL: duty}))
    with pytest.raises(DatabaseError, match="isn't enrolled for it"):
        issue_report(ASKER, about(WANG_WEI), at=now)
    assert [outcome for outcome, *_ in entered(penalised)] == ["failed"]
