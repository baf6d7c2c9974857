"""Keeps personal values out of the logs (design, decision 12)."""

import logging
import re
import traceback
from types import TracebackType


def bare_trace(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Name the error and the places it passed, without its text: the text may quote a row."""
    lines = traceback.format_tb(trace)
    return "".join(lines) + f"{kind.__module__}.{kind.__qualname__} (text withheld)"


class BareErrors(logging.Filter):
    """Replace the text of logged exceptions by their class and their trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            record.exc_text = bare_trace(kind, trace)
            record.exc_info = None
        record.args = (
            tuple(
                f"{type(value).__name__} (text withheld)" if isinstance(value, BaseException) else value
                for value in record.args
            )
            if isinstance(record.args, tuple)
            else record.args
        )
        return True


class NoLinks(logging.Filter):
    """Take the words of share links out of what is logged: whoever reads them could look."""

    WORDS = re.compile(r"(/s/)[^/?#\s\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.getMessage()
        if "/s/" in told:
            record.msg, record.args = self.WORDS.sub(r"\1…", told), None
        return True
