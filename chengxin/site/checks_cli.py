"""Commands about the checks: which hold on a day, and how a new one would have fared on what is held."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, out, show, tell

checks_app = typer.Typer(no_args_is_help=True, help="校核规则 / the checks")


@checks_app.command("list")
@answers_errors
def list_checks(
    as_of: Annotated[str, typer.Option(help="以哪一天为准（默认今天） / on which day")] = "", *, as_json: AsJson = False
) -> None:
    """列出某日适用的规则 / the checks that hold on a day, with severity, scope and source."""
    from chengxin.site.bootstrap import start_django

    start_django()
    from chengxin.lib.periods import shanghai_date
    from chengxin.records.checks import check_book
    from chengxin.site.terminal import moment

    book = check_book(shanghai_date(moment(as_of)))
    rows = {
        check.code: f"v{check.version} {check.severity} {check.scope} {check.message}（{check.source}）"
        for check in book.checks.values()
    }
    show({"edition": book.edition, "digest": book.digest, **rows}, as_json=as_json)


@checks_app.command("backtest")
@answers_errors
def backtest_checks(
    case: Annotated[str, typer.Option(help="事项编号，记入操作日志 / the case, noted in the action log")],
    draft: Annotated[Path | None, typer.Option(help="草拟规则的 TOML 文件 / a file of drafted checks")] = None,
    edition: Annotated[str, typer.Option(help="已编入的版本，例如 2026.3 / an edition that is shipped")] = "",
    check: Annotated[str, typer.Option(help="只试这一条 / this check alone")] = "",
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """启用前，在已有记录上试算规则，只出数目 / try checks on what is held before they are switched on; numbers alone."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.records.backtesting import backtest
        from chengxin.site.terminal import refuse_code

        refuse_code(case)
        found = backtest(_book(draft, edition), case=case, actor="", at=timezone.now(), only=check)
    if as_json:
        show({"tried": [asdict(one) for one in found]}, as_json=True)
    else:
        out.print(_table(found))


def _book(draft: Path | None, edition: str) -> Any:
    """Give the draft, or the edition of that name, the newest where none is named. Raises ChecksUnusable."""
    from chengxin.records.checks import ChecksUnusable, editions, newest_book, read_checks

    if draft is not None:
        try:
            return read_checks(draft.read_bytes(), draft.name)
        except OSError as error:
            raise ChecksUnusable(f"无法读取：{error.strerror}。", f"it can't be read: {error.strerror}.") from None
    if not edition:
        return newest_book()
    for _, book in editions():
        if book.edition == edition:
            return book
    raise ChecksUnusable(f"没有 {edition} 这一版。", f"there is no edition {edition}.")


def _table(found: list[Any]) -> Table:
    table = Table(title="规则试算 / checks tried on what is held")
    for heading in ("规则", "信息项", "提供单位", "现有（条）", "会被查出（条）"):
        table.add_column(heading, justify="right" if "条" in heading else "left")
    for one in found:
        table.add_row(one.rule, one.item, one.provider_name, f"{one.held:,}", f"{one.found:,}")
    return table
