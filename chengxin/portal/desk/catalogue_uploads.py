"""The small file that a draft of the catalogue takes: held in memory, from whoever may draft. Everything else goes on to the spool."""

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest

from chengxin.catalogue.sheets import LARGEST
from chengxin.identity.policies import acts_in

FIELD = "draft_file"
TOO_LARGE = "文件超过 1 MB，不是目录草案。 / The file is larger than 1 MB: it is no draft of the catalogue."


class DraftUploadHandler(FileUploadHandler):
    """Takes the field ``draft_file`` and leaves every other to the handler after it. No file name is kept but its ending."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal = ""
        self._content: io.BytesIO | None = None

    def new_file(self, field_name: str, file_name: str, *rest: Any, **named: Any) -> None:
        self._content = None
        if field_name != FIELD:
            return
        # The handler works before the view and its policy.
        if self.request is None or not hasattr(self.request, "user") or "catalogue.draft" not in acts_in(self.request):
            raise StopUpload(connection_reset=True)
        super().new_file(field_name, file_name, *rest, **named)
        self._content = io.BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self._content is None:
            return raw_data
        if start + len(raw_data) > LARGEST:
            self.refusal = TOO_LARGE
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:  # type: ignore[type-arg]  # not subscriptable when run
        if self._content is None:
            return None
        self._content.seek(0)
        ending = str(self.file_name).rpartition(".")[2].lower()
        return UploadedFile(self._content, name=f"draft.{ending}", size=file_size)


def refusal_of(request: HttpRequest) -> str:
    """Tell why the file of a request was not taken, when it wasn't."""
    handlers = (one for one in request.upload_handlers if isinstance(one, DraftUploadHandler))
    return next((one.refusal for one in handlers if one.refusal), "")
