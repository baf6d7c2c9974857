"""Commands for a sandbox: start it, let a department in, empty it. They alone need no CHENGXIN_SANDBOX=1."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chengxin.lib.errors import Unusable
from chengxin.site.console import AsJson, Data, answers_errors, show, tell

sandbox_app = typer.Typer(
    no_args_is_help=True,
    help="沙箱：单位试报用，与正式系统互不相通 / a sandbox for trying out, apart from the province",
)
DEFAULT = Path("var-sandbox")
PORT = 8100
Organisation = Annotated[
    str, typer.Option("--org", help="沙箱里的单位统一社会信用代码 / an organisation of the sandbox")
]


def read_text(file: Path | None) -> str:
    """Read a small file. Raises Unusable when it can't be read."""
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"{file} 读不出来。", f"{file} can't be read.") from None


def _switch_on() -> None:
    from chengxin.site.runtime.connection import SWITCH

    os.environ[SWITCH] = "1"


@sandbox_app.command("up")
@answers_errors
def up(data: Data = DEFAULT, port: int = PORT) -> None:
    """启动沙箱，直到 Ctrl-C；第一次启动时生成虚构的单位、人员和记录 / run the sandbox until Ctrl-C, made up at its first start."""
    from chengxin.site.serve import Ports, run_up

    run_up(data.resolve(), Ports(port, port + 1, port + 2, port + 3), sandbox=True, tell=tell)


@sandbox_app.command("client")
@answers_errors
def client(
    name: Annotated[str, typer.Argument(help="系统名称 / the system's name")],
    org: Organisation,
    data: Data = DEFAULT,
    key: Annotated[Path | None, typer.Option(help="单位自己的公钥（JWK 文件） / the department's public key")] = None,
    new: Annotated[
        Path | None,
        typer.Option("--new-key", help="新建一对密钥，私钥写入此文件 / make a pair, the private key goes here"),
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option(help="来访网络，默认不限 / networks it calls from, any unless told")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """让一个单位的系统进入沙箱接口 / let a department's system in."""
    from chengxin.site.bootstrap import installation

    if (key is None) == (new is None):
        raise Unusable("请给 --key 或者 --new-key，二者选一。", "Give either --key or --new-key.")
    _switch_on()
    with installation(data.resolve(), "owner", tell):
        from django.conf import settings
        from django.utils import timezone

        from chengxin.site.sandbox import enter_test_client, enter_with_new_key

        at, networks = timezone.now(), address or []
        made = (
            enter_with_new_key(new, org, name, addresses=networks, at=at)
            if new
            else enter_test_client(org, name, read_text(key), addresses=networks, at=at)
        )
        show({**made, "audience": settings.API_ISSUER}, as_json=as_json)


@sandbox_app.command("clerk")
@answers_errors
def clerk(
    login: str,
    org: Organisation,
    data: Data = DEFAULT,
    name: Annotated[str, typer.Option(help="显示的称呼，不必是真名 / shown, needn't be a real name")] = "沙箱·经办人",
    *,
    as_json: AsJson = False,
) -> None:
    """为单位的开发人员开一个网页账户；初始密码只显示这一次 / an account for the page; its first password is shown once."""
    from chengxin.site.bootstrap import installation

    _switch_on()
    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.site.sandbox import enter_test_clerk

        show(enter_test_clerk(login, name, org, at=timezone.now()), as_json=as_json)


@sandbox_app.command("enrol")
@answers_errors
def enrol(
    org: Organisation,
    duty: Annotated[
        list[str] | None, typer.Option(help="查询事项编码，可写多个；不写就是全部 / duty items, all unless told")
    ] = None,
    data: Data = DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """为一个单位开通查询事项，立即可以在接口上试 / enrol a department for duty items, to try the queries with."""
    from chengxin.site.bootstrap import installation

    _switch_on()
    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.site.sandbox import enrol_for_trying

        show(enrol_for_trying(org, duty or [], at=timezone.now()), as_json=as_json)


@sandbox_app.command("reset")
@answers_errors
def reset(
    data: Data = DEFAULT,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="确认清空 / really")] = False,
    as_json: AsJson = False,
) -> None:
    """清空沙箱；正式系统和正在运行的沙箱都拒绝 / empty the sandbox; refuses a province, and one that runs."""
    from chengxin.site.runtime.connection import open_database
    from chengxin.site.runtime.supervise import up_lock

    if not yes:
        raise Unusable("清空后不能恢复。确认请加 --yes。", "This can't be undone. Add --yes to do it.")
    _switch_on()
    folder = data.resolve()
    os.environ["CHENGXIN_DATA"] = str(folder)
    with up_lock(folder, ""), open_database(folder, tell) as database:
        from chengxin.site.bootstrap import start_django

        start_django()
        from chengxin.site.sandbox import empty

        empty(database.urls["owner"], folder)
    show({"emptied": str(folder)}, as_json=as_json)
