"""The scan of a paper: held in memory, from whoever serves at the window, up to the largest."""

from django.http import HttpRequest

from chengxin.lib.papers.refusals import LARGEST, Unreadable
from chengxin.portal.desk.held_uploads import HeldUploadHandler, was_too_large

FIELD = "scan_file"


class ScanUploadHandler(HeldUploadHandler):
    field, act, largest = FIELD, "window.serve", LARGEST


def refusal_of(request: HttpRequest) -> Unreadable | None:
    """Tell why the file of a request was not taken, when it wasn't."""
    return Unreadable("too-large") if was_too_large(request, ScanUploadHandler) else None
