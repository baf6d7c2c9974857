"""Commands about the keys that messages to organisations and the feed of revocations are signed by."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from chengxin.lib.errors import Unusable
from chengxin.site.console import DEFAULT_DATA, Data, answers_errors, tell

corrections_app = typer.Typer(
    no_args_is_help=True, help="更正的送达和撤销清单 / deliveries of corrections, feed of revocations"
)
LONGEST = 90


class KeyUseUnknown(Unusable):
    code, message, message_en = (
        "key-use-unknown",
        "用处是 webhook（送给单位的消息）或者 feed（撤销清单），同签的天数是 0 至 90。",
        "A key is for webhook or feed; both sign for 0 to 90 days.",
    )


@corrections_app.command("new-key")
@answers_errors
def new_key(
    use: Annotated[str, typer.Argument(help="webhook 或者 feed")],
    data: Data = DEFAULT_DATA,
    both: Annotated[int, typer.Option(help="新旧两把同时签几天 / for how many days both sign")] = 14,
) -> None:
    """换一把签名密钥，新旧同时签若干天 / change a key; both sign for some days."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.db import transaction
        from django.utils import timezone

        from chengxin.ground.services import note_act
        from chengxin.sharing.correcting.keys import USES, change_key

        if use not in USES or not 0 <= both <= LONGEST:
            raise KeyUseUnknown
        at = timezone.now()
        with transaction.atomic():
            number = change_key(use, both_for=timedelta(days=both), at=at)
            note_act("", "corrections.new_key", f"{use}:{number}", at=at)
    sys.stdout.write(f"{use} {number}\n")
