"""Tie a program to its parent, then become it: ``python -I -S tether.py PARENT_PID SIGNAL PROGRAM [ARGUMENT ...]``.

Run by path, with the standard library alone. A step of its own instead of ``preexec_fn``: code that runs between fork
and exec in a program with threads may deadlock.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, deadly = int(arguments[0]), int(arguments[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, deadly)
    # The parent may have died before the tie was made.
    if os.getppid() != parent:
        sys.exit(1)
    # Python ignores these two; the program must meet them as the shell would give them.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(arguments[2], arguments[2:])  # noqa: S606 - becoming the program is the point
    except OSError as error:
        sys.stderr.write(f"{arguments[2]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
