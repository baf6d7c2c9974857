"""The command that weighs a day's entries of the access register, as the worker does each night."""

from datetime import datetime
from typing import Annotated, Any

import typer

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

review_app = typer.Typer(no_args_is_help=True, help="对查询的审查 / the review of how the register is used")


@review_app.command("run")
@answers_errors
def run(
    on: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="审查哪一天的查询，须已过完 / which day, gone by")
    ],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """审查一天的查询，列出风险信号；重复运行不会重复立项 / weigh a day's look-ups; run again, it opens nothing twice."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.oversight.finding import review_day

        made = review_day(on.date(), at=timezone.now())
        value: dict[str, Any] = {
            "day": made.day.isoformat(),
            "opened": made.opened,
            "signals": [
                {
                    "rule": one.reason.rule,
                    "organisation": one.organisation,
                    "officer": one.officer,
                    "duty": one.duty,
                    "entries": one.entries,
                    "reason": one.reason.text,
                    "reason_en": one.reason.text_en,
                    "source": str(one.reason.source),
                }
                for one in made.found
            ],
        }
        show(value, as_json=as_json, title="对查询的审查 / review of use")


@review_app.command("draw")
@answers_errors
def draw(
    month: Annotated[
        datetime, typer.Option("--month", formats=["%Y-%m"], help="抽哪一个月的样，须已过完 / which month, gone by")
    ],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """抽一个月的样，一个月只抽一次 / draw the sample of a month; a month is drawn once."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.oversight.sampling import draw_month

        drawn = draw_month(month.date(), at=timezone.now())
        value = {"month": f"{month:%Y-%m}", "drawn": drawn or 0, "earlier": drawn is None}
        show(value, as_json=as_json, title="抽样审查 / sample for review")
