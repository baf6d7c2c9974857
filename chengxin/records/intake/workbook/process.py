"""The side of whoever asks for a workbook's rows: starts the child, feeds it, and says why it ended."""

import json
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from chengxin.records.errors import FileUnusable
from chengxin.records.intake.workbook.faults import Fault, damaged, too_large, too_slow

ROOT = Path(__file__).resolve().parents[4]
HEAD = struct.Struct(">cI")
MOST_FRAME = 64 << 20
MEMORY = 512 << 20
# Neither site packages nor the environment: what the child can't import or read, a hostile file can't reach through it.
PROGRAM = (
    "import sys, json; sys.path.insert(0, sys.argv[1]); "
    "from chengxin.records.intake.workbook.child import main; main(json.loads(sys.argv[2]))"
)
Blocks = Callable[[], Iterator[bytes]]
Frame = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted of a workbook: the first ``heading_rows`` with ``header_row`` 0, else every row below that one."""

    header_row: int
    heading_rows: int
    columns: int
    longest: int
    most: int
    memory: int = MEMORY


def frames(blocks: Blocks, ask: Ask) -> Generator[Frame, None, None]:
    """Give what the child tells, up to the end. Raises FileUnusable; the child ends when this iterator is closed."""
    with _child(ask) as process:
        assert process.stdin  # noqa: S101  # asked for two lines above, for the type checker
        assert process.stdout  # noqa: S101  # as above
        # A child that refuses the file early closes the pipe; what it said stands in the other one.
        with suppress(BrokenPipeError), process.stdin as pipe:
            for block in blocks():
                pipe.write(block)
        while (frame := _next(process.stdout)) is not None:
            kind, content = frame
            if kind == b"F":
                raise FileUnusable(*json.loads(content))
            yield frame
            if kind == b"E":
                return
        process.wait()
        raise unusable(why(process.returncode))


def why(code: int) -> Fault:
    """Tell why a child ended without a word."""
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return too_slow()
    return too_large() if code in {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS} else damaged()


def unusable(fault: Fault) -> FileUnusable:
    return FileUnusable(fault.text, fault.text_en)


@contextmanager
def _child(ask: Ask) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", PROGRAM, str(ROOT), json.dumps(asdict(ask))],
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        process.wait()


def _next(pipe: IO[bytes]) -> Frame | None:
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    if length > MOST_FRAME:
        return None
    content = pipe.read(length)
    return (kind, content) if len(content) == length else None
