"""Who an officer is: declared once, kept as a keyed hash, and asked wherever somebody decides (safeguard 12)."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.demo.officers import settle_demo_officer
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.identity.errors import DeclarationRefused, DelegationRefused, GrantRefused, HandsRefused
from chengxin.identity.hands import Hands, refuse
from chengxin.identity.models import Declaration, User
from chengxin.identity.parties import Party
from chengxin.identity.services.declarations import declare, declare_at_server, reopen
from chengxin.identity.services.delegations import Applied, confirm_delegation, enter_delegation
from chengxin.identity.services.officers import settle_officer
from chengxin.identity.services.rights import grant_role
from chengxin.identity.services.rotation import rotate_keys
from chengxin.identity.services.transfers import Plan, plan_split, propose_merge, propose_split
from chengxin.identity.signers import declared, hands_of
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.records.transfers import records_of
from chengxin.sharing.deciding import Question
from chengxin.sharing.services import issue_report
from tests.conftest import Register
from tests.identity.feeding import corrected, new, renumbered
from tests.identity.feeding import take as tell
from tests.identity.verifying import officer
from tests.people import CENTRE, CHILD, DEAD, LI_NA, NAMESAKE, UNKNOWN, WANG_WEI, Someone, code_of
from tests.records.test_transfers import merge, subject_of

OWN, UNDECLARED = "须由另一名工作人员办理", "还没有申报本人身份"


def party(who: Someone, name: str = "") -> Party:
    return Party("resident-id", who.code, name or who.name)


def newcomer(register: Register, login: str, who: Someone | None = None, *, role: str = "officer") -> User:
    """Enter an officer of the centre who is somebody, or hasn't said who."""
    register.become("owner")
    made = settle_demo_officer(
        login=f"{login}-x", display_name=login, organisation=officer("officer").organisation, role=role, password="a-test-password"
    )  # fmt: skip
    reopen_as_owner(register, made)
    if who is not None:
        declare_at_server(made.login, party(who), at=datetime.now().astimezone())
    register.become("app")
    return made


def reopen_as_owner(register: Register, one: User) -> None:
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_declaration SET reopened_at = now(), reopened_by_id = (SELECT id FROM identity_user"
            " WHERE login = 'security'), reopening_reason = 'x' WHERE user_id = %s",
            [one.pk],
        )


def subject(who: Someone) -> int:
    return subject_of(who.code, who.name)


def own(one: User, who: int) -> bool:
    return hands_of(one, [who]).own


@given(st.builds(Hands, st.booleans(), st.booleans(), st.booleans(), st.booleans()))
def test_nobody_signs_but_an_officer_who_declared_of_others_and_after_another_person(hands: Hands) -> None:
    sound = hands.declared and not hands.own and hands.first_declared and not hands.one_person
    refusal = refuse(hands)
    assert (refusal is None) == sound
    assert refusal is None or (refusal.text and refusal.text_en and refusal.code)


def test_an_officer_declares_once_and_nobody_sees_the_code(register: Register, now: datetime) -> None:
    one = newcomer(register, "once")
    assert declared(one) is None
    declare(one, party(WANG_WEI), at=now)
    assert declared(one) is not None
    assert own(one, subject(WANG_WEI))
    assert not own(one, subject(LI_NA))
    with pytest.raises(DeclarationRefused, match="已经申报过"):
        declare(one, party(LI_NA), at=now)
    ((kept,),) = register.rows(
        "SELECT to_jsonb(d)::text FROM identity_declaration d WHERE user_id = %s AND reopened_at IS NULL", one.pk
    )
    assert WANG_WEI.code not in kept
    assert WANG_WEI.code.encode().hex() not in kept
    assert ("officers.declare", "") in register.rows("SELECT act, note FROM ground_action WHERE actor = %s", one.login)
    with speaking_as(officer("clerk")):
        assert not Declaration.objects.filter(user=one).values_list("declared_at").exists(), "no colleague sees it"


@pytest.mark.parametrize(
    ("whose", "why"),
    [
        pytest.param(Party("resident-id", WANG_WEI.code, "李伟"), "对不上", id="another name"),
        pytest.param(Party("resident-id", DEAD.code, DEAD.name), "对不上", id="dead"),
        pytest.param(Party("resident-id", CHILD.code, CHILD.name), "未满十八", id="a child"),
        pytest.param(Party("resident-id", WANG_WEI.code[:17], WANG_WEI.name), "不完整", id="cut short"),
        pytest.param(Party("resident-id", WANG_WEI.code, " "), "不完整", id="no name"),
    ],
)
def test_what_cant_be_declared(register: Register, now: datetime, whose: Party, why: str) -> None:
    one = newcomer(register, "unfit")
    with pytest.raises(DeclarationRefused, match=why):
        declare(one, whose, at=now)
    assert declared(one) is None


def test_a_code_that_nobody_knows_yet_leads_to_the_person_once_they_are_known(
    register: Register, now: datetime
) -> None:
    one = newcomer(register, "unknown", UNKNOWN)
    assert not own(one, subject(LI_NA))
    tell(register, new(1, UNKNOWN.code, UNKNOWN.name))
    assert own(one, subject(UNKNOWN))


@pytest.mark.parametrize("change", [renumbered, corrected])
def test_it_follows_a_changed_and_a_corrected_number(register: Register, change: Any) -> None:
    """A code that was the person's by mistake, and was declared, still says who the officer is."""
    later = code_of("19900101", 801)
    one = newcomer(register, "old", WANG_WEI)
    tell(register, change(1, WANG_WEI.code, later, WANG_WEI.name))
    assert own(one, subject_of(later, WANG_WEI.name))
    assert not own(one, subject(NAMESAKE))


def test_it_follows_a_key_rotation_at_every_moment(
    register: Register, now: datetime, tmp_path: Path, settings: Any
) -> None:
    # A key file of the test's own, which may grow.
    shutil.copy(settings.VAULT_KEYS, tmp_path / "vault.json")
    settings.VAULT_KEYS = tmp_path / "vault.json"
    one = newcomer(register, "rotating", WANG_WEI)
    whom = subject(WANG_WEI)
    seen: list[bool] = []

    def look(_: str) -> None:
        ((found,),) = register.rows("SELECT identity_officer_subject(%s)", one.pk)
        seen.append(found == whom)

    register.become("owner")
    rotate_keys(clock=lambda: datetime.now().astimezone(), tell=look, block_rows=2)
    assert len(seen) > 3
    assert all(seen)
    ((count, whole),) = register.rows("SELECT max(cardinality(code_hashes)), bool_and(key_id = (SELECT current FROM identity_key_pointers))"
                                      " FROM identity_declaration")  # fmt: skip
    assert (count, whole) == (1, True)
    register.become("app")
    assert own(one, whom)


def noted(register: Register, who: User) -> list[tuple[str, str, str]]:
    """Give what the action log says that somebody did, or was refused, at the desk."""
    query = "SELECT act, subject, note FROM ground_action WHERE actor = %s AND act <> 'officers.declare' ORDER BY id"
    return register.rows(query, who.login)


def test_a_merge_of_oneself_is_anothers_and_follows_afterwards(register: Register, now: datetime) -> None:
    one = newcomer(register, "merging", LI_NA)
    with pytest.raises(HandsRefused, match=OWN):
        propose_merge(party(WANG_WEI), party(LI_NA), ground="晋公户证1号", actor=one, at=now)
    gone, stays, _ = merge(register, WANG_WEI, LI_NA, now)
    register.become("app")
    assert own(one, gone)
    assert own(one, stays)
    with pytest.raises(HandsRefused, match=OWN):
        records_of(stays, actor=one, at=now)
    with pytest.raises(HandsRefused, match=OWN):
        plan_split(party(WANG_WEI), None, actor=one, at=now)
    with pytest.raises(HandsRefused, match=OWN):
        propose_split(Plan(stays, None), [1], ground="晋公户证1号", actor=one, at=now)
    assert noted(register, one) == [("persons.refused", "transfer", "own-case")] * 3
    entered = register.rows("SELECT outcome, reason FROM ground_access_entry WHERE officer = %s", one.login)
    assert entered == [("refused", "own-case")]


def test_nobody_looks_themselves_up_and_that_is_entered(register: Register, now: datetime) -> None:
    one, none = newcomer(register, "asking", WANG_WEI), newcomer(register, "silent")
    basis = "SXSHXYTL-7"

    def ask(who: User, whom: Someone) -> Any:
        asker = Asker(CENTRE, who.login, "CK-FW", basis, "1", "desk")
        return issue_report(asker, Question("resident-id", whom.code, whom.name), at=now)

    with pytest.raises(HandsRefused, match="/me/"):
        ask(one, WANG_WEI)
    with pytest.raises(HandsRefused, match=UNDECLARED):
        ask(none, WANG_WEI)
    entered = register.rows("SELECT officer, outcome, reason FROM ground_access_entry WHERE subject_id = %s ORDER BY officer",
                            subject(WANG_WEI))  # fmt: skip
    assert entered == [(one.login, "refused", "own-case"), (none.login, "refused", "officer-undeclared")]
    with pytest.raises(NotAnswerable):
        ask(one, UNKNOWN)


def applied(now: datetime) -> Applied:
    return Applied("agent", frozenset({"view"}), (now + timedelta(days=30)).date(), "公证书1号")


def test_a_delegation_is_entered_and_confirmed_by_two_others(register: Register, now: datetime) -> None:
    mine, again = newcomer(register, "mine", WANG_WEI), newcomer(register, "again", NAMESAKE)
    twin, none = newcomer(register, "twin", NAMESAKE), newcomer(register, "nobody")
    with pytest.raises(HandsRefused, match=OWN):
        enter_delegation(party(LI_NA), party(WANG_WEI), applied(now), actor=mine, at=now)
    with pytest.raises(HandsRefused, match=UNDECLARED):
        enter_delegation(party(LI_NA), party(WANG_WEI), applied(now), actor=none, at=now)
    for who, reason in ((mine, "own-case"), (none, "officer-undeclared")):
        assert noted(register, who) == [("delegation.refused", "delegation", reason)]
    made = enter_delegation(party(LI_NA), party(WANG_WEI), applied(now), actor=again, at=now)
    for actor, why in ((mine, OWN), (twin, "由两个人完成"), (none, UNDECLARED)):
        with pytest.raises(HandsRefused, match=why):
            confirm_delegation(made.pk, party(LI_NA), party(WANG_WEI), actor=actor, at=now)
    assert noted(register, twin) == [("delegation.refused", f"delegation:{made.pk}", "one-person")]
    with pytest.raises(DelegationRefused):
        confirm_delegation(made.pk, party(LI_NA), party(WANG_WEI), actor=again, at=now)
    confirm_delegation(made.pk, party(LI_NA), party(WANG_WEI), actor=officer("officer"), at=now)


def test_three_administrators_are_three_persons(register: Register, now: datetime) -> None:
    """By two accounts neither, whether the second declares before or after it is granted."""
    until = (now + timedelta(days=30)).date()
    register.become("owner")
    centre = officer("officer").organisation
    for login in ("audit", "second-audit"):
        if login != "audit":
            settle_officer(login=login, display_name="x", organisation=centre, password="a-test-password", demo=False)
    reopen_as_owner(register, officer("audit"))
    declare_at_server("audit", party(UNKNOWN), at=now)
    declare_at_server("second-audit", party(UNKNOWN), at=now)
    settle_officer(login="late", display_name="x", organisation=centre, password="a-test-password", demo=False)
    register.become("admin")
    with pytest.raises(GrantRefused, match="另有一个账户"):
        grant_role("second-audit", role="officer", until=until, reason="x", actor=officer("security"), at=now)
    grant_role("late", role="system_admin", until=until, reason="x", actor=officer("security"), at=now)
    with pytest.raises(DeclarationRefused, match="另有一个账户"):
        declare(officer("late"), party(UNKNOWN), at=now)


def test_a_security_administrator_lets_an_officer_declare_anew(register: Register, now: datetime) -> None:
    one = newcomer(register, "wrong", WANG_WEI)
    register.become("admin")
    with pytest.raises(NotAllowed, match="只有安全管理员"):
        reopen(one.login, reason="填错", actor=officer("system"), at=now)
    with pytest.raises(DeclarationRefused, match="理由"):
        reopen(one.login, reason=" ", actor=officer("security"), at=now)
    with pytest.raises(DeclarationRefused, match="自己"):
        reopen("security", reason="填错", actor=officer("security"), at=now)
    reopen(one.login, reason="填错", actor=officer("security"), at=now)
    with pytest.raises(DeclarationRefused, match="没有已生效"):
        reopen(one.login, reason="填错", actor=officer("security"), at=now)
    noted = register.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'officers.reopen'")
    assert noted == [("security", f"user:{one.pk}", "填错")]
    register.become("app")
    assert declared(one) is None
    declare(one, party(LI_NA), at=now)
    assert own(one, subject(LI_NA))
    assert not own(one, subject(WANG_WEI))
