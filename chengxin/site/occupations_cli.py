"""Commands about key occupations: what counts as one, and how far the register covers them. Numbers alone."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from chengxin.lib.errors import Unusable
from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, out, show, tell

occupations_app = typer.Typer(no_args_is_help=True, help="重点职业人群 / key occupations")


class DayUnreadable(Unusable):
    code = "day-unreadable"
    message = "日期写法不对，应为 2026-12-31 这样的形式。"
    message_en = "The day can't be read; write it as 2026-12-31."


@occupations_app.command("list")
@answers_errors
def list_occupations(*, as_json: AsJson = False) -> None:
    """列出今天算数的职业、证书和依据 / which occupations count today, by which certificate, on which article."""
    from chengxin.lib.periods import shanghai_date
    from chengxin.records.occupations import occupations

    found = occupations().on(shanghai_date(datetime.now(UTC)))
    show({one.value: f"{one.name}（{'、'.join(one.titles)}）{one.source}" for one in found.values()}, as_json=as_json)


@occupations_app.command("coverage")
@answers_errors
def coverage(
    data: Data = DEFAULT_DATA,
    on: Annotated[str, typer.Option(help="截至哪一天，默认今天 / as of which day, today unless told")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """按职业、市、颁发机关统计执业信息，只有数目 / certificates by occupation, city and licensing organ, in numbers."""
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise DayUnreadable from None
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.lib.periods import shanghai_date
        from chengxin.records.practices import count_coverage

        today = shanghai_date(timezone.now())
        found = count_coverage(day or today, today=today)
    if as_json:
        show(
            {"on": found.on, "cells": list(map(asdict, found.cells)), "feeds": list(map(asdict, found.feeds))},
            as_json=True,
        )
    else:
        out.print(_table(found))


def _table(found: Any) -> Table:
    from chengxin.records.occupations import occupations

    table = Table(title=f"重点职业覆盖情况 / coverage of key occupations, {found.on}")
    for heading in ("职业", "在执业（人）", "未执业", "已注销", "已过期", "名称不合", "市"):
        table.add_column(heading, justify="left" if heading == "职业" else "right")
    for code, one in occupations().on(found.on).items():
        cell = found.of(code)
        numbers = (cell.persons, cell.dormant, cell.ended, cell.expired, cell.unfamiliar, len(found.by_city(code)))
        table.add_row(one.name, *(f"{number:,}" for number in numbers))
    return table
