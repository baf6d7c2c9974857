"""The command that proves the ledger."""

from typing import Annotated

import typer

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

proof_app = typer.Typer(no_args_is_help=True, help="台账核验 / the proof of the ledger")
BROKEN = 1


@proof_app.command("run")
@answers_errors
def run(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """逐批核对台账：收下的都在，在的都有出处 / what was accepted is there, what is there was accepted. Exit 1: it isn't so."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from django.utils import timezone

        from chengxin.records.proof import run_proof

        made = run_proof(at=timezone.now())
        value = {
            "at": made.at.isoformat(),
            "batches": made.batches,
            "rows": made.rows,
            "head": made.head.hex(),
            "faults": made.faults,
        }
        show(value, as_json=as_json, title="台账核验 / proof of the ledger")
    raise typer.Exit(BROKEN if made.faults else 0)


@proof_app.command("list")
@answers_errors
def listed(
    data: Data = DEFAULT_DATA,
    limit: Annotated[int, typer.Option(help="最近几次 / how many of the last runs")] = 30,
    *,
    as_json: AsJson = False,
) -> None:
    """列出最近几次核验 / list the last runs."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from chengxin.records.proof import list_runs

        found = {
            one.at.isoformat(): {"batches": one.batches, "rows": one.rows, "faults": one.faults}
            for one in list_runs(limit=limit)
        }
        show(found, as_json=as_json)
