"""Reading somebody else's bytes in a process of its own, which holds no key, knows no database and can open nothing."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from chengxin.lib.papers.paper import Paper
from chengxin.lib.papers.refusals import LARGEST, Unreadable

ROOT = Path(__file__).resolve().parents[3]
# Fifty million pixels in colour take 150 MB, and several copies of them on the way.
MEMORY = 1 << 30
# Of seconds that the processor works, and that a clerk waits.
LONGEST_S, PATIENCE_S = 20, 60
PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from chengxin.lib.papers.child import main; main()"


def read_apart(content: bytes) -> Paper:
    """Take a file apart in a process of its own and give it drawn anew. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable("too-large")
    places = [str(ROOT), *(place for place in sys.path if place and place != str(ROOT))]
    try:
        # -I: neither the environment nor the present folder; the packages' places are handed over.
        done = subprocess.run(
            [sys.executable, "-I", "-c", PROGRAM, *places], input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={}, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("too-slow") from None
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise Unreadable(why(done.returncode))
    told = json.loads(head)
    if "reason" in told:
        raise Unreadable(told["reason"], told["page"])
    return Paper(told["form"], told["pages"], body)


def why(code: int) -> str:
    """Tell why a child ended without a word: its limits, or what its decoders did."""
    limits = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}
    return "too-slow" if code in limits else "damaged"
