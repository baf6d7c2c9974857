"""Uploads go chunk by chunk into the sealed spool: no plain byte touches the disk, no file name is kept."""

import errno
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chengxin.identity.policies import acts_in
from chengxin.identity.vault import vault
from chengxin.records.errors import FileEmpty, FileUnusable
from chengxin.records.intake.reading import form_of
from chengxin.records.intake.spool import Spool, SpoolWriter
from chengxin.records.services import HandedIn, spool_folder
from chengxin.records.ways.parts import Parts

MEBIBYTE = 1 << 20


class SpooledUpload(UploadedFile):  # type: ignore[type-arg]  # not subscriptable when run
    """A file that lies in the spool. It goes with its request unless ``keep`` was called."""

    def __init__(self, spool: Spool, file: HandedIn) -> None:
        super().__init__(io.BytesIO(), name="upload", size=file.size)
        self.spool = spool
        self.handed_in = file
        self.kept = False

    def keep(self) -> None:
        """Leave the spool to the batch that was entered for it."""
        self.kept = True


class SpoolUploadHandler(FileUploadHandler):
    """Writes the one file of a clerk's request into a spool of its own. Why it took none stands in ``refusal``."""

    chunk_size = 4 * 64 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal: FileUnusable | None = None
        self._writer: SpoolWriter | None = None
        self._spool: Spool | None = None
        self._made: SpooledUpload | None = None

    def new_file(self, field_name: str, file_name: str, *rest: Any, **named: Any) -> None:
        """Open a spool for a clerk's first file; break off for anybody else."""
        if not _may_hand_in(self.request):
            raise StopUpload(connection_reset=True)
        if self._made is not None:
            self._refuse("一次只报送一个文件。", "Hand in one file at a time.")
        super().new_file(field_name, file_name, *rest, **named)
        self._spool = Spool.new(spool_folder())
        self._writer = self._spool.writer(vault().digest_key)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        writer = cast("SpoolWriter", self._writer)
        if start + len(raw_data) > settings.MAX_UPLOAD_MB * MEBIBYTE:
            self._refuse(
                f"超过 {settings.MAX_UPLOAD_MB} MB。请拆成几个文件分批报送。",
                f"The file is larger than {settings.MAX_UPLOAD_MB} MB. Split it and hand the parts in one by one.",
            )
        try:
            writer.write(raw_data)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self._refuse(
                "服务器暂存空间不足，请联系信用中心。",
                "The server has no room left for the file; tell the credit centre.",
            )

    def file_complete(self, file_size: int) -> SpooledUpload | None:
        """Seal the spool and tell the kind of file; a kind that isn't taken leaves nothing behind."""
        writer, spool = cast("SpoolWriter", self._writer), cast("Spool", self._spool)
        try:
            form = _form(cast("str", self.file_name), writer.head, file_size)
        except FileUnusable as error:
            self.refusal = error
            self.discard()
            return None
        writer.finish()
        self._writer, self.file_name = None, None
        self._made = SpooledUpload(spool, HandedIn(form, writer.size, writer.digest))
        return self._made

    def upload_interrupted(self) -> None:
        self.refusal = FileUnusable(
            "上传中断，未收到完整文件。请重新上传。", "The upload broke off. Hand the file in again."
        )
        self.discard()

    def discard(self) -> None:
        """Destroy whatever nobody kept. Leaves nothing, also when called twice."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None
        if self._made is not None and not self._made.kept:
            self._made.spool.destroy()

    def _refuse(self, text: str, text_en: str) -> None:
        # The rest of the body is read and dropped, so that the browser gets the page that tells why.
        self.refusal = FileUnusable(text, text_en)
        self.discard()
        raise StopUpload(connection_reset=False)


@contextmanager
def assembled(request: HttpRequest, owner: str) -> Iterator[SpooledUpload]:
    """Give the file that came part by part as one upload; its parts go when a batch has taken it over.

    Raises UploadUnknown, PartsBusy, and FileUnusable when parts are missing or it is of a kind that isn't taken.
    """
    token = UUID(request.POST["upload"])
    parts = Parts(spool_folder(), token, owner, request.POST.get("secret", ""))
    with parts.opened() as opened:
        if request.POST.get("size") != str(opened.offset):
            raise FileUnusable("上传不完整，请再上传一次。", "Parts of the upload are missing; hand it in again.")
        spool = Spool(spool_folder(), token.hex)
        spool.destroy()  # of an attempt that was killed before its batch was entered
        writer = spool.writer(vault().digest_key)
        made = None
        try:
            for block in opened.blocks():
                writer.write(block)
            form = _form(f"a{request.POST.get('kind', '')[:8]}", writer.head, writer.size)
            writer.finish()
            made = SpooledUpload(spool, HandedIn(form, writer.size, writer.digest))
            yield made
        finally:
            if made is None or not made.kept:
                writer.abandon()
            else:
                parts.destroy()


def _form(name: str, head: bytes, size: int) -> str:
    if not size:
        raise FileEmpty
    return form_of(name, head)


def _may_hand_in(request: HttpRequest | None) -> bool:
    # The handler works before the view and its policy: whoever may not hand in must not fill the spool either.
    return request is not None and hasattr(request, "user") and "intake.hand_in" in acts_in(request)


def refusal_of(request: HttpRequest) -> FileUnusable | None:
    """Tell why the file of a request was not taken, when it wasn't."""
    return next((handler.refusal for handler in _handlers(request) if handler.refusal), None)


def _handlers(request: HttpRequest) -> Iterable[SpoolUploadHandler]:
    return [handler for handler in request.upload_handlers if isinstance(handler, SpoolUploadHandler)]


def discard_leftovers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Destroy every spool that no batch took over once its request is answered: forged, refused, broken off."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            if request.content_type == "multipart/form-data":
                for handler in _handlers(request):
                    handler.discard()

    return middleware
