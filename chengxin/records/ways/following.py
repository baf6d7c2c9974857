"""Progress by server-sent events: for a page and for a system alike.

A stream holds a thread of the web process, so that it ends by itself and there are few at once; who comes then is told how things stand and
asked to come again. A browser does so by itself.
"""

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore, Event
from time import monotonic

_STREAMS = BoundedSemaphore(3)
LIFE_S, LOOK_EACH_S, AGAIN_MS = 25.0, 0.4, 1_500


def events(look: Callable[[], tuple[str, bool]]) -> Iterator[bytes]:
    """Give events for as long as a stream lives. ``look`` tells how things stand, as one line, and whether that is the end."""
    yield f"retry: {AGAIN_MS}\n\n".encode()
    told, over = look()
    yield _event(told, over=over)
    if over or not _STREAMS.acquire(blocking=False):
        return
    pause, until = Event(), monotonic() + LIFE_S
    try:
        while not over and monotonic() < until:
            pause.wait(LOOK_EACH_S)
            before, (told, over) = told, look()
            if told != before or over:
                yield _event(told, over=over)
    finally:
        _STREAMS.release()


def _event(told: str, *, over: bool) -> bytes:
    return f"event: {'end' if over else 'progress'}\ndata: {told}\n\n".encode()
