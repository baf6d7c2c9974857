"""Who an officer is: declared once by themselves, so that nobody decides about themselves or signs twice (docs/adr/0012).

The code is kept as its keyed hash, and sealed so that the hash can be made anew under another key. It is never shown again, to nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from chengxin.ground.errors import RealInSandbox
from chengxin.ground.services import note_act
from chengxin.identity.errors import DeclarationRefused, OfficerUnknown
from chengxin.identity.models import Declaration, User
from chengxin.identity.parties import Party
from chengxin.identity.queries import may
from chengxin.identity.rules import may_be_subject, normal_name
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.signers import hands_of
from chengxin.identity.speaking import speaking_as
from chengxin.identity.vault import read_keys, read_pointers, sealing_vault
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.crypto import Pointers, Sealed, SealingVault
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import standard_areas

SEALED_FOR = "officer.code"
ROLES_EXCLUDE = "declaration-roles"
REFUSED = {
    "declared": (
        "已经申报过，不能自己改。填错了的，请安全管理员准予重新申报。",
        "It was declared already. If it is wrong, ask the security administrator to reopen it.",
    ),
    "unfit": (
        "姓名与证件号码在人口库里对不上，请照证件重新填写。",
        "Name and number don't belong together in the population base; copy them from the certificate.",
    ),
    ROLES_EXCLUDE: (
        "您另有一个账户，其岗位与此账户的岗位不能由同一个人兼任，请安全管理员先收回其中一个。",
        "You have another account whose role excludes this one's; ask the security administrator to withdraw one first.",
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class _Read:
    """A certificate that may be declared, in its one form."""

    code_type: str
    code: str
    name: str


def declare(officer: User, party: Party, *, at: datetime) -> None:
    """Declare who one is, once. Raises DeclarationRefused when it was done, the certificate is unfit, or roles exclude one another."""
    read = _read(party, shanghai_date(at))
    with transaction.atomic():
        with speaking_as(officer):
            _settle(read, None)
        note_act(officer.login, "officers.declare", f"user:{officer.pk}", at=at)


@transaction.atomic
def declare_at_server(login: str, party: Party, *, at: datetime) -> None:
    """Declare who an officer is, as the owner, at the server. Raises OfficerUnknown, DeclarationRefused."""
    officer = _officer(login)
    _settle(_read(party, shanghai_date(at)), officer.pk)
    note_act("", "officers.declare", f"user:{officer.pk}", at=at)


@transaction.atomic
def reopen(login: str, *, reason: str, actor: User, at: datetime) -> None:
    """Let an officer whose declaration is wrong declare anew; until they do they decide nothing.

    Locks the declaration. Raises NotAllowed when the actor is no security administrator, OfficerUnknown, DeclarationRefused when it is
    one's own, none stands, the actor hasn't declared, or without reason.
    """
    if not may(actor.pk, "officers.reopen"):
        raise NotAllowed(
            "只有安全管理员可以准予重新申报。", "Only a security administrator lets an officer declare anew."
        )
    officer = _officer(login)
    if not reason.strip():
        raise DeclarationRefused("请写明理由。", "Give the reason.")
    hands = hands_of(actor, first=officer.pk)
    if hands.one_person:
        raise DeclarationRefused("不能办理自己的，请另一位安全管理员办理。", "Another administrator does your own.")
    if not hands.declared:
        raise DeclarationRefused("请先在“账户”里申报您本人的身份。", "Declare who you are yourself first.")
    standing = Declaration.objects.filter(user=officer, reopened_at=None)
    changed = standing.update(reopened_at=at, reopened_by=actor, reopening_reason=reason.strip())
    if not changed:
        raise DeclarationRefused("该人员没有已生效的申报。", "This officer hasn't declared.")
    note_act(actor.login, "officers.reopen", f"user:{officer.pk}", at=at, note=reason.strip())


def hash_anew() -> None:
    """Hash every declared code under the keys that hash now, in the transaction that moves the pointers. Runs as the owner.

    While codes stand under two keys a declaration has both hashes, so that it leads to its person at every moment of a rotation.
    """
    pointers = read_pointers()
    if pointers is None:
        return
    # Not the process's own vault: that must not learn of pointers which may be rolled back.
    keys = SealingVault(read_keys(pointers.named()).keys, pointers)
    for row in Declaration.objects.all():
        code = keys.open(Sealed(row.key_id, bytes(row.code_sealed)), use=SEALED_FOR)
        Declaration.objects.filter(pk=row.pk).update(code_hashes=_hashes(keys, pointers, row.code_type, code))


def _hashes(keys: SealingVault, pointers: Pointers, code_type: str, code: str) -> list[bytes]:
    return [keys.code_hash(code_type, code, key_id) for key_id in pointers.hashing]


def _officer(login: str) -> User:
    officer = User.objects.filter(login=login, is_active=True, organisation__isnull=False).first()
    if officer is None:
        raise OfficerUnknown
    return officer


def _read(party: Party, today: date) -> _Read:
    kind = next((kind for kind in CodeType if kind.value == party.code_type), None)
    verdict = examine(kind, party.code.strip(), on=today, areas=standard_areas(test_area=settings.TEST_AREA))
    name = normal_name(party.name)
    if is_real_here(party.code):
        raise RealInSandbox
    if verdict.canonical is None or verdict.legacy or not name:
        raise DeclarationRefused(
            "证件号码或者姓名不完整，请照证件重新填写。",
            "Number or name is incomplete; copy them from the certificate.",
        )
    if verdict.born is not None and not may_be_subject(verdict.born, today):
        raise DeclarationRefused("未满十八周岁的人不能是工作人员。", "Nobody under 18 is an officer.")
    return _Read(party.code_type, verdict.canonical, name)


def _settle(read: _Read, officer: int | None) -> None:
    """Have the database enter it: for whoever speaks, or as the owner for another. Raises DeclarationRefused."""
    keys = sealing_vault()
    sealed = keys.seal(read.code, use=SEALED_FOR)
    tags = [keys.name_tag(read.code_type, read.code, read.name, key_id) for key_id in keys.pointers.hashing]
    told: list[Any] = [
        read.code_type, _hashes(keys, keys.pointers, read.code_type, read.code), tags, sealed.box, sealed.key_id,
    ]  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if officer is None:
                cursor.execute("SELECT identity_declare(%s, %s::bytea[], %s::bytea[], %s, %s)", told)
            else:
                cursor.execute(
                    "SELECT identity_settle_declaration(%s, %s, %s::bytea[], %s::bytea[], %s, %s)", [officer, *told]
                )
            (why,) = cursor.fetchone() or ("declared",)
    except IntegrityError as error:
        if "another account" not in str(error):
            raise
        why = ROLES_EXCLUDE
    if why:
        raise DeclarationRefused(*REFUSED[why])
