"""``chengxin up``: database, four faces of the web, worker, answerer, eraser and sealer together, in the foreground."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chengxin.site.backup.restore import sweep
from chengxin.site.bootstrap import Installation, installation
from chengxin.site.env import SettingUnusable, env_bool
from chengxin.site.runtime.connection import SWITCH
from chengxin.site.runtime.supervise import Child, Supervisor, up_lock

Tell = Callable[[str], None]
HIDDEN = ("DATABASE_URL", "CHENGXIN_PROCESS_")
LOOPBACK = "127.0.0.1"
# What opens sealed values, sessions and backups, and what speaks for the centre, has no business in the process that everybody speaks to.
VAULT = ("CHENGXIN_VAULT_", "CHENGXIN_PKCS11_")
KEYS = ("CHENGXIN_OIDC_", "CHENGXIN_BACKUP_KEY", "CHENGXIN_SMTP_", "CHENGXIN_SMS_")
SECRETS = (*VAULT, *KEYS, "CHENGXIN_SECRET_KEY")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the four faces listen; the editors' may be left out."""

    public: int
    desk: int
    administration: int
    editing: int | None = None

    def own(self) -> dict[str, str]:
        """Give this machine's own addresses of the faces that link to one another, by the settings that hold them."""
        return {
            "CHENGXIN_PUBLIC_URL": f"http://127.0.0.1:{self.public}",
            "CHENGXIN_DESK_URL": f"http://127.0.0.1:{self.desk}",
            **({"CHENGXIN_EDITING_URL": f"http://127.0.0.1:{self.editing}"} if self.editing is not None else {}),
        }

    def listening(self) -> tuple[int, ...]:
        every = (self.public, self.desk, self.administration, self.editing)
        return tuple(one for one in every if one is not None)


def run_up(data: Path, ports: Ports, *, tell: Tell, demo: bool = False, sandbox: bool = False) -> None:
    """Run everything until Ctrl-C or SIGTERM.

    Raises AlreadyRunning when another one has this data folder, SettingUnusable when two faces share a port or, in production, when it
    wasn't said where they are.
    """
    if demo:
        os.environ["CHENGXIN_DEMO"] = "1"
    sandbox = sandbox or env_bool(SWITCH, default=False)
    if sandbox:
        os.environ[SWITCH] = "1"
    settle_addresses(ports)
    with up_lock(data, ports.own()["CHENGXIN_PUBLIC_URL"]), installation(data, "owner", tell) as opened:
        report_status(data, opened, tell)
        report_provisional(tell)
        if opened.database.server is not None:
            sweep(opened.database.server.admin_url())
        settle_switch()
        if demo:
            fill_demo(opened, tell)
        if sandbox:
            make_sandbox(opened, tell)
        close_connections()
        tell(f"诚信已启动：公开网站 / running, public site: http://127.0.0.1:{ports.public}")
        tell(f"工作台和本人页面 / desk and person's page: http://127.0.0.1:{ports.desk}")
        tell(f"系统管理 / administration: http://127.0.0.1:{ports.administration}")
        if ports.editing is not None:
            tell(f"网站编辑 / editors of the public site: http://127.0.0.1:{ports.editing}")
        children = [
            *faces(ports, opened),
            Child(
                "worker",
                [sys.executable, "-c", "from chengxin.site.worker import main; main()"],
                environment(opened, "intake"),
            ),
            answerer(opened),
            Child(
                "eraser",
                [sys.executable, "-c", "from chengxin.site.eraser import main; main()"],
                environment(opened, "eraser"),
            ),
            # It opens nothing sealed and logs nobody in: its own key is all that it has.
            Child(
                "sealer",
                [sys.executable, "-c", "from chengxin.site.sealer import main; main()"],
                without((*VAULT, *KEYS), opened, "sealer"),
            ),
        ]
        Supervisor(children, data, watch=lambda stop: opened.database.tend(stop, tell), tell=tell).run()
        tell("已停止 / stopped.")


def settle_addresses(ports: Ports) -> None:
    """Say to all processes where the faces are: as the operator told, else on this machine's own ports. Raises SettingUnusable."""
    numbers = ports.listening()
    if len(set(numbers)) < len(numbers):
        raise SettingUnusable(
            f"公开网站、工作台、系统管理、网站编辑的端口须各不相同（{'、'.join(map(str, numbers))}）："
            "请改 --port、--desk-port、--admin-port 或 --editing-port。",
            f"Public site, desk, administration and editing need ports of their own ({numbers}): change --port, --desk-port, "
            "--admin-port or --editing-port.",
        )
    production = env_bool("CHENGXIN_PRODUCTION", default=False)
    for name, own in ports.own().items():
        if production and name != "CHENGXIN_EDITING_URL" and not os.environ.get(name, "").startswith("https://"):
            raise SettingUnusable(
                f"正式运行时请设 {name} 为该网站对外的 https 网址：两个网站之间的链接由此而来。",
                f"In production set {name} to that site's https address: links between the sites are made of it.",
            )
        os.environ.setdefault(name, own)


def faces(ports: Ports, opened: Installation) -> list[Child]:
    """Give the web processes: each with the database role, the port and the network of its own."""
    bind, desk_bind = (os.environ.get(name) or LOOPBACK for name in ("CHENGXIN_BIND", "CHENGXIN_DESK_BIND"))
    return [
        Child("public", web_command(ports.public, host=bind), public_environment(opened)),
        Child("desk", web_command(ports.desk, host=desk_bind), {**environment(opened, "app"), "CHENGXIN_FACE": "desk"}),
        # Never on another address than this machine's own: administrators come through a tunnel or a proxy that knows them.
        Child(
            "administration",
            web_command(ports.administration),
            {**environment(opened, "admin"), "CHENGXIN_FACE": "administration"},
        ),
        *editors(ports, opened),
    ]


def editors(ports: Ports, opened: Installation) -> list[Child]:
    """Give the editors' face, and what publishes and takes off at the day that was set: none where editing is switched off.

    Both speak as ``editor``, so that no process that reads records can write a page. On this machine's own address, as the
    administration's.
    """
    if ports.editing is None:
        return []
    # Editors log in with a second factor that the vault seals; its keys are all that this process has, no row of a person.
    return [
        Child("editing", web_command(ports.editing), without(KEYS, opened, "editor", face="editing")),
        Child(
            "publisher",
            [sys.executable, "-c", "from chengxin.site.publisher import main; main()"],
            without((*VAULT, *KEYS), opened, "editor", face="editing"),
        ),
    ]


def answerer(opened: Installation) -> Child:
    """Give the process that answers batches: it opens questions by the vault's keys and reads as the desk's does; nobody logs in to it."""
    command = [sys.executable, "-c", "from chengxin.site.answerer import main; main()"]
    return Child("answerer", command, without((*KEYS, "CHENGXIN_SECRET_KEY"), opened, "app"))


def public_environment(opened: Installation) -> Mapping[str, str]:
    return without(SECRETS, opened, "public", face="public")


def without(hidden: tuple[str, ...], opened: Installation, role: str, *, face: str = "") -> Mapping[str, str]:
    """Give a child's environment less whatever begins with these names."""
    whole = environment(opened, role)
    told = {"CHENGXIN_FACE": face} if face else {}
    return {**{name: value for name, value in whole.items() if not name.startswith(hidden)}, **told}


def web_command(port: int, *, host: str = LOOPBACK) -> list[str]:
    """Give Granian's command: one worker of threads, on loopback; a proxy stands before it in production."""
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
        "CHENGXIN_PROCESS_OWN_SERVER": str(int(not opened.database.embedded)),
        "CHENGXIN_PROCESS_CONTENT": "0",
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }


def report_status(data: Path, opened: Installation, tell: Tell) -> None:
    """Tell what an operator should mend. Raises NotFitToStart where starting would do harm, CheckpointUnusable for a wrong witness."""
    from django.utils import timezone

    from chengxin.site.register import witness_here
    from chengxin.site.status import notices_of, refuse_unfit

    witness_here()
    notices = notices_of(data, opened.database, timezone.now())
    refuse_unfit(notices)
    for notice in notices:
        # An own server's warnings were told when it was opened, provisional rules come one by one.
        if notice.level == "warning" and notice.subject not in {"server", "provisional"}:
            tell(f"注意 / note: {notice.text} {notice.text_en}")


COUNTED = {
    "law": "部依据",
    "item": "个信息项",
    "purpose": "个用途",
    "occupation": "类职业",
    "edition": "版目录",
    "duty": "个查询事项",
}


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
    from chengxin.demo.own_page import settle_own_pages
    from chengxin.demo.province import describe_logins, fill, settle_cast
    from chengxin.demo.verification import settle_verification

    settle_cast()
    settle_verification(opened.data / "demo")
    opened.become("intake")
    fill(opened.data / "demo", tell)
    opened.become("owner")
    settle_own_pages()
    for line in describe_logins():
        tell(line)


def make_sandbox(opened: Installation, tell: Tell) -> None:
    """Give a new sandbox its departments, its persons and their records, once. Persons are the owner's to make."""
    from chengxin.demo.sandbox import FOLDER, load_records, settle_people

    manifest = settle_people(opened.data / FOLDER, tell)
    if manifest is not None:
        opened.become("intake")
        load_records(manifest, tell)
        opened.become("owner")


def close_connections() -> None:
    from django.db import connections

    connections.close_all()
