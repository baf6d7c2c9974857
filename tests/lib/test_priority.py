"""A process that gives way says so to the operating system."""

import subprocess
import sys

from chengxin.lib.priority import BEHIND


def test_a_process_gives_way_to_those_that_people_wait_for() -> None:
    said = "import os; from chengxin.lib.priority import give_way; before = os.nice(0); give_way(); print(os.nice(0) - before)"
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert int(told.stdout) == BEHIND
