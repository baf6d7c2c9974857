"""The one file that the administration takes: a list of organisations, held in memory, from whoever may enter one."""

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from chengxin.identity.organisation_file import LARGEST
from chengxin.identity.policies import acts_in

TOO_LARGE = (
    "文件超过 16 MB，请拆成几份分别上传。 / The file is larger than 16 MB; split it and hand the parts in one by one."
)


class ListUploadHandler(FileUploadHandler):
    """Takes a file into memory up to the largest list; breaks off for whoever may enter none. No file name is kept."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal = ""
        self._content = io.BytesIO()

    def new_file(self, field_name: str, file_name: str, *rest: Any, **named: Any) -> None:
        # The handler works before the view and its policy.
        if (
            self.request is None
            or not hasattr(self.request, "user")
            or "organisations.enter" not in acts_in(self.request)
        ):
            raise StopUpload(connection_reset=True)
        super().new_file(field_name, file_name, *rest, **named)
        self._content = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > LARGEST:
            self.refusal = TOO_LARGE
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:  # type: ignore[type-arg]  # not subscriptable when run
        self._content.seek(0)
        return UploadedFile(self._content, name="upload", size=file_size)


def refusal_of(request: HttpRequest) -> str:
    """Tell why the file of a request was not taken, when it wasn't."""
    if request.method != "POST":
        return ""
    handlers = (one for one in request.upload_handlers if isinstance(one, ListUploadHandler))
    return next((one.refusal for one in handlers if one.refusal), "")
