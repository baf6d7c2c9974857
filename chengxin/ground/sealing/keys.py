"""The sealer's own key: a file that holds the private half, and the table of every key that heads were ever signed by."""

import json
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import connection

from chengxin.ground.sealing.errors import SealingKeyMissing, SealingKeyUnusable
from chengxin.lib.notes import KEY_BYTES, NoteBroken, Signer, Verifier


def known_keys() -> list[Verifier]:
    """Give every key that signed here, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT verifier FROM ground_sealing_key ORDER BY since, verifier")
        return [Verifier.read(text) for (text,) in cursor.fetchall()]


def settle_signer(path: Path, name: str, *, at: datetime) -> Signer:
    """Give the key, made on the first day, and note its public half.

    Raises SealingKeyMissing where heads were signed before and the key isn't there, SealingKeyUnusable where it can't be read or written.
    """
    known = known_keys()
    if not path.exists() and not known:
        write_key(path, Signer(name, secrets.token_bytes(KEY_BYTES)))
    signer = read_key(path)
    if signer.verifier not in known:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ground_sealing_key (verifier, since) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [f"{signer.verifier}", at],
            )
    return signer


def read_key(path: Path) -> Signer:
    """Read the key. Raises SealingKeyMissing, SealingKeyUnusable."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        signer = Signer(str(held["name"]), bytes.fromhex(held["secret"]))
        signer.verifier  # noqa: B018  # which a wrong length doesn't survive
    except FileNotFoundError:
        raise SealingKeyMissing(
            f"{path} 不存在。请把另行保存的密钥放回该处，或者用 chengxin log new-key 换一把（以前的树头仍可用旧公钥核对）。",
            f"there is no {path}. Put the copy that was kept apart back, or change the key with chengxin log new-key "
            "(earlier heads go on being checked by the former public key).",
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else "格式不对 / not its form"
        raise SealingKeyUnusable(f"{path}（{why}）。", f"{path} ({why}).") from None
    return signer


def write_key(path: Path, signer: Signer) -> None:
    """Put a key where none is. Raises SealingKeyUnusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"name": signer.name, "secret": signer.secret.hex()}, file)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise SealingKeyUnusable(f"无法写入 {path}：{error.strerror}。", f"{path}: {error.strerror}.") from None


def change_key(path: Path, name: str, *, at: datetime) -> Verifier:
    """Put a new key in the place of the one that is there, whose file is kept beside it under its day; gives the new public half."""
    with suppress(FileNotFoundError):
        path.rename(path.with_name(f"{path.stem}.until-{at:%Y%m%dT%H%M%SZ}{path.suffix}"))
    try:
        write_key(path, Signer(name, secrets.token_bytes(KEY_BYTES)))
    except NoteBroken:
        raise SealingKeyUnusable(
            f"登记名称“{name}”不能有空格和加号（CHENGXIN_REGISTER_NAME）。",
            f"the register's name {name!r} has neither blanks nor plus signs (CHENGXIN_REGISTER_NAME).",
        ) from None
    return settle_signer(path, name, at=at).verifier
