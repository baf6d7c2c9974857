"""Reads on in a thread of its own while what was read is worked on."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TypeVar

Part = TypeVar("Part")


def ahead(parts: Iterator[Part]) -> Generator[Part, None, None]:
    """Give the same parts, the next one being made meanwhile: at most one lies ready beside the one in the making.

    Worth its while where making a part and working on it don't both hold the interpreter's lock. Raises what ``parts`` raises, in its
    place. Whoever stops half-way closes this, which waits for the part in the making.
    """
    ready: queue.Queue[Part | BaseException | None] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def read() -> None:
        ending: BaseException | None = None
        try:
            for part in parts:
                ready.put(part)
                if stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  # carried over to the thread that waits for the part
            ending = error
        ready.put(ending)

    thread = threading.Thread(target=read, name="reading-ahead", daemon=True)
    thread.start()
    try:
        while (part := ready.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part
    finally:
        stopped.set()
        # Room for the part in the making, so that its thread can end.
        with suppress(queue.Empty):
            ready.get_nowait()
        thread.join()
