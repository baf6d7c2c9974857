"""One unguessable number for each answer, which the scripts of that answer carry."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_number: ContextVar[str] = ContextVar("number of the answer", default="")


@contextmanager
def numbered() -> Iterator[str]:
    """Draw a number for the answer that is made inside."""
    token = _number.set(secrets.token_urlsafe(16))
    try:
        yield _number.get()
    finally:
        _number.reset(token)


def number() -> str:
    return _number.get()
