"""The small file that a draft of the catalogue takes: held in memory, from whoever may draft."""

from django.http import HttpRequest

from chengxin.catalogue.sheets import LARGEST
from chengxin.portal.desk.held_uploads import HeldUploadHandler, was_too_large

TOO_LARGE = "文件超过 1 MB，不是目录草案。 / The file is larger than 1 MB: it is no draft of the catalogue."


class DraftUploadHandler(HeldUploadHandler):
    """No file name is kept but its ending."""

    field, act, largest = "draft_file", "catalogue.draft", LARGEST

    def kept_name(self) -> str:
        return f"draft.{str(self.file_name).rpartition('.')[2].lower()}"


def refusal_of(request: HttpRequest) -> str:
    """Tell why the file of a request was not taken, when it wasn't."""
    return TOO_LARGE if was_too_large(request, DraftUploadHandler) else ""
