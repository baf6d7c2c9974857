"""What every command does the same way: options, errors as answers, results as a table or JSON."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from chengxin.ground.logs import bare_trace
from chengxin.lib.errors import ChengxinError

P = ParamSpec("P")
R = TypeVar("R")

out, err = Console(), Console(stderr=True)
Data = Annotated[Path, typer.Option("--data", envvar="CHENGXIN_DATA", help="数据目录 / data folder")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
DEFAULT_DATA = Path("var")
UNUSABLE, SOME_REFUSED = 2, 3


def tell(text: str) -> None:
    err.print(text, highlight=False)


def answers_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors that are answers into two lines and exit code 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ChengxinError as error:
            err.print(error.text, highlight=False, markup=False)
            err.print(error.text_en, highlight=False, markup=False)
            raise typer.Exit(UNUSABLE) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001  # the text of an unforeseen error may quote a row; its place tells enough
            err.print(bare_trace(type(error), error.__traceback__), highlight=False, markup=False)
            raise typer.Exit(1) from None

    return guarded


def show(value: Any, *, as_json: bool, title: str = "") -> None:
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    table = Table(title=title or None, show_header=False)
    for key, part in value.items():
        table.add_row(str(key), str(part))
    out.print(table)
