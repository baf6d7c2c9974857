"""What lets a telephone keep a face on its home screen: the manifest, the service worker, and one page for when the net is gone.

None of the three knows who asks: what is kept on somebody's telephone is nobody's.
"""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path
from django.utils.translation import override
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.portal.faces import unknown_reader
from chengxin.portal.languages import CHINESE, ENGLISH, PREFIX, at, root_prefix, stands_in_both, under

OPEN = "只含样式、脚本、图标和一页说明，不含任何人的信息"
NAMES = {"public": "诚信·公开网站", "desk": "诚信·工作台和本人页面", "administration": "诚信·系统管理"}
OFFLINE = "offline/"
KEPT = ("vendor/site.css", "vendor/look.js", "vendor/site.js", "vendor/htmx.min.js", "portal/icon.svg",
        "vendor/icon-180.png")  # fmt: skip
# As long as a day, so that a new edition of the site is known by the next.
HOURLY = "public, max-age=3600"


@public(OPEN)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's own signature
    def icon(name: str, side: int, purpose: str = "any") -> dict[str, str]:
        return {
            "src": static(f"vendor/{name}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose
        }  # fmt: skip

    told = {
        "id": "/", "name": NAMES[settings.FACE], "short_name": "诚信", "lang": "zh-Hans", "dir": "ltr",
        "start_url": "/", "scope": "/", "display": "standalone", "theme_color": "#0b4f8a", "background_color": "#f5f7fa",
        "icons": [
            {"src": static("portal/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            icon("icon-192", 192), icon("icon-512", 512), icon("icon-maskable", 512, "maskable"),
        ],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json", headers={"Cache-Control": HOURLY})


@public(OPEN)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, with the list of what it may keep in front; its cache is named after just that."""
    told: dict[str, Any] = {"files": [static(name) for name in KEPT], "offline": [], "name": ""}
    made = sha256()
    for root, language in _languages():  # the longest first: a page begins with one of them
        with under(root), override(language):
            told["offline"].append((root, at(OFFLINE)))
            made.update(_offline(request).encode())
    made.update(json.dumps(told).encode())
    told["name"] = f"chengxin-{made.hexdigest()[:16]}"
    body = f"self.shell = {json.dumps(told)};\n{_program()}"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _languages() -> list[tuple[str, str]]:
    root = root_prefix()
    english = [(root + PREFIX, ENGLISH)] if stands_in_both(f"/{OFFLINE}") else []
    return [*english, (root, CHINESE)]


@cache
def _program() -> str:
    return (Path(settings.STATIC_ROOT) / "vendor" / "worker.js").read_text(encoding="utf-8")


@public(OPEN)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_offline(request), headers={"Cache-Control": "no-cache"})


def _offline(request: HttpRequest) -> str:
    """Render the page without the request, so that nothing of whoever is logged in can stand on it."""
    bare = HttpRequest()
    bare.path, bare.path_info = at(OFFLINE), f"/{OFFLINE}"
    bare.META = {key: request.META[key] for key in ("SERVER_NAME", "SERVER_PORT") if key in request.META}
    return render_to_string("portal/offline.html", unknown_reader(bare))


urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("sw.js", worker, name="worker"),
    path("offline/", offline, name="offline"),
]
