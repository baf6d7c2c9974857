"""A measured process tells its own peak memory, whatever its parent held."""

import subprocess
import sys

PROGRAM = """
import subprocess, sys
ballast = bytearray(400 << 20)
print(subprocess.run([sys.executable, "-c", "from chengxin.bench.once import peak_mib; print(peak_mib())"],
                     check=True, capture_output=True, text=True).stdout)
"""


def test_peak_memory_is_the_process_s_own() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert 5 < int(done.stdout) < 300
