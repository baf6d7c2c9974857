"""A restore that lost the newest entries, acknowledged by two persons: verification tells of it and is content; of nothing else."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from chengxin.ground.sealing.checking import Checked
from chengxin.identity.errors import HandsRefused, RestorationRefused
from chengxin.identity.models import Restoration
from chengxin.identity.restorations import list_restorations, open_ends
from chengxin.identity.services.restorations import approve_restoration, enter_restoration, withdraw_restoration
from chengxin.lib.errors import NotAllowed
from chengxin.site.register import verify_installation
from tests.identity.verifying import officer
from tests.registering import NOW, Sealed

LOG = "备份 2026-11-27 02:00，11-27 21:00 由甲恢复"
LOST = (
    "DELETE FROM ground_access_entry e USING ground_sealed s WHERE s.entry_id = e.entry_id AND s.shard = 3 AND s.seq >= 4",
    "DELETE FROM ground_sealed WHERE shard = 3 AND seq >= 4",
    "DELETE FROM ground_checkpoint WHERE shard = 3 AND size > 4",
)


@pytest.fixture
def restored(sealed: Sealed, settings: Any) -> Sealed:
    """Seven entries of shard 3, of which a restore left four; the sealer went on in a part of its own."""
    settings.CHECKPOINTS = sealed.folder / "heads"
    sealed.write(3, 3, 3, 3, 4)
    sealed.seal()
    sealed.write(3, 3)
    sealed.seal(NOW + timedelta(minutes=1))
    sealed.write(3)
    sealed.seal(NOW + timedelta(minutes=2))
    sealed.tamper(*LOST)
    sealed.sealer = sealed.fresh()
    sealed.write(3)
    sealed.seal(NOW + timedelta(minutes=3))
    return sealed


def verified(sealed: Sealed) -> Checked:
    sealed.register.become("sealer")
    return verify_installation([], [], at=timezone.now())


def code(sealed: Sealed) -> str:
    found = verified(sealed).fault
    return found.code if found else ""


def entered(sealed: Sealed) -> int:
    sealed.register.become("admin")
    return int(enter_restoration("存储损坏", LOG, actor=officer("system"), at=timezone.now()).pk)


def acknowledge(sealed: Sealed) -> int:
    """Acknowledge what is lost, and have the entry of it sealed."""
    assert code(sealed) == "truncated"
    number = entered(sealed)
    approve_restoration(number, actor=officer("audit"), at=timezone.now())
    sealed.seal(timezone.now())
    return number


def test_what_nobody_acknowledged_goes_on_being_told(restored: Sealed) -> None:
    found = verified(restored)
    assert found.fault is not None
    assert (found.fault.code, found.fault.place) == ("truncated", "2026-11/03#4-6")
    assert [(one.size, one.lost_size) for one in found.lost] == [(4, 7)]
    assert code(restored) == "truncated"
    restored.register.become("admin")
    assert [known.end for known in open_ends()] == found.lost
    entered(restored)
    assert open_ends() == []
    assert code(restored) == "truncated"


def test_what_two_acknowledged_is_told_with_both_names_and_is_no_fault(restored: Sealed) -> None:
    number = acknowledge(restored)
    found = verified(restored)
    assert (found.fault, found.lost) == (None, [])
    ((end, one),) = found.acknowledged
    assert (end.place, one.number, one.entered_by, one.approved_by) == ("2026-11/03#4-6", number, "system", "audit")
    restored.write(3, 4)
    restored.seal(timezone.now() + timedelta(minutes=1))
    assert code(restored) == ""
    acts = restored.register.rows(
        "SELECT actor, act FROM ground_action WHERE starts_with(act, 'restoration.') ORDER BY id"
    )
    assert acts == [("system", "restoration.enter"), ("audit", "restoration.approve")]


def test_it_counts_once_its_own_entry_is_sealed(restored: Sealed) -> None:
    verified(restored)
    approve_restoration(entered(restored), actor=officer("audit"), at=timezone.now())
    assert code(restored) == "truncated"
    restored.seal(timezone.now())
    assert code(restored) == ""


OWN = "SELECT s.entry_id FROM ground_sealed s WHERE (s.shard, s.tree, s.seq) = (3, '2026-11', 3)"
FURTHER = {
    "cut-further": (
        f"DELETE FROM ground_access_entry WHERE entry_id = ({OWN})",
        "DELETE FROM ground_sealed WHERE shard = 3 AND tree = '2026-11' AND seq = 3",
        "DELETE FROM ground_checkpoint WHERE shard = 3 AND tree = '2026-11'",
    ),
    "changed": ("UPDATE ground_access_entry SET officer = 'x' WHERE subject_id = 3",),
    "another-shard-cut": (
        "DELETE FROM ground_access_entry WHERE subject_id = 4",
        "DELETE FROM ground_sealed WHERE subject_id = 4",
        "DELETE FROM ground_checkpoint WHERE shard = 4",
    ),
    "the-later-part-cut": (
        "DELETE FROM ground_access_entry e USING ground_sealed s WHERE s.entry_id = e.entry_id AND s.shard = 3 AND s.tree = '2026-11.02'",
        "DELETE FROM ground_sealed WHERE shard = 3 AND tree = '2026-11.02'",
        "DELETE FROM ground_checkpoint WHERE shard = 3 AND tree = '2026-11.02'",
    ),
    "its-own-entry-gone": (
        "DELETE FROM ground_access_entry WHERE channel = 'restoration'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("steps", FURTHER.values(), ids=FURTHER)
def test_whatever_else_is_wrong_is_told_as_ever(restored: Sealed, steps: tuple[str, ...]) -> None:
    acknowledge(restored)
    assert code(restored) == ""
    restored.tamper(*steps)
    assert code(restored) in {"truncated", "changed", "deleted"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE identity_restoration SET reason = 'x'",
        "UPDATE identity_restoration SET log = log || ' '",
        "UPDATE identity_restoration SET approved_at = approved_at - interval '1 day'",
        "UPDATE identity_restoration SET entered_by_id = approved_by_id, approved_by_id = entered_by_id",
        "UPDATE identity_restoration SET gaps = gaps || gaps",
        "UPDATE ground_lost_end SET lost_size = 99",
        "UPDATE identity_restoration SET entry_id = gen_random_uuid()",
        "DELETE FROM identity_restoration",
    ],
)
def test_an_acknowledgement_that_was_changed_is_none(restored: Sealed, change: str) -> None:
    """Whoever is master of the server widens it, or another's name is put under it: it is no longer what was sealed."""
    acknowledge(restored)
    with restored.master() as connection:
        for table in ("identity_restoration", "ground_lost_end"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        changed = connection.execute(change).rowcount
        for table in ("identity_restoration", "ground_lost_end"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    assert changed == 1
    # One that names its end twice over is about nothing more than before.
    assert code(restored) == ("" if "gaps" in change else "truncated")


def test_a_head_that_vouches_for_more_than_was_acknowledged_is_told(restored: Sealed) -> None:
    """An auditor comes with a later head than the folder had."""
    heads = restored.folder / "heads" / "2026-11"
    history, last = heads / "03.history", heads / "03.checkpoint"
    whole, ends = history.read_text(), last.read_text()
    shorter = whole[: whole.rindex("test-register/2026-11/03")]
    history.write_text(shorter)
    last.write_text(shorter[shorter.rindex("test-register/2026-11/03\n") :])
    acknowledge(restored)
    assert code(restored) == ""
    history.write_text(whole)
    last.write_text(ends)
    found = verified(restored)
    assert found.fault is not None
    assert found.fault.place == "2026-11/03#4-6"
    entered(restored)


def test_one_person_does_not_sign_twice(restored: Sealed) -> None:
    verified(restored)
    number = entered(restored)
    with pytest.raises(NotAllowed):
        approve_restoration(number, actor=officer("system"), at=timezone.now())
    with pytest.raises(NotAllowed):
        enter_restoration("x", "y", actor=officer("audit"), at=timezone.now())
    same = "UPDATE identity_restoration SET approved_by_id = entered_by_id, approved_at = now(), entry_id = gen_random_uuid()"
    for role in ("admin", "owner"):
        with psycopg.connect(restored.register.urls[role]) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(same)
    # Two accounts of one person are one person.
    with psycopg.connect(restored.register.urls["owner"]) as connection:
        connection.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        connection.execute(
            """UPDATE identity_declaration d SET code_hashes = s.code_hashes FROM identity_declaration s JOIN identity_user u
               ON u.id = s.user_id AND u.login = 'system' WHERE d.user_id = (SELECT id FROM identity_user WHERE login = 'audit')"""
        )
        connection.execute("ALTER TABLE identity_declaration ENABLE TRIGGER USER")
    restored.register.become("admin")
    with pytest.raises(HandsRefused):
        approve_restoration(number, actor=officer("audit"), at=timezone.now())
    assert code(restored) == "truncated"


def test_it_is_withdrawn_before_and_never_after(restored: Sealed) -> None:
    verified(restored)
    number = entered(restored)
    withdraw_restoration(number, actor=officer("audit"), at=timezone.now())
    with pytest.raises(RestorationRefused):
        approve_restoration(number, actor=officer("audit"), at=timezone.now())
    again = entered(restored)
    approve_restoration(again, actor=officer("audit"), at=timezone.now())
    with pytest.raises(RestorationRefused):
        withdraw_restoration(again, actor=officer("audit"), at=timezone.now())
    assert [one.pk for one in list_restorations()] == [again, number]
    with pytest.raises(RestorationRefused):
        enter_restoration("x", "y", actor=officer("system"), at=timezone.now())


def test_nothing_is_acknowledged_that_isnt_lost(sealed: Sealed, settings: Any) -> None:
    settings.CHECKPOINTS = sealed.folder / "heads"
    sealed.write(3)
    sealed.seal()
    assert code(sealed) == ""
    sealed.register.become("admin")
    with pytest.raises(RestorationRefused):
        enter_restoration("x", "y", actor=officer("system"), at=timezone.now())
    assert not Restoration.objects.exists()
