"""What an operator should know of the access register's seal: what waits, what is wrong, what the last verification found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from chengxin.site.notices import Notice

WAITS_LONG = timedelta(minutes=5)
CHECK_OLD = timedelta(days=2)
FACTS = """SELECT sealed_at, signed_at, trouble, waiting, waiting_since, checked_at, checked, fault, place FROM ground_sealing_facts()"""
TROUBLES = {
    "behind": (
        "库外的树头比数据库长，数据库恢复过较早的备份，或者末尾被截掉；编号已从新的一段开始。请执行 chengxin log verify 看缺哪些",
        "heads outside go further than the database: an older backup, or truncation. chengxin log verify tells what is missing",
    ),
    "changed": (
        "已编号的登记与签过的树头对不上，没有签新的树头。请立即执行 chengxin log verify，保全现场",
        "numbered entries aren't what was signed, so nothing new is signed. Keep everything as it is and run chengxin log verify",
    ),
    "folder": (
        "树头写不进公布目录（CHENGXIN_CHECKPOINTS）。请检查磁盘空间、挂载和权限，下一分钟自动补写",
        "heads can't be written to their folder (CHENGXIN_CHECKPOINTS): see disk, mount and rights; the next minute catches up",
    ),
    "folder-foreign": (
        "公布目录里有不是本登记签的树头。请核对 CHENGXIN_CHECKPOINTS 指向哪里",
        "the folder holds heads that this register didn't sign: see where CHENGXIN_CHECKPOINTS leads",
    ),
    "witness": (
        "外部见证人联系不上，或者答复不是见证人签的（CHENGXIN_WITNESS_URL）。下一分钟再送",
        "the outside witness isn't reached, or its answer isn't signed by it (CHENGXIN_WITNESS_URL); the next minute tries again",
    ),
    "witness-refuses": (
        "外部见证人不签：它不认识本登记的公钥，或者认为树头不是从它见过的那个长出来的。请核对公钥，执行 chengxin log verify",
        "the outside witness refuses: the key is unknown to it, or a head no growth of what it saw. Compare keys, chengxin log verify",
    ),
    "witness-ahead": (
        "外部见证人见过更长的登记：数据库恢复过较早的备份，或者末尾被截掉。请执行 chengxin log verify",
        "the outside witness saw a longer register: an older backup, or truncation. Run chengxin log verify",
    ),
    "key-missing": (
        "签名密钥不见了。请把另行保存的密钥放回（CHENGXIN_SEALING_KEY），或者执行 chengxin log new-key",
        "the signing key is gone: put the copy back (CHENGXIN_SEALING_KEY), or run chengxin log new-key",
    ),
    "key-unusable": (
        "签名密钥读不出来。请检查文件权限和内容（CHENGXIN_SEALING_KEY）",
        "the signing key can't be read: see the file's rights and content (CHENGXIN_SEALING_KEY)",
    ),
}


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What the database tells of the register's seal; None where nothing happened yet."""

    sealed_at: datetime | None = None
    signed_at: datetime | None = None
    trouble: str = ""
    waiting: int = 0
    waiting_since: datetime | None = None
    checked_at: datetime | None = None
    checked: int | None = None
    fault: str = ""
    place: str = ""


def register_facts() -> RegisterFacts:
    """Ask the database, as its owner or the administration."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return RegisterFacts(*(cursor.fetchone() or ()))


def judge_register(facts: RegisterFacts, now: datetime) -> list[Notice]:
    return [_sealing(facts, now), _verified(facts, now)]


def _sealing(facts: RegisterFacts, now: datetime) -> Notice:
    if facts.trouble:
        told = [TROUBLES[code] for code in facts.trouble.split() if code in TROUBLES]
        return Notice(
            "sealing",
            "warning",
            f"查询登记照常写入和编号，但{'；'.join(text for text, _ in told)}。",
            f"The access register goes on being written and numbered, but {'; '.join(text for _, text in told)}.",
        )
    if facts.waiting_since is not None and now - facts.waiting_since > WAITS_LONG:
        minutes = int((now - facts.waiting_since).total_seconds() // 60)
        return Notice(
            "sealing",
            "warning",
            f"查询登记有 {facts.waiting} 条等待编号，最早的已等 {minutes} 分钟。"
            "请看固化进程（sealer）是否在运行，或者执行：chengxin log seal",
            f"{facts.waiting} entries of the access register wait for their number, the oldest for {minutes} min. See whether the "
            "sealer runs, or run: chengxin log seal",
        )
    return Notice("sealing", "ok", "查询登记已编号、签名。", "The access register is numbered and signed.")


def _verified(facts: RegisterFacts, now: datetime) -> Notice:
    if facts.fault:
        return Notice(
            "register",
            "warning",
            f"查询登记最近一次核验发现问题（{facts.place}）：有人越过系统改动过登记，或者磁盘有错。"
            "请保全现场，执行 chengxin log verify 看详情。",
            f"the last verification of the access register found something wrong ({facts.place}): somebody changed it past the system, "
            "or the disk did. Keep everything as it is and run chengxin log verify.",
        )
    if facts.checked_at is None:
        return Notice(
            "register",
            "ok",
            "查询登记还没有核验过，每天凌晨自动核验。",
            "The access register wasn't verified yet; it is each night.",
        )
    days = (now - facts.checked_at).days
    if now - facts.checked_at > CHECK_OLD:
        return Notice(
            "register",
            "warning",
            f"查询登记最近一次核验在 {days} 天前。请看固化进程（sealer）是否在运行，或者执行：chengxin log verify",
            f"the access register was last verified {days} days ago. See whether the sealer runs, or run: chengxin log verify",
        )
    return Notice(
        "register",
        "ok",
        f"查询登记核验无误（{facts.checked} 条）。",
        f"The access register was verified and is sound ({facts.checked} entries).",
    )
