"""Second factors of officers: codes from a telephone (RFC 6238), passkeys (kept by allauth), recovery codes on paper.

Whoever calls has counted the try (``logging_in.count_try``): nothing here tells how often one may be wrong.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import FactorRefused
from chengxin.identity.models import RecoveryCode, Totp, User
from chengxin.identity.vault import open_sealed, sealing_vault
from chengxin.lib.crypto import Sealed

STEP_S, AROUND = 30, 1  # half a minute; a telephone's clock may be that far off, either way
USE = "login.totp"
CODES, CODE_SIGNS, GROUP = 10, 16, 4
TOTP, PASSKEY, RECOVERY = "totp", "webauthn", "recovery_codes"


@dataclass(frozen=True, slots=True)
class Factors:
    """What an officer can prove themselves with: whether by telephone, passkeys by number and name, recovery codes left."""

    totp: bool
    passkeys: tuple[tuple[int, str], ...]
    codes_left: int

    def __bool__(self) -> bool:
        return self.totp or bool(self.passkeys)


def factors_of(user_id: int) -> Factors:
    """Give an officer's second factors. Recovery codes alone are none: they stand in for one."""
    passkeys = Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return Factors(
        Totp.objects.filter(user_id=user_id).exists(),
        tuple((row.pk, str(row.data["name"])) for row in passkeys),
        RecoveryCode.objects.filter(user_id=user_id, used_at=None).count(),
    )


def fits(secret: str, code: str, *, at: datetime, after: int = 0) -> int | None:
    """Give the half-minute whose code this is, later than ``after``; None when it is none of them."""
    now = _step(at)
    for step in range(max(now - AROUND, after + 1), now + AROUND + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            return step
    return None


def code_at(secret: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret, step)))


@transaction.atomic
def add_totp(officer: User, *, secret: str, code: str, at: datetime) -> list[str]:
    """Take a telephone's secret, proven by a code of it, and give the recovery codes where the officer had none.

    Raises FactorRefused when the code is not the secret's, or there is a telephone already.
    """
    step = fits(secret, code.strip(), at=at)
    if step is None:
        raise FactorRefused(
            "验证码与这个密钥不符，请核对手机时间后重新输入。",
            "The code isn't this key's; check the telephone's clock and try again.",
        )
    if Totp.objects.filter(user_id=officer.pk).exists():
        raise FactorRefused(
            "已经绑定验证器，先取下再绑定新的。", "There is an authenticator already; take it off first."
        )
    settle_totp(officer, secret, last_step=step, at=at)
    note_factor_change(officer, "add", TOTP, at=at)
    return first_codes(officer, at=at)


def settle_totp(officer: User, secret: str, *, last_step: int, at: datetime) -> None:
    sealed = sealing_vault().seal(secret, use=USE)
    Totp.objects.create(
        user=officer, secret_sealed=sealed.box, key_id=sealed.key_id, last_step=last_step, made_at=at
    )  # fmt: skip


@transaction.atomic
def settle_demo_telephone(officer: User, *, at: datetime) -> None:
    """Give a demo officer a telephone that is nobody's, once: the pages show its codes (``demo_code``)."""
    if not Totp.objects.filter(user_id=officer.pk).exists():
        settle_totp(officer, new_secret(), last_step=0, at=at)


@transaction.atomic
def use_code(officer: User, code: str, *, at: datetime) -> str:
    """Use up a telephone's code or a recovery code and give the kind it is; empty when it is neither, or was used.

    Locks the row, so that of two who hand in one code at one moment only one is let in.
    """
    plain = "".join(sign for sign in code.upper() if sign.isascii() and sign.isalnum())
    if len(plain) == CODE_SIGNS:
        used = RecoveryCode.objects.filter(user_id=officer.pk, digest=_digest(officer, plain), used_at=None)
        return RECOVERY if used.update(used_at=at) else ""
    row = Totp.objects.select_for_update(no_key=True).filter(user_id=officer.pk).first()
    step = fits(_secret(row), plain, at=at, after=row.last_step) if row is not None else None
    if row is None or step is None:
        return ""
    row.last_step = step
    row.save(update_fields=["last_step"])
    return TOTP


def demo_code(officer: User, *, at: datetime) -> str:
    """Give the code that a demo officer's telephone would show, the next one not used yet; empty where nobody may be told it."""
    row = Totp.objects.filter(user_id=officer.pk).first() if officer.demo and settings.DEMO else None
    if row is None:
        return ""
    step = max(_step(at), row.last_step + 1)
    return code_at(_secret(row), step) if step <= _step(at) + AROUND else ""


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def first_codes(officer: User, *, at: datetime) -> list[str]:
    """Give recovery codes to whoever has none left, none to others. Runs in the transaction of the factor they come with."""
    if RecoveryCode.objects.filter(user_id=officer.pk, used_at=None).exists():
        return []
    return _make_codes(officer, at)


@transaction.atomic
def renew_codes(officer: User, *, at: datetime) -> list[str]:
    """Make new recovery codes in place of the old ones; they are shown once and kept by nobody."""
    note_factor_change(officer, "renew", RECOVERY, at=at)
    return _make_codes(officer, at)


@transaction.atomic
def add_passkey(officer: User, *, name: str, credential: dict[str, object], at: datetime) -> list[str]:
    """Keep a passkey whose registration was checked, and give the recovery codes where the officer had none."""
    Authenticator.objects.create(
        user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": credential}
    )  # fmt: skip
    note_factor_change(officer, "add", PASSKEY, at=at)
    return first_codes(officer, at=at)


@transaction.atomic
def remove_factor(officer: User, passkey_id: int | None, *, at: datetime) -> None:
    """Take off a passkey, or the telephone where none is named. Raises FactorRefused when it is the last factor, or isn't theirs."""
    User.objects.select_for_update(no_key=True).get(pk=officer.pk)
    held = factors_of(officer.pk)
    if held.totp + len(held.passkeys) == 1:
        raise FactorRefused(
            "这是唯一的第二重验证，请先添加另一种。", "It is the only second factor; add another first."
        )
    rows = (
        Totp.objects.filter(user_id=officer.pk)
        if passkey_id is None
        else Authenticator.objects.filter(user_id=officer.pk, pk=passkey_id, type=Authenticator.Type.WEBAUTHN)
    )
    if not rows.delete()[0]:
        raise FactorRefused("没有这个第二重验证。", "There is no such second factor.")
    note_factor_change(officer, "remove", TOTP if passkey_id is None else PASSKEY, at=at)


def note_factor_change(officer: User, change: str, factor: str, *, at: datetime) -> None:
    note_act(officer.login, f"factor.{change}", f"user:{officer.pk}", at=at, note=factor)


def _make_codes(officer: User, at: datetime) -> list[str]:
    RecoveryCode.objects.filter(user_id=officer.pk).delete()
    made = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=officer, digest=_digest(officer, one), made_at=at) for one in made
    )  # fmt: skip
    return ["-".join(one[at : at + GROUP] for at in range(0, CODE_SIGNS, GROUP)) for one in made]


def _digest(officer: User, plain: str) -> bytes:
    return sha256(f"{officer.pk}:{plain}".encode()).digest()


def _secret(row: Totp) -> str:
    (secret,) = open_sealed((Sealed(row.key_id, bytes(row.secret_sealed)), USE))
    return secret


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S
