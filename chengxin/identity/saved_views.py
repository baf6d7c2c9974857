"""Searches of registers that officers keep for themselves, and files that they take of registers."""

from datetime import datetime

from django.db import IntegrityError, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import ViewRefused
from chengxin.identity.models import KEPT_MOST, SavedView, User
from chengxin.identity.queries import may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed

EXPORT, NOTE = "registers.export", 200
"""The act, and the length of a note in the action log."""


def views_of(actor: User) -> list[SavedView]:
    """Give the searches that an officer keeps, by register and name."""
    with speaking_as(actor):
        return list(SavedView.objects.order_by("register", "name"))


def keep_view(register: str, name: str, query: str, *, actor: User, at: datetime) -> None:
    """Keep a search by a name of the officer's own. Raises ViewRefused where there is one of that name or there are too many."""
    with speaking_as(actor):
        if SavedView.objects.count() >= KEPT_MOST:
            raise ViewRefused(
                f"最多保存 {KEPT_MOST} 个，请先删除不用的。", f"{KEPT_MOST} are kept at most; drop one first."
            )
        made = SavedView(officer=actor, register=register, name=name.strip(), query=query, kept_at=at)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            if "saved_view_one_name" in str(error):
                raise ViewRefused(
                    "已有同名的筛选，请换一个名字。", "There is one of that name; take another."
                ) from None
            raise ViewRefused("名字里不能有长串数字。", "A name holds no long numbers.") from None


def drop_view(number: int, *, actor: User) -> None:
    """Drop a search of the officer's own; another's stays."""
    with speaking_as(actor):
        SavedView.objects.filter(pk=number).delete()


@transaction.atomic
def note_export(register: str, query: str, *, actor: User, at: datetime) -> None:
    """Note that an officer took a register as a file, by which filters. Raises NotAllowed."""
    if not may(actor.pk, EXPORT):
        raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
    note_act(actor.login, EXPORT, f"register:{register}", at=at, note=query[:NOTE])
