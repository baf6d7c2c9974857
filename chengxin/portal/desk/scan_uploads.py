"""The scan of a paper: held in memory, from whoever serves at the window, up to the largest. Everything else goes on to the spool."""

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest

from chengxin.identity.policies import acts_in
from chengxin.lib.papers.refusals import LARGEST, Unreadable

FIELD = "scan_file"


class ScanUploadHandler(FileUploadHandler):
    """Takes the field ``scan_file`` and leaves every other to the handler after it. No file name is kept, and no byte touches the disk."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal: Unreadable | None = None
        self._content: io.BytesIO | None = None

    def new_file(self, field_name: str, file_name: str, *rest: Any, **named: Any) -> None:
        self._content = None
        if field_name != FIELD:
            return
        # The handler works before the view and its policy.
        if self.request is None or not hasattr(self.request, "user") or "window.serve" not in acts_in(self.request):
            raise StopUpload(connection_reset=True)
        super().new_file(field_name, file_name, *rest, **named)
        self._content = io.BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self._content is None:
            return raw_data
        if start + len(raw_data) > LARGEST:
            # The rest of the body is read and dropped, so that the browser gets the page that tells why.
            self.refusal = Unreadable("too-large")
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:  # type: ignore[type-arg]  # not subscriptable when run
        if self._content is None:
            return None
        self._content.seek(0)
        return UploadedFile(self._content, name="scan", size=file_size)


def refusal_of(request: HttpRequest) -> Unreadable | None:
    """Tell why the file of a request was not taken, when it wasn't."""
    handlers = (one for one in request.upload_handlers if isinstance(one, ScanUploadHandler))
    return next((one.refusal for one in handlers if one.refusal), None)
