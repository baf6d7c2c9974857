"""What kind of installation this database is: a province or a sandbox. Said once, for good (docs/adr/0020-sandbox.md)."""

from django.conf import settings
from django.db import connection

from chengxin.ground.errors import InstallationMismatch

PROVINCE, SANDBOX = "province", "sandbox"


def kind_here() -> str:
    """Give the kind that this process was started for."""
    return SANDBOX if settings.SANDBOX else PROVINCE


def kind_of_database() -> str:
    """Give the kind that the database says it is; "" for one that wasn't asked yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('ground_kind()') IS NOT NULL")
        if not (cursor.fetchone() or (False,))[0]:
            return ""
        cursor.execute("SELECT coalesce(ground_kind(), '')")
        return str((cursor.fetchone() or ("",))[0])


def refuse_mismatch() -> None:
    """Refuse to work on a database of the other kind. Raises InstallationMismatch; lets one pass that has no kind yet."""
    compare(kind_of_database(), kind_here())


def settle_kind() -> None:
    """Write down once what this database is. Runs as the owner. Raises InstallationMismatch where it is of the other kind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ground_settle_kind(%s)", [kind_here()])
        compare(str((cursor.fetchone() or ("",))[0]), kind_here())


def compare(kind: str, wanted: str) -> None:
    """Raise InstallationMismatch where a database has a kind, and another than is wanted."""
    if kind in {"", wanted}:
        return
    if kind == SANDBOX:
        raise InstallationMismatch(
            "这个数据库是沙箱，本进程是按正式系统启动的。请用 chengxin sandbox up 启动，或者设 CHENGXIN_SANDBOX=1；"
            "要用正式系统，请换数据目录（--data）。",
            "this database is a sandbox, and this process was started for a province. Start it with chengxin sandbox up "
            "or set CHENGXIN_SANDBOX=1; for the province name its own data folder (--data).",
        )
    raise InstallationMismatch(
        "这个数据库是正式系统，本进程是按沙箱启动的。请去掉 CHENGXIN_SANDBOX，或者给沙箱换一个空的数据目录（--data）。",
        "this database is a province's, and this process was started for a sandbox. Unset CHENGXIN_SANDBOX, "
        "or give the sandbox an empty data folder of its own (--data).",
    )
