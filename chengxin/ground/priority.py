"""The database's side of giving way: what the server does for a process that gives way comes after what it does for others too."""

import os
from contextlib import suppress
from typing import Any

from django.db.backends.signals import connection_created

from chengxin.lib.priority import BEHIND, give_way


def give_way_altogether() -> None:
    """Let the processes that people wait for go first, and the server's processes that work for them.

    The latter where the server runs on this machine under an account that this one may speak for: the embedded server does. Anywhere else
    its processes are left as they are.
    """
    give_way()
    connection_created.connect(_behind)


def _behind(*, connection: Any, **_: Any) -> None:
    info = connection.connection.info
    if info.host.startswith("/"):  # a socket of this machine: the number is of a process here
        with suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, info.backend_pid)
            os.setpriority(os.PRIO_PROCESS, info.backend_pid, max(now, BEHIND))
