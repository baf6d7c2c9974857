"""Commands about officers and rights: what is done at the server, as the owner, and the table of who may do what."""

import sys
from datetime import date
from typing import Annotated

import typer

from chengxin.lib.errors import Unusable
from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

officer_app = typer.Typer(no_args_is_help=True, help="工作人员 / officers")


class DayUnreadable(Unusable):
    code = "day-unreadable"
    message = "日期写法不对，应为 2026-12-31 这样的形式。"
    message_en = "The day can't be read; write it as 2026-12-31."


@officer_app.command("enter")
@answers_errors
def enter(
    login: str,
    name: Annotated[str, typer.Option(help="姓名 / the officer's name")],
    org: Annotated[str, typer.Option(help="所在单位统一社会信用代码 / the organisation's code")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """在服务器上登记工作人员；初始密码从标准输入读一行 / enter an officer; the first password is a line of standard input."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.officers import enter_at_server

        password = sys.stdin.readline().rstrip("\r\n")
        officer = enter_at_server(
            login=login, display_name=name, organisation_code=org, password=password, at=timezone.now()
        )
        show({"login": officer.login, "organisation": officer.organisation.name}, as_json=as_json)


@officer_app.command("reset")
@answers_errors
def reset(login: str, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """为丢失密码和第二重验证的人员重设：取下第二重验证，初始密码从标准输入读一行 / a new first password, no second factor."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.accounts import reset_at_server

        reset_at_server(login, password=sys.stdin.readline().rstrip("\r\n"), at=timezone.now())
        show({"login": login, "sessions": "ended"}, as_json=as_json)


@officer_app.command("declare")
@answers_errors
def declare(
    login: str,
    code_type: Annotated[str, typer.Option(help="证件种类 / the kind of certificate")] = "resident-id",
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """在服务器上申报工作人员本人的身份；号码和姓名从标准输入读两行 / who an officer is: code and name are two lines of standard input."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.parties import Party
        from chengxin.identity.services.declarations import declare_at_server

        code, name = (sys.stdin.readline().strip() for _ in range(2))
        declare_at_server(login, Party(code_type, code, name), at=timezone.now())
        show({"login": login, "declared": True}, as_json=as_json)


@answers_errors
def appoint_officer(
    login: str,
    role: Annotated[str, typer.Option(help="岗位，如 security_admin / the role")],
    until: Annotated[str, typer.Option(help="截止日（不含），最长一年 / the day it ends, a year at most")],
    reason: Annotated[str, typer.Option(help="任命依据 / why")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """任命首任安全管理员等，其后的授权由安全管理员在页面上办理 / appoint the first administrators."""
    try:
        last = date.fromisoformat(until)
    except ValueError:
        raise DayUnreadable from None
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.rights import appoint

        grant = appoint(login, role=role, until=last, reason=reason, at=timezone.now())
        show({"login": login, "role": grant.role, "until": grant.valid_until, "grant": grant.pk}, as_json=as_json)


@answers_errors
def permissions_table() -> None:
    """岗位权限总表（Markdown） / who may do what, as Markdown; docs/permissions.md is this."""
    from chengxin.identity.permissions_page import as_markdown

    sys.stdout.write(as_markdown())
