"""Commands about organisations at the server: a list of them, their licences, their end, and what is registered."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell
from chengxin.site.officers_cli import DayUnreadable

organisation_app = typer.Typer(no_args_is_help=True, help="单位 / organisations")

HEADINGS = ("统一社会信用代码", "名称", "类别", "区划", "上级", "生效", "失效", "今天")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable from None


@organisation_app.command("load")
@answers_errors
def load(file: Path, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """登记一份单位名单（CSV）：新单位、更名、上下级、失效；全表通过才写入 / enter a list, whole or not at all."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.organisation_file import read_organisations
        from chengxin.identity.services.organisations import enter_organisations
        from chengxin.records.services import areas

        done = enter_organisations(read_organisations(file), areas=areas(), actor=None, at=timezone.now())
        show({"new": done.new, "changed": done.changed, "same": done.same}, as_json=as_json)


@organisation_app.command("list")
@answers_errors
def list_them(
    data: Data = DEFAULT_DATA,
    kind: Annotated[str, typer.Option(help="类别 / kind")] = "",
    region: Annotated[str, typer.Option(help="行政区划，含下级 / region with all it holds")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """列出登记的单位和它们今天能否使用 / list organisations and whether each stands today."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.queries import list_organisations
        from chengxin.lib.periods import shanghai_date

        found = list_organisations(on=shanghai_date(timezone.now()), kind=kind, region=region)
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
            return
        # Tab by tab: a table would cut codes short where the terminal is narrow.
        sys.stdout.write("\t".join(HEADINGS) + "\n")
        for one in found:
            told = [*list(one.values())[:-1], "可用" if one["stands"] else "停用"]
            sys.stdout.write("\t".join("" if value is None else str(value) for value in told) + "\n")


@organisation_app.command("licence")
@answers_errors
def licence(
    code: str,
    kind: Annotated[str, typer.Option(help="许可或者备案种类，如 personal-credit / which licence")],
    number: Annotated[str, typer.Option(help="许可证号、备案号 / its number")],
    since: Annotated[str, typer.Option(help="生效日期 / the day it begins")],
    until: Annotated[str, typer.Option(help="失效日期（不含） / the day it ends")] = "",
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """登记单位的许可证或者备案 / enter a licence or filing of an organisation."""
    first, last = day(since), day(until) if until else None
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.organisations import enter_licence

        made = enter_licence(
            code, licence=kind, number=number, valid_from=first, valid_until=last, actor=None, at=timezone.now()
        )
        show({"licence": made.pk, "organisation": code, "until": made.valid_until}, as_json=as_json)


@organisation_app.command("end-licence")
@answers_errors
def end_licence(
    licence: int,
    reason: Annotated[str, typer.Option(help="理由 / why")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """终止许可或者备案，今天起生效 / end a licence from today."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.organisations import end_licence as end

        ended = end(licence, reason=reason, actor=None, at=timezone.now())
        show({"licence": ended.pk, "ended": ended.ended_on}, as_json=as_json)


@organisation_app.command("end")
@answers_errors
def end(
    code: str,
    on: Annotated[str, typer.Option(help="失效日期 / the day it ends")],
    reason: Annotated[str, typer.Option(help="理由，如撤并文号 / why")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """单位撤销、合并：自某日失效，人员权限随之停止 / end an organisation on a day; its officers' rights lapse with it."""
    last = day(on)
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.identity.services.organisations import end_organisation

        ended = end_organisation(code, on=last, reason=reason, actor=None, at=timezone.now())
        show({"organisation": ended.code, "until": ended.valid_until}, as_json=as_json)
