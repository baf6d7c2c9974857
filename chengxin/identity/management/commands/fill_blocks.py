"""``chengxin manage fill-blocks``: let codes of an older installation be found by near names, or go on with that."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from chengxin.identity.services.filling import fill_blocks


class Command(BaseCommand):
    help = "为旧版数据补写查找近似姓名用的散列；中断后再次执行即继续 / fill in the blocks of older data; called again, goes on"

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(json.dumps({"filled": fill_blocks(tell=self.stderr.write)}))
