"""Processes that take batches in, to be stopped and killed."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.conftest import Register

TAKE_IN = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from pathlib import Path
settings.DATA_DIR = Path(os.environ["CHENGXIN_DATA"])
from django.utils import timezone
from chengxin.records.services import process_batch
def tell(phase, rows, findings):
    if phase == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGSTOP)
outcome = process_batch(int(sys.argv[1]), at=timezone.now(), tell=tell)
print("ended before" if outcome is None else "done")
"""


def start(register: Register, *arguments: object, program: str = TAKE_IN) -> subprocess.Popen[str]:
    """Start a process that speaks to the test's database as the worker does."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
        "CHENGXIN_PROCESS_DATABASE": register.urls["intake"],
        "CHENGXIN_TEST_AREA": "1",
        "CHENGXIN_DATA": str(settings.DATA_DIR),
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
