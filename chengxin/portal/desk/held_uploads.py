"""Small files that are held in memory, from whoever may hand them in. Everything else goes on to the spool."""

import io
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest

from chengxin.identity.policies import acts_in


class HeldUploadHandler(FileUploadHandler):
    """Takes one ``field``, from whoever may do ``act``, up to ``largest``; leaves every other to the handler after it.

    No byte touches the disk and no file name is kept. ``too_large`` is set once the file was larger.
    """

    field: ClassVar[str]
    act: ClassVar[str]
    largest: ClassVar[int]

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large = False
        self._content: io.BytesIO | None = None

    def new_file(self, field_name: str, file_name: str, *rest: Any, **named: Any) -> None:
        self._content = None
        if field_name != self.field:
            return
        # The handler works before the view and its policy.
        if self.request is None or not hasattr(self.request, "user") or self.act not in acts_in(self.request):
            raise StopUpload(connection_reset=True)
        super().new_file(field_name, file_name, *rest, **named)
        self._content = io.BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self._content is None:
            return raw_data
        if start + len(raw_data) > self.largest:
            # The rest of the body is read and dropped, so that the browser gets the page that tells why.
            self.too_large = True
            raise StopUpload(connection_reset=False)
        self._content.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:  # type: ignore[type-arg]  # not subscriptable when run
        if self._content is None:
            return None
        self._content.seek(0)
        return UploadedFile(self._content, name=self.kept_name(), size=file_size)

    def kept_name(self) -> str:
        """Give the name that the file goes by here."""
        return "file"


def was_too_large(request: HttpRequest, kind: type[HeldUploadHandler]) -> bool:
    return any(isinstance(one, kind) and one.too_large for one in request.upload_handlers)
