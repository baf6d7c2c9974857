"""Commands about the population base: loading what the authority hands over, how its feed stands, how far the code covers."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chengxin.lib.regions import Level
from chengxin.site.console import DEFAULT_DATA, SOME_REFUSED, AsJson, Data, answers_errors, out, show, tell

population_app = typer.Typer(no_args_is_help=True, help="人口库 / the population base")
GAPS_SHOWN = 20


@population_app.command("load")
@answers_errors
def population_load(
    file: Path,
    data: Data = DEFAULT_DATA,
    *,
    sequence: Annotated[
        int | None, typer.Option(min=0, help="快照是第几号事件之后的状态 / the last event that a snapshot knows of")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """装入人口快照或者事件文件（未成年人不读入） / load a snapshot or events of the population authority; minors are dropped unread."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.identity.sandbox import refuse_in_sandbox
        from chengxin.identity.services.population import load_population
        from chengxin.records.population_calls import CLOSED
        from chengxin.records.retrying import retry_waiting
        from chengxin.records.services import areas

        refuse_in_sandbox(*CLOSED)
        receipt = load_population(file, areas=areas(), at=timezone.now(), sequence=sequence)
        retried = retry_waiting(at=timezone.now())
        counts = ("read", "minors", "closed", "new", "changed", "known", "parked", "taken_up")
        refused = [{"row": row, "rule": rule} for row, rule in receipt.refused]
        value = {name: getattr(receipt, name) for name in counts} | {"refused": refused, "retried": retried}
        show(value, as_json=as_json)
    raise typer.Exit(SOME_REFUSED if refused else 0)


@population_app.command("status")
@answers_errors
def population_status(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """人口事件接收情况：缺号、等待的事件 / how the feed stands: numbers that never came, events that wait. Exit 3 where there are any."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from chengxin.identity.coverage import feed_status

        status = feed_status()
    snapshot = status.snapshot
    value: dict[str, Any] = {
        "last_sequence": status.last,
        "missing": status.missing,
        "gaps": [{"first": first, "last": last} for first, last in status.gaps],
        "parked": [
            {"reason": one.reason, "events": one.events, "since": one.since.isoformat()} for one in status.parked
        ],
        "closed": status.closed,
        "snapshot": snapshot and {"sequence": snapshot[0], "rows": snapshot[1], "loaded_at": snapshot[2].isoformat()},
    }
    if not as_json:
        shown = [f"{gap['first']}-{gap['last']}" for gap in value["gaps"][:GAPS_SHOWN]]
        value["gaps"] = "、".join(shown) + (" …" if len(status.gaps) > GAPS_SHOWN else "")
    show(value, as_json=as_json)
    raise typer.Exit(SOME_REFUSED if status.gaps or status.parked else 0)


@population_app.command("coverage")
@answers_errors
def population_coverage(
    data: Data = DEFAULT_DATA,
    *,
    level: Annotated[Level, typer.Option(help="按县、市或者省 / by county, city or province")] = Level.COUNTY,
    as_json: AsJson = False,
) -> None:
    """统一代码覆盖情况 / how far the unified code covers: persons, coded, verified, at which assurance, since when. For internal use."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from chengxin.identity.coverage import coverage

        rows = coverage(level)
    if as_json:
        value = [
            {
                "region": row.region, "name": row.name, "persons": row.persons, "coded": row.coded, "verified": row.verified,
                "assurance": [
                    {"level": one.level, "persons": one.persons, "since": one.since.isoformat(), "latest": one.latest.isoformat()}
                    for one in row.assured
                ],
            }
            for row in rows
        ]  # fmt: skip
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("区划 region", "人数 persons", "有统一代码 coded", "已核验 verified", "等级与起始日 assurance, since")
    for row in rows:
        assured = "；".join(f"{one.level} {one.persons}（{one.since}起）" for one in row.assured)
        coded, verified = f"{row.coded}（{row.percent_coded}%）", f"{row.verified}（{row.percent_verified}%）"
        table.add_row(f"{row.region} {row.name}", str(row.persons), coded, verified, assured)
    out.print(table)
