"""The command that rebuilds what is derived, while everybody works."""

from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, err, show, tell

EVERYTHING = "all"


@answers_errors
def rebuild(
    name: Annotated[str, typer.Argument(help="重建哪一种，all 为全部 / which, all for every one")] = "",
    data: Data = DEFAULT_DATA,
    *,
    listed: Annotated[bool, typer.Option("--list", help="列出可以重建的 / list what can be rebuilt")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="显示进展 / show progress")] = False,
    as_json: AsJson = False,
) -> None:
    """不停机重建派生数据：逐段比对，只换不符的；中断后再次执行即继续 / rebuild what is derived, part by part, while everybody works."""
    from chengxin.site.bootstrap import installation, start_django

    if listed or not name:
        start_django()
        show(
            {one.name: f"{one.words} / {one.words_en}" for one in _derived()},
            as_json=as_json,
            title="可以重建的 / derived",
        )
        return
    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.ground.errors import RebuildUnknown
        from chengxin.ground.rebuilding import rebuild as carry_out

        chosen = [one for one in _derived() if name in (EVERYTHING, one.name)]
        if not chosen:
            raise RebuildUnknown
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=err, transient=True, disable=not progress) as bar:
            task = bar.add_task("")

            def moved(done: Any) -> None:
                bar.update(
                    task, description=f"{done.name} {done.upto[:40]}：{done.looked:,}，改正 / mended {done.mended:,}"
                )

            made = [carry_out(one, clock=timezone.now, tell=moved) for one in chosen]
    show(
        {one.name: {"looked": one.looked, "mended": one.mended} for one in made},
        as_json=as_json,
        title="已重建 / rebuilt",
    )


def _derived() -> list[Any]:
    from chengxin.ground import derived as of_ground
    from chengxin.identity.services import derived as of_identity
    from chengxin.records import derived as of_records

    return [*of_ground.DERIVED, *of_identity.DERIVED, *of_records.DERIVED]
