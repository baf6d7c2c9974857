"""What an operator should know before people work: each finding says what is wrong and what to do about it."""

import json
import os
import shutil
import stat
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from chengxin.identity.vault import key_source
from chengxin.lib.crypto import KeysMissing, KeySourceUnusable
from chengxin.lib.errors import Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.site.checks import provisional_in_force
from chengxin.site.notices import Notice
from chengxin.site.register_notices import RegisterFacts, judge_register, register_facts
from chengxin.site.runtime.connection import Database
from chengxin.site.runtime.files import write_private

LEAST_DISK, LITTLE_DISK = 200 << 20, 2 << 30
CLOCKS_APART = timedelta(seconds=5)
# What the register recorded may be a little ahead: other processes write while we ask.
AHEAD = timedelta(minutes=1)
BACKUP_OLD = timedelta(days=7)
PROOF_OLD = timedelta(days=2)
PARTS_WAIT = timedelta(minutes=10)
# The longest term in working days is twenty of them; a long holiday may lie in it.
TERMS_AHEAD = timedelta(days=40)
BACKUP_NOTE = "backup.json"


class NotFitToStart(Unusable):
    code = "not-fit-to-start"
    message, message_en = "现在不能启动：", "It can't start now:"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured: moments are aware, sizes in bytes; None where there is nothing to measure."""

    now: datetime
    database_clock: datetime
    last_recorded: datetime | None
    disk_free: int
    keys_mode: int
    keys_since: datetime | None
    backup_at: datetime | None
    demo: bool
    warnings: tuple[str, ...] = ()
    proved_at: datetime | None = None
    faults: int = 0
    """What the last proof of the ledger found that doesn't agree."""
    provisional: int = 0
    unblocked: bool = False
    keys_source: str = "file"
    keys_missing: tuple[str, ...] = ()
    """Keys in use in the database which their source didn't give when it was asked just now."""
    keys_unread: tuple[str, str] | None = None
    """Why the source gave no keys at all, in both languages."""
    database_size: int | None = None
    """Of an own server's database alone: what is free on its disk can't be asked through SQL."""
    calendar_until: date = date.max
    """The last day of which it is known whether it is worked."""
    register: RegisterFacts = field(default_factory=RegisterFacts)
    parts_wait_since: datetime | None = None
    """Since when parts of batches of queries wait while none is settled."""


def judge(facts: Facts) -> list[Notice]:
    """Judge what was measured, each subject once."""
    return [
        _clock(facts),
        _disk(facts),
        *_database_disk(facts),
        _keys(facts),
        _backup(facts),
        _provisional(facts),
        _near(facts),
        _proof(facts),
        _calendar(facts),
        *judge_register(facts.register, facts.now),
        _answerer(facts),
        *_server(facts),
    ]


def _clock(facts: Facts) -> Notice:
    if facts.last_recorded is not None and facts.last_recorded > facts.now + AHEAD:
        return Notice(
            "clock",
            "stop",
            f"本机时钟 {facts.now:%F %T} 早于库中最后一条记录 {facts.last_recorded:%F %T}（均为 UTC），期限都会算错。"
            "请校准时钟（如 timedatectl set-ntp true）。",
            f"this machine's clock ({facts.now:%F %T} UTC) is behind the last thing recorded ({facts.last_recorded:%F %T}): every "
            "term would be wrong. Set the clock (timedatectl set-ntp true).",
        )
    apart = abs(facts.now - facts.database_clock)
    if apart > CLOCKS_APART:
        return Notice(
            "clock",
            "warning",
            f"本机与数据库服务器的时钟相差 {apart.total_seconds():.0f} 秒。请让两台机器对时。",
            f"this machine's clock and the database server's are {apart.total_seconds():.0f} s apart. Synchronise both.",
        )
    return Notice("clock", "ok", "时钟一致。", "The clocks agree.")


def _disk(facts: Facts) -> Notice:
    size = f"{facts.disk_free / (1 << 30):.1f} GB"
    if facts.disk_free < LEAST_DISK:
        return Notice(
            "disk",
            "stop",
            f"数据目录所在磁盘只剩 {size}。请先清理或扩容。",
            f"only {size} are free on the data folder's disk. Free some.",
        )
    if facts.disk_free < LITTLE_DISK:
        return Notice(
            "disk",
            "warning",
            f"数据目录所在磁盘只剩 {size}，大批量归集会失败。请清理或扩容。",
            f"only {size} are free on the data folder's disk; a big batch will fail. Free some.",
        )
    return Notice("disk", "ok", f"磁盘空余 {size}。", f"{size} are free.")


def _database_disk(facts: Facts) -> list[Notice]:
    if facts.database_size is None:
        return []
    size = f"{facts.database_size / (1 << 30):.1f} GB"
    return [
        Notice(
            "database-disk",
            "ok",
            f"自有数据库服务器的磁盘余量从这里看不到，请在该服务器上监测；数据库现有 {size}。",
            f"What is free on the own database server's disk can't be told from here: watch it there. The database holds {size}.",
        )
    ]


def _keys(facts: Facts) -> Notice:
    if facts.keys_unread is not None:
        text, text_en = facts.keys_unread
        return Notice(
            "keys",
            "stop",
            f"{text}正在运行的进程还记得密钥，重新启动就没有了：请在重启以前恢复密钥来源（{facts.keys_source}）。",
            f"{text_en} Running processes still hold the keys and lose them with a restart: mend the source ({facts.keys_source}) first.",
        )
    if facts.keys_missing:
        missing = ", ".join(facts.keys_missing)
        return Notice(
            "keys",
            "stop",
            f"密钥来源（{facts.keys_source}）缺少在用的密钥 {missing}。请补上后再启动。",
            f"the source of keys ({facts.keys_source}) lacks keys in use: {missing}. Put them back before starting.",
        )
    if facts.keys_mode & 0o077:
        return Notice(
            "keys",
            "warning",
            f"保险库密钥文件他人可读。请执行：chmod 600 {key_file()}",
            f"others may read the vault's key file. Run: chmod 600 {key_file()}",
        )
    days = (facts.now - facts.keys_since).days if facts.keys_since else 0
    return Notice(
        "keys",
        "ok",
        f"保险库密钥（来源 {facts.keys_source}）已用 {days} 天。",
        f"The vault's key (source: {facts.keys_source}) has been in use for {days} days.",
    )


def key_file() -> Path | None:
    """Give the file that the keys come from; None where they come from a variable or a program."""
    if settings.VAULT_SOURCE == "file":
        return Path(settings.VAULT_KEYS)
    if settings.VAULT_SOURCE == "environment" and not os.environ.get("CHENGXIN_VAULT_KEY"):
        return Path(os.environ.get("CHENGXIN_VAULT_KEY_FILE") or settings.DATA_DIR / "keys" / "vault.txt")
    return None


def _backup(facts: Facts) -> Notice:
    if facts.demo:
        return Notice("backup", "ok", "演示数据无须备份。", "Demo data need no backup.")
    if facts.backup_at is None:
        return Notice(
            "backup",
            "warning",
            "从未备份。请执行：chengxin backup 文件",
            "There is no backup yet. Run: chengxin backup FILE",
        )
    days = (facts.now - facts.backup_at).days
    if facts.now - facts.backup_at > BACKUP_OLD:
        return Notice(
            "backup",
            "warning",
            f"最近一次备份在 {days} 天前。请执行：chengxin backup 文件",
            f"the last backup is {days} days old. Run: chengxin backup FILE",
        )
    return Notice("backup", "ok", f"最近一次备份在 {days} 天前。", f"The last backup is {days} days old.")


def _provisional(facts: Facts) -> Notice:
    return Notice(
        "provisional",
        "warning" if facts.provisional else "ok",
        f"现行规则中有 {facts.provisional} 项为暂定（启动时逐项列出）。",
        f"{facts.provisional} provisional rules are in force (listed at start).",
    )


def _near(facts: Facts) -> Notice:
    if facts.unblocked:
        return Notice(
            "near-codes",
            "warning",
            "旧版数据还没有查找近似姓名用的散列，部分待核对的行会找不到可能的人。请执行：chengxin manage fill-blocks",
            "older codes have no blocks yet, so that some waiting rows lead to nobody. Run: chengxin manage fill-blocks",
        )
    return Notice("near-codes", "ok", "近似号码和姓名都能查找。", "Near codes and names can be found.")


def _proof(facts: Facts) -> Notice:
    if facts.faults:
        return Notice(
            "proof",
            "warning",
            f"台账核验有 {facts.faults} 处对不上：有人越过系统改动过数据库，或者磁盘有错。请查看：chengxin proof list",
            f"the proof of the ledger found {facts.faults} faults: somebody changed the database past the system, or the disk "
            "did. See: chengxin proof list",
        )
    if facts.proved_at is None:
        return Notice(
            "proof", "ok", "台账还没有核验过，每天凌晨自动核验。", "The ledger wasn't proved yet; it is each night."
        )
    days = (facts.now - facts.proved_at).days
    if facts.now - facts.proved_at > PROOF_OLD:
        return Notice(
            "proof",
            "warning",
            f"台账最近一次核验在 {days} 天前。请看后台进程是否在运行，或者执行：chengxin proof run",
            f"the ledger was last proved {days} days ago. See whether the worker runs, or run: chengxin proof run",
        )
    return Notice("proof", "ok", "台账核验无误。", "The ledger proved sound.")


def _calendar(facts: Facts) -> Notice:
    until = facts.calendar_until
    if until - shanghai_date(facts.now) < TERMS_AHEAD:
        return Notice(
            "calendar",
            "warning",
            f"放假安排只知道到 {until}，跨过那一天的工作日期限算不出来。国务院办公厅的通知公布以后，请升级 chinesecalendar。",
            f"holidays are known until {until}: terms in working days that go beyond it can't be counted. Upgrade chinesecalendar once "
            "the next notice is out.",
        )
    return Notice("calendar", "ok", f"放假安排知道到 {until}。", f"Holidays are known until {until}.")


def _answerer(facts: Facts) -> Notice:
    since = facts.parts_wait_since
    if since is not None and facts.now - since > PARTS_WAIT:
        minutes = (facts.now - since).total_seconds() // 60
        return Notice(
            "answerer",
            "warning",
            f"批量查询已有 {minutes:.0f} 分钟没有处理，还有等着的。请看“批量查询”进程（answerer）是否在运行，看日志。",
            f"no part of a batch of queries was settled for {minutes:.0f} minutes, and some wait. See that the answerer runs.",
        )
    return Notice("answerer", "ok", "批量查询没有积压。", "No batch of queries is held up.")


def _server(facts: Facts) -> list[Notice]:
    return [Notice("server", "warning", text, text) for text in facts.warnings]


FACTS = """SELECT clock, last_recorded, keys_since, unblocked, size, server, waiting, waiting_since, doing, failed, batches_open,
                  proved_at, faults, site_parts_wait_since() FROM site_system_facts()"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database tells of itself, as ``site_system_facts`` gives it: moments, counts and its version."""

    clock: datetime
    last_recorded: datetime | None
    keys_since: datetime | None
    unblocked: bool
    size: int
    server: str
    waiting: int
    waiting_since: datetime | None
    doing: int
    failed: int
    batches_open: int
    proved_at: datetime | None
    faults: int
    parts_wait_since: datetime | None


def ask_database() -> Seen:
    """Ask the database, as its owner or the administration."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return Seen(*(cursor.fetchone() or ()))


def missing_keys() -> tuple[str, ...]:
    """Give the keys in use which their source doesn't give when asked anew, whatever this process has read.

    As the database's owner or the administration. Raises KeysMissing, KeySourceUnusable.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_keys_in_use()")
        wanted = [key_id for (key_id,) in cursor.fetchall()]
    return tuple(key_source().read().missing(wanted))


def asked_keys() -> dict[str, Any]:
    """Give what a running process tells of the keys: which are missing, or why none are given."""
    try:
        return {"keys_missing": missing_keys()}
    except (KeysMissing, KeySourceUnusable) as refused:
        return {"keys_unread": (refused.text, refused.text_en)}


def measure(
    data: Path,
    seen: Seen,
    now: datetime,
    *,
    own_server: bool,
    warnings: tuple[str, ...] = (),
    keys_missing: tuple[str, ...] = (),
    keys_unread: tuple[str, str] | None = None,
) -> Facts:
    """Measure what this machine tells beside ``seen``. Of an own database server what it holds is told too."""
    keys = key_file()
    return Facts(
        now=now,
        database_clock=seen.clock,
        last_recorded=seen.last_recorded,
        disk_free=shutil.disk_usage(data).free,
        keys_mode=stat.S_IMODE(keys.stat().st_mode) if keys is not None and keys.exists() else 0,
        keys_source=settings.VAULT_SOURCE,
        keys_missing=keys_missing,
        keys_unread=keys_unread,
        database_size=seen.size if own_server else None,
        keys_since=seen.keys_since,
        backup_at=last_backup(data),
        demo=settings.DEMO,
        warnings=warnings,
        provisional=len(provisional_in_force(shanghai_date(now))),
        unblocked=seen.unblocked,
        proved_at=seen.proved_at,
        faults=seen.faults,
        calendar_until=WorkCalendar().last_known,
        register=register_facts(),
        parts_wait_since=seen.parts_wait_since,
    )


def notices_of(data: Path, database: Database, now: datetime) -> list[Notice]:
    """Look at an open installation as its owner. Raises KeysMissing, KeySourceUnusable."""
    own, warnings = not database.embedded, database.warnings
    return judge(measure(data, ask_database(), now, own_server=own, warnings=warnings, keys_missing=missing_keys()))


def note_backup(data: Path, at: datetime) -> None:
    """Remember when a backup was finished, for the next start."""
    write_private(data / BACKUP_NOTE, json.dumps({"at": at.isoformat()}) + "\n")


def last_backup(data: Path) -> datetime | None:
    try:
        at = datetime.fromisoformat(json.loads((data / BACKUP_NOTE).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def refuse_unfit(notices: list[Notice]) -> None:
    """Raise NotFitToStart for the first finding that forbids starting."""
    for notice in notices:
        if notice.level == "stop":
            raise NotFitToStart(notice.text, notice.text_en)


def as_json(notices: list[Notice]) -> list[dict[str, str]]:
    return [asdict(notice) for notice in notices]
