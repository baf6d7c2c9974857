"""Pictures that editors upload: held in memory, from whoever may write pages, up to the largest that is taken."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload

from chengxin.identity.policies import acts_in


class PictureUploadHandler(MemoryFileUploadHandler):
    """Takes files into memory; breaks off for whoever may write no page, and beyond the largest."""

    def handle_raw_input(self, *_rest: Any, **_named: Any) -> None:
        self.activated = True

    def new_file(self, *arguments: Any, **named: Any) -> None:
        # The handler works before the view and its policy.
        if self.request is None or not hasattr(self.request, "user") or "pages.edit" not in acts_in(self.request):
            raise StopUpload(connection_reset=True)
        self._taken = 0
        super().new_file(*arguments, **named)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._taken += len(raw_data)
        if self._taken > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE + (1 << 16):
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)
