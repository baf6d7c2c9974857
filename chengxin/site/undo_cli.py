"""Commands about whole batches taken back."""

from typing import Annotated
from uuid import UUID

import typer

from chengxin.lib.errors import NotFound, Unusable
from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

batch_app = typer.Typer(no_args_is_help=True, help="批次 / batches")
Officer = Annotated[str, typer.Option(help="经办人登录名 / the officer's login")]


@batch_app.command("undo")
@answers_errors
def undo(
    batch: Annotated[str, typer.Argument(help="批次号 / the batch's token")],
    officer: Officer,
    ground: Annotated[str, typer.Option(help="理由 / why")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """申请撤回整批，等信用中心复核 / call a whole batch wrong; the credit centre agrees on its page."""
    from chengxin.site.bootstrap import installation

    try:
        token = UUID(batch)
    except ValueError:
        raise Unusable(
            "批次号不对，应是回执上的三十六位编号。", "The batch's number is the one on its receipt."
        ) from None
    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.identity.queries import find_officer
        from chengxin.records.undoing import propose_undo

        actor = find_officer(officer)
        if actor is None:
            raise NotFound(f"没有此工作人员：{officer}。", f"No such officer: {officer}.")
        made = propose_undo(token, ground=ground, actor=actor, at=timezone.now())
        show({"undoing": made.pk, "state": made.stage}, as_json=as_json)


@batch_app.command("undoings")
@answers_errors
def undoings(officer: Officer, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出撤回 / list undoings: one's own, at the credit centre everybody's."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from chengxin.identity.queries import find_officer
        from chengxin.records.undoing import list_undoings

        actor = find_officer(officer)
        if actor is None:
            raise NotFound(f"没有此工作人员：{officer}。", f"No such officer: {officer}.")
        found = {
            str(one.pk): {"state": one.stage, "provider": one.provider.code, "item": one.item.code, "withdrawn": one.withdrawn,
                          "restored": one.restored, "left": one.left}
            for one in list_undoings(actor)
        }  # fmt: skip
        show(found, as_json=as_json)
