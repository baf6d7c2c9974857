"""A storage of Django's that keeps files in the database."""

from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils import timezone


def _files() -> Any:
    from chengxin.education.pages.models import PictureFile  # settings name this module before there are models

    return PictureFile.objects


class DatabaseFiles(Storage):
    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]  # not subscriptable when run
        if mode != "rb":
            raise ValueError("what is kept here is read, or written as a whole")
        content = _files().filter(pk=name).values_list("content", flat=True).first()
        if content is None:
            raise FileNotFoundError(name)
        return ContentFile(bytes(content), name)

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        content.seek(0)
        _files().create(name=name, content=content.read(), made_at=timezone.now())
        return name

    def delete(self, name: str) -> None:
        _files().filter(pk=name).delete()

    def exists(self, name: str) -> bool:
        return bool(_files().filter(pk=name).exists())

    def size(self, name: str) -> int:
        return len(self._open(name).read())

    def url(self, name: str | None) -> str:
        from django.urls import reverse

        return reverse("media", args=[name or ""])
