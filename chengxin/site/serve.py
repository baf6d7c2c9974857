"""``chengxin up``: database, web, worker and eraser together, in the foreground."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from chengxin.site.backup.restore import sweep
from chengxin.site.bootstrap import Installation, installation
from chengxin.site.runtime.supervise import Child, Supervisor, up_lock

Tell = Callable[[str], None]
HIDDEN = ("DATABASE_URL", "CHENGXIN_PROCESS_DATABASE")


def run_up(data: Path, port: int, *, admin_port: int, demo: bool, tell: Tell) -> None:
    """Run everything until Ctrl-C or SIGTERM. Raises AlreadyRunning when another one has this data folder."""
    address = f"http://127.0.0.1:{port}"
    if demo:
        os.environ["CHENGXIN_DEMO"] = "1"
    with up_lock(data, address), installation(data, "owner", tell) as opened:
        report_status(data, opened, tell)
        report_provisional(tell)
        if opened.database.server is not None:
            sweep(opened.database.server.admin_url())
        settle_switch()
        if demo:
            fill_demo(opened, tell)
        close_connections()
        tell(f"诚信已启动 / running: {address}")
        tell(f"系统管理 / administration: http://127.0.0.1:{admin_port}")
        children = [
            Child("web", web_command(port), environment(opened, "app")),
            # Never on another address than this machine's own: administrators come through a tunnel or a proxy that knows them.
            Child(
                "administration",
                web_command(admin_port, host="127.0.0.1"),
                {**environment(opened, "admin"), "CHENGXIN_FACE": "administration"},
            ),
            Child(
                "worker",
                [sys.executable, "-c", "from chengxin.site.worker import main; main()"],
                environment(opened, "intake"),
            ),
            Child(
                "eraser",
                [sys.executable, "-c", "from chengxin.site.eraser import main; main()"],
                environment(opened, "eraser"),
            ),
        ]
        Supervisor(children, data, watch=lambda stop: opened.database.tend(stop, tell), tell=tell).run()
        tell("已停止 / stopped.")


def web_command(port: int, *, host: str = "") -> list[str]:
    """Give Granian's command: two workers of threads, on loopback; a proxy stands before it in production."""
    host = host or os.environ.get("CHENGXIN_BIND", "127.0.0.1")
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", "8",
        "--respawn-failed-workers", "--no-ws", "--log-level", "warning", "chengxin.site.wsgi:application",
    ]  # fmt: skip


def environment(opened: Installation, role: str) -> Mapping[str, str]:
    """Give a child's whole environment: this process's, with one role's database address and no other's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
    return {
        **kept,
        "CHENGXIN_DATA": str(opened.data),
        "CHENGXIN_PROCESS_DATABASE": opened.database.urls[role],
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }


def report_status(data: Path, opened: Installation, tell: Tell) -> None:
    """Tell what an operator should mend; raises NotFitToStart where starting would do harm."""
    from django.utils import timezone

    from chengxin.site.status import judge, measure, refuse_unfit

    notices = judge(measure(data, opened.database, timezone.now()))
    refuse_unfit(notices)
    for notice in notices:
        # An own server's warnings were told when it was opened, provisional rules come one by one.
        if notice.level == "warning" and notice.subject not in {"server", "provisional"}:
            tell(f"注意 / note: {notice.text} {notice.text_en}")


COUNTED = {"law": "部依据", "item": "个信息项", "purpose": "个用途", "occupation": "类职业", "edition": "版目录"}


def report_provisional(tell: Tell) -> None:
    """Tell what is in force provisionally (safeguard 22): numbers, rules and levels one by one, the rest counted."""
    from django.utils import timezone

    from chengxin.lib.periods import shanghai_date
    from chengxin.site.checks import provisional_in_force

    found = provisional_in_force(shanghai_date(timezone.now()))
    for entry in found:
        if entry.kind not in COUNTED:
            tell(f"暂定 / provisional: {entry.name} ← {entry.source}")
    counts = (f"{sum(1 for entry in found if entry.kind == kind)} {word}" for kind, word in COUNTED.items())
    tell(f"暂定 / provisional: {', '.join(counts)}（chengxin catalogue list）")


def settle_switch() -> None:
    """Tell the database whether this is a demo, where alone demo accounts may be."""
    from django.conf import settings

    from chengxin.identity.services.officers import settle_house

    settle_house(demo=settings.DEMO)


def fill_demo(opened: Installation, tell: Tell) -> None:
    """Load the synthetic province once."""
    from chengxin.demo.province import describe_logins, fill, settle_cast
    from chengxin.demo.verification import settle_verification

    settle_cast()
    settle_verification(opened.data / "demo")
    opened.become("intake")
    fill(opened.data / "demo", tell)
    opened.become("owner")
    for line in describe_logins():
        tell(line)


def close_connections() -> None:
    from django.db import connections

    connections.close_all()
