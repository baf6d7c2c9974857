"""Commands of keeping: backup, restore, erase, status."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chengxin.site.console import DEFAULT_DATA, SOME_REFUSED, AsJson, Data, answers_errors, show, tell

if TYPE_CHECKING:
    from chengxin.site.backup.restore import Restored

SIGNS = {"ok": "✓", "warning": "!", "stop": "✗"}


def backup_key_place(data: Path) -> Path:
    from chengxin.site.env import env_path

    return env_path("CHENGXIN_BACKUP_KEY", data / "keys" / "backup.key")


@answers_errors
def backup(file: Path, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """备份（加密，不含保险库密钥；运行中可做） / a sealed backup, the vault's keys apart; people may work on meanwhile."""
    from chengxin.site.bootstrap import installation

    data = data.resolve()
    with installation(data, "owner", tell) as opened:
        from django.conf import settings
        from django.utils import timezone

        from chengxin.site.backup.make import make_backup
        from chengxin.site.backup.sealed import settle_key
        from chengxin.site.status import note_backup

        place = backup_key_place(data)
        made = make_backup(
            file.absolute(),
            owner_url=opened.database.urls["owner"],
            prefix=settings.ROLE_PREFIX,
            key=settle_key(place),
            at=timezone.now(),
            tell=tell,
        )
        note_backup(data, timezone.now())
        tell(
            f"请把 {place} 和 {settings.VAULT_KEYS} 与备份分开保存。 Keep {place} and {settings.VAULT_KEYS} apart from the backup."
        )
        show({"file": str(made.file), "bytes": made.bytes, "rows": made.rows, "tables": made.tables}, as_json=as_json)


@answers_errors
def restore(
    file: Path,
    data: Data = DEFAULT_DATA,
    erasures: Annotated[
        Path | None, typer.Option(help="删除日志目录（默认 数据目录/erasures） / the journal of erasures")
    ] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="代替现有数据 / in the place of what is here")] = False,
    as_json: AsJson = False,
) -> None:
    """恢复备份；已删除的内容再次删除 / bring a backup back; what was erased since is erased again."""
    from chengxin.site.runtime.supervise import up_lock

    data = data.resolve()
    os.environ["CHENGXIN_DATA"] = str(data)
    with up_lock(data, "restore"):
        done = _restore(file, data, erasures, replace=replace)
    tell(
        "岗位权限和账户回到了备份当日，其后的授予、收回和停用请安全管理员、系统管理员逐项核对。 "
        "Rights and accounts are as on the day of the backup: have the administrators go through what changed since."
    )
    show({"made_at": done.made_at, "rows": done.rows, "erased": done.erased}, as_json=as_json)


def _restore(file: Path, data: Path, erasures: Path | None, *, replace: bool) -> "Restored":
    """Bring a backup back that fits this program, its roles and its keys. Raises what ``read_backup`` and ``bring_back`` do."""
    from chengxin.site.backup.restore import bring_back, read_backup, refuse_misfit
    from chengxin.site.backup.sealed import read_key
    from chengxin.site.bootstrap import become, prepare, settle_secret, start_django
    from chengxin.site.runtime.connection import open_database

    found = read_backup(file, read_key(backup_key_place(data)))
    with open_database(data, tell) as database:
        settle_secret(data)
        become(database.urls["owner"])
        start_django(content=True)
        from django.conf import settings
        from django.db import connections
        from django.db.migrations.loader import MigrationLoader

        from chengxin.identity.vault import refuse_other_keys
        from chengxin.site.backup.erasures import FOLDER

        refuse_misfit(found, prefix=settings.ROLE_PREFIX, migrations=set(MigrationLoader(None).disk_migrations or ()))
        refuse_other_keys({key_id: bytes.fromhex(check) for key_id, check in found.manifest["vault"].items()})
        done = bring_back(
            found,
            database,
            data,
            prefix=settings.ROLE_PREFIX,
            erasures=erasures or data / FOLDER,
            replace=replace,
            tell=tell,
        )
        prepare(database, tell)
        connections.close_all()
    return done


@answers_errors
def erase(
    data: Data = DEFAULT_DATA,
    *,
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="按时间点恢复之后：按删除日志再次删除，结束所有登录 / after a point-in-time recovery: the journal of erasures",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """删除已满保存期限的内容 / erase what is past its retention. --replay: first what a recovery brought back; run it alone."""
    from contextlib import nullcontext

    from chengxin.site.bootstrap import installation
    from chengxin.site.runtime.supervise import up_lock

    data, counts = data.resolve(), {}
    with up_lock(data, "erase") if replay else nullcontext(), installation(data, "eraser", tell) as opened:
        from django.utils import timezone

        from chengxin.site.backup.restore import catch_up
        from chengxin.site.eraser import drop_due_trees, erase_due, erase_ended

        if replay:
            counts["erased_again"] = catch_up(opened.database.urls["owner"], replay)
        # Papers first: their scans are due once they prove nothing any longer.
        counts |= erase_ended()
        counts["erased"] = erase_due(data, at=timezone.now())
        counts["entries_dropped"] = drop_due_trees()
    show(counts, as_json=as_json)


@answers_errors
def status(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """运行前的检查：时钟、磁盘、密钥、备份、服务器设置、暂定规则 / what an operator should know. Exit 3: something must not wait."""
    from chengxin.site.bootstrap import installation

    data = data.resolve()
    with installation(data, "owner", tell) as opened:
        from django.utils import timezone

        from chengxin.site import status as looked

        notices = looked.notices_of(data, opened.database, timezone.now())
    if as_json:
        sys.stdout.write(json.dumps(looked.as_json(notices), ensure_ascii=False, indent=1) + "\n")
    else:
        show(
            {f"{SIGNS[notice.level]} {notice.subject}": f"{notice.text}\n{notice.text_en}" for notice in notices},
            as_json=False,
        )
    raise typer.Exit(SOME_REFUSED if any(notice.level == "stop" for notice in notices) else 0)
