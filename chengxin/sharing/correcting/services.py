"""Entering, confirming, trying and ending the address at which an organisation's system is told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.signers import refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.lib.codes import holds_code
from chengxin.lib.periods import shanghai_date
from chengxin.records.services import areas
from chengxin.sharing.correcting.errors import HookRefused, HookUnknown
from chengxin.sharing.correcting.queries import HookShown, list_hooks, list_own_clients
from chengxin.sharing.correcting.rules import (
    HOLDS_CODE,
    NO_CLIENT,
    NO_REASON,
    ONE_ALREADY,
    refuse_address,
)


@transaction.atomic
def enter_hook(client: str, url: str, *, actor: User, at: datetime) -> int:
    """Enter the address of one of the organisation's own systems; nothing but tests goes there before the centre confirms it.

    Raises HookRefused; HandsRefused where the officer hasn't declared who they are.
    """
    url = url.strip()
    refuse_hands(actor)
    if refusal := refuse_address(url):
        raise HookRefused(refusal)
    if holds_code(url, on=shanghai_date(at), areas=areas()):
        raise HookRefused(HOLDS_CODE)
    if client not in {code for code, _ in list_own_clients(actor)}:
        raise HookRefused(NO_CLIENT)
    try:
        with speaking_as(actor):
            number = _called("SELECT sharing_enter_hook(%s, %s)", [client, url])
    except IntegrityError as error:
        if "hook_one_at_a_time" not in str(error):
            raise
        raise HookRefused(ONE_ALREADY) from None
    note_act(actor.login, "webhook.enter", f"webhook:{number}", at=at, note=client)
    return int(number)


@transaction.atomic
def confirm_hook(number: int, *, actor: User, at: datetime) -> None:
    """Confirm an address at the centre, as another person than who entered it. What waits for its organisation is sent there at once.

    Raises HookUnknown, HandsRefused.
    """
    found = _find(number, actor)
    if found.state != "waits":
        raise HookUnknown
    refuse_hands(actor, first=_officer(found.entered_by))
    with speaking_as(actor):
        if not _called("SELECT sharing_confirm_hook(%s)", [number]):
            raise HookUnknown
        note_act(actor.login, "webhook.confirm", f"webhook:{number}", at=at)


@transaction.atomic
def end_hook(number: int, *, reason: str, actor: User, at: datetime) -> None:
    """End an address at once and for good: the organisation's own officer, or the centre's. Raises HookRefused, HookUnknown."""
    if not reason.strip():
        raise HookRefused(NO_REASON)
    _find(number, actor)
    with speaking_as(actor):
        if not _called("SELECT sharing_end_hook(%s, %s)", [number, reason.strip()]):
            raise HookUnknown
        note_act(actor.login, "webhook.end", f"webhook:{number}", at=at)


@transaction.atomic
def try_hook(number: int, *, actor: User, at: datetime) -> None:
    """Send a message without content there within a minute. Raises HookUnknown, also while a test is under way."""
    with speaking_as(actor):
        if not _called("SELECT sharing_try_hook(%s)", [number]):
            raise HookUnknown
        note_act(actor.login, "webhook.try", f"webhook:{number}", at=at)


def _find(number: int, actor: User) -> HookShown:
    """Give an address that the officer sees and that wasn't ended. Raises HookUnknown."""
    found = next((one for one in list_hooks(actor) if one.id == number and one.state != "ended"), None)
    if found is None:
        raise HookUnknown
    return found


def _called(query: str, values: Sequence[int | str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return (cursor.fetchone() or (0,))[0] or 0


def _officer(login: str) -> int | None:
    return User.objects.filter(login=login).values_list("pk", flat=True).first()
