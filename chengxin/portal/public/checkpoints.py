"""The signed heads of the access register: a page that tells what they are good for, and the files themselves."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from chengxin.ground.sealing.errors import CheckpointUnusable
from chengxin.ground.sealing.outside import every_name, published_file, published_heads, published_keys
from chengxin.identity.openness import public
from chengxin.portal.languages import as_printed
from chengxin.portal.public.keeping import may_be_kept

OPEN = "查询登记的条数、树根和签名；不含任何人、任何一条登记的内容"
TEXT = "text/plain; charset=utf-8"


@may_be_kept
@public(OPEN)
@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    told: dict[str, object] = {"index": f"{_whole_address()}index.txt"}
    try:
        told["published"] = published_heads(settings.CHECKPOINTS)
    except (OSError, CheckpointUnusable):
        told["published"] = None
    return render(request, "portal/public/checkpoints.html", told)


@may_be_kept
@public(OPEN)
@require_safe
def checkpoint_index(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    """List every file by its whole address: what fetches files by a list takes them all, and again what was added."""
    root = _whole_address()
    return HttpResponse("".join(f"{root}{name}\n" for name in every_name(settings.CHECKPOINTS)), content_type=TEXT)


def _whole_address() -> str:
    with as_printed():
        return f"{settings.PUBLIC_URL}{reverse('public:checkpoints')}"


def _keys(request: HttpRequest) -> Path | None:  # noqa: ARG001  # as the file's own
    return published_keys(settings.CHECKPOINTS)


def _file(request: HttpRequest, tree: str, name: str) -> Path | None:  # noqa: ARG001  # as the keys' own
    return published_file(settings.CHECKPOINTS, tree, name)


def _changed(path: Path | None) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path else None


@public(OPEN)
@require_safe
@condition(last_modified_func=lambda request: _changed(_keys(request)))
def checkpoint_keys(request: HttpRequest) -> FileResponse:
    return _answer(_keys(request))


@public(OPEN)
@require_safe
@condition(last_modified_func=lambda request, tree, name: _changed(_file(request, tree, name)))
def checkpoint_file(request: HttpRequest, tree: str, name: str) -> FileResponse:
    """Give a file as it is written to: a shard's history of a month is some megabytes, and is passed on in pieces."""
    return _answer(_file(request, tree, name))


def _answer(path: Path | None) -> FileResponse:
    if path is None:
        raise Http404
    kept = f"public, max-age={settings.PAGE_MAX_AGE_S}"
    return FileResponse(path.open("rb"), content_type=TEXT, headers={"Cache-Control": kept})
