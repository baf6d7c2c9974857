"""What the server does for a process that gives way comes after what it does for others."""

import os
import subprocess
import sys

from chengxin.lib.priority import BEHIND
from tests.conftest import Register

ASK = """
import os, django
django.setup()
from chengxin.ground.priority import give_way_altogether
from django.db import connection
give_way_altogether()
connection.ensure_connection()
print(os.getpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid), os.nice(0))
"""


def test_the_servers_process_gives_way_with_the_one_it_works_for(register: Register) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
        "CHENGXIN_PROCESS_CONTENT": "0",
        "CHENGXIN_PROCESS_DATABASE": register.urls["intake"],
    }
    told = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    server, own = map(int, told.stdout.split())
    assert server >= BEHIND
    assert own >= BEHIND
