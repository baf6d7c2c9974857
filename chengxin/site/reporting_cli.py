"""Commands about what providers tell and are told: nothing this month, days reconciled, receipts checked."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from chengxin.lib.errors import NotFound, Unusable
from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

reconciliation_app = typer.Typer(no_args_is_help=True, help="每日对账 / the day's figures, signed")
nothing_app = typer.Typer(no_args_is_help=True, help="零报告 / nothing this month")
FORGED = 1
Officer = Annotated[str, typer.Option(help="经办人登录名 / the officer's login")]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable(f"日期 {text} 应写成 2026-03-05。", f"Write the day {text} as 2026-03-05.") from None


def _officer(login: str) -> Any:
    from chengxin.identity.queries import find_officer

    found = find_officer(login)
    if found is None:
        raise NotFound(f"没有此工作人员：{login}。", f"No such officer: {login}.")
    return found


@reconciliation_app.command("run")
@answers_errors
def run(
    data: Data = DEFAULT_DATA,
    day: Annotated[str, typer.Option(help="哪一天，默认补到昨天 / which day; all up to yesterday unless told")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """生成对账单 / reconcile days that have ended."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.records.reconciliation import reconcile, reconcile_due

        now = timezone.now()
        show({"receipts": reconcile(_day(day), at=now) if day else reconcile_due(at=now)}, as_json=as_json)


@reconciliation_app.command("show")
@answers_errors
def show_receipt(
    provider: Annotated[str, typer.Option(help="单位统一社会信用代码 / the provider's code")],
    day: Annotated[str, typer.Option(help="哪一天 / which day")],
    data: Data = DEFAULT_DATA,
    format: Annotated[str, typer.Option(help="json|pdf")] = "json",  # noqa: A002  # the option's stable name
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
) -> None:
    """取出一张对账单 / give a receipt as signed JSON or as PDF."""
    from chengxin.site.bootstrap import installation

    if format not in {"json", "pdf"}:
        raise Unusable("格式只有 json 和 pdf。", "The format is json or pdf.")
    with installation(data.resolve(), "intake", tell):
        from chengxin.identity.models import Organisation
        from chengxin.records.reconciliation import owners_receipt
        from chengxin.sharing.documents.day_receipt import as_pdf

        found = Organisation.objects.filter(code=provider).first()
        if found is None:
            raise NotFound(f"没有登记该提供单位：{provider}。", f"No such provider: {provider}.")
        receipt = owners_receipt(found, _day(day))
        text = json.dumps(receipt.as_json(), ensure_ascii=False, indent=1).encode()
        content = as_pdf(receipt) if format == "pdf" else text
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


@reconciliation_app.command("verify")
@answers_errors
def verify(file: Path, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """核对一张对账单是不是本系统所签、有没有改动 / whether a receipt is ours and unchanged. Exit 1: it isn't."""
    from chengxin.site.bootstrap import installation

    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Unusable(
            "文件读不出来，应是对账单的 JSON 文件。", "The file can't be read; it should be a receipt's JSON."
        ) from None
    with installation(data.resolve(), "intake", tell):
        from chengxin.records.reconciliation import is_genuine

        genuine = is_genuine(told)
        show({"genuine": genuine}, as_json=as_json)
    raise typer.Exit(0 if genuine else FORGED)


@nothing_app.command("declare")
@answers_errors
def declare(
    item: Annotated[str, typer.Option()],
    month: Annotated[str, typer.Option(help="哪个月，写成 2026-03 / which month")],
    officer: Officer,
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """报告一个月没有某项信息 / say that there is nothing of an item for a month."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.records.nothing import declare_nothing

        made = declare_nothing(item, _day(f"{month}-01"), actor=_officer(officer), at=timezone.now())
        show(
            {"item": item, "month": f"{made.month:%Y-%m}", "provider": made.provider.code, "by": officer},
            as_json=as_json,
        )


@nothing_app.command("list")
@answers_errors
def listed(officer: Officer, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出逐月情况：报了、报“无”、没有报 / months by item: came, nothing, silent."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.lib.periods import shanghai_date
        from chengxin.records.nothing import list_months

        cells = list_months(_officer(officer), today=shanghai_date(timezone.now()))
        found = {f"{cell.provider} {cell.item} {cell.month:%Y-%m}": cell.state for cell in cells}
        show(found, as_json=as_json)
