"""Commands about exchange tables at the server."""

from typing import Annotated

import typer

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell

exchange_app = typer.Typer(no_args_is_help=True, help="前置机交换表 / exchange tables")


@exchange_app.command("open")
@answers_errors
def open_them(
    code: Annotated[str, typer.Argument(help="提供单位统一社会信用代码 / the provider's code")],
    item: Annotated[str, typer.Option(help="信息项代码 / the item")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """为一个单位的一个信息项开设交换表，或者换新口令；口令只显示这一次 / open a provider's tables, or give a new password, shown once."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell) as opened:
        from django.conf import settings
        from django.utils import timezone

        from chengxin.identity.queries import find_organisation
        from chengxin.lib.errors import NotFound
        from chengxin.lib.periods import shanghai_date
        from chengxin.records.ways.exchange import open_exchange

        at = timezone.now()
        provider = find_organisation(code, shanghai_date(at))
        if provider is None:
            raise NotFound(f"没有登记该提供单位：{code}。", f"No such provider: {code}.")
        intake = opened.database.name_of("intake")
        made = open_exchange(provider, item, prefix=settings.ROLE_PREFIX, intake=intake, at=at)
        told = {
            name: getattr(made, name) for name in ("role", "password", "schema", "inbox", "withdrawals", "feedback")
        }
        show({**told, "columns": " ".join(made.columns)}, as_json=as_json)
