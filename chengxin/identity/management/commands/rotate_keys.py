"""``chengxin manage rotate-keys``: change the vault's key, or go on with a change that was stopped."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from chengxin.identity.services.rotation import prepare_key, rotate_keys
from chengxin.lib.crypto import suites


class Command(BaseCommand):
    help = "更换保险库密钥；中断后再次执行即继续 / change the vault's key; called again, goes on where it was stopped"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--suite", default="", choices=("", *suites()), help="新密钥的算法套件 / suite of the new key"
        )
        parser.add_argument("--to", default="", help="用已备好的密钥 / use a key that was prepared")
        parser.add_argument("--prepare", action="store_true", help="只备好新密钥，暂不启用 / only make the key")

    def handle(self, *_: Any, suite: str, to: str, prepare: bool, **__: Any) -> None:
        if prepare:
            self._answer({"key": prepare_key(suite, at=timezone.now())})
            return
        report = rotate_keys(clock=timezone.now, tell=self.stderr.write, suite=suite, to=to)
        self._answer({"key": report.key_id, "suite": report.suite, "done": report.done, "retired": report.retired})

    def _answer(self, value: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=1))
