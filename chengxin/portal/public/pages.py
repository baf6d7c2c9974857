"""Pages that editors write, as published: from the public views, without any draft."""

import mimetypes

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chengxin.catalogue.published import published_items
from chengxin.education.errors import PageUnknown
from chengxin.education.published import every_address, find_page, find_picture, pages_under, redirect_from
from chengxin.identity.openness import public
from chengxin.portal.languages import PREFIX, at
from chengxin.portal.pages import RequestUnreadable
from chengxin.portal.public.keeping import may_be_kept

FOREVER = "public, max-age=31536000, immutable"
OPEN = "两名工作人员看过才发布的网页；不含任何人的信息"
# Addresses of the site itself that a reader may begin at, for the site map.
FIXED = (
    "start",
    "catalogue",
    "publication",
    "statistics",
    "check-report",
    "feedback",
    "editions",
    "consultations",
    "organisations",
    "permissions",
    "who-may-ask",
    "error-codes",
    "state",
    "checkpoints",
    "check-receipt",
)


@may_be_kept
@public(OPEN)
@require_safe
def page(request: HttpRequest, address: str) -> HttpResponse:
    """Show a page; where one was moved away, lead to where it is now."""
    try:
        shown = find_page(f"{address.rstrip('/')}/")
    except PageUnknown:
        moved = redirect_from(request.path_info)
        if not moved:
            raise
        return redirect(moved if moved.startswith("https://") else at(moved.lstrip("/")))
    if not address.endswith("/"):
        return redirect(f"{request.path}/", permanent=True)
    try:
        leaf = pages_under(shown.number, after=request.GET.get("after", "")) if shown.kind == "section" else None
    except ValueError:
        raise RequestUnreadable from None
    return render(request, "portal/public/page.html", {"shown": shown, "leaf": leaf})


@public("网页里的图片；不在已发布的网页里的，一张也取不到")
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    """Give a picture that stands in a published page. Its name holds a digest of what it is, so it never changes."""
    content = find_picture(name)
    if content is None:
        raise Http404
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": FOREVER})


@may_be_kept
@public("搜索引擎用的网址清单：网页和目录事项；没有任何人的网址")
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every address that may be found by a search engine: pages and items of the catalogue."""
    own = [(reverse(f"public:{name}"), None) for name in FIXED]
    items = [(reverse("public:item", args=[item.code]), None) for item in published_items()]
    pages = [(f"/{address}", changed) for address, changed in every_address() if address]  # in Chinese alone
    both = [
        (f"{one}{address}", changed) for address, changed in [*own, *items] for one in ("", f"/{PREFIX}".rstrip("/"))
    ]
    return render(
        request,
        "portal/public/sitemap.xml",
        {"addresses": [*both, *pages], "site": settings.PUBLIC_URL},
        content_type="application/xml; charset=utf-8",
    )


@may_be_kept
@public("给搜索引擎的说明")
@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    """Let search engines in, but not where a reader asks for something of their own."""
    own = [reverse(f"public:{name}") for name in ("check-receipt", "feedback-answer")]
    closed = "".join(f"Disallow: {one}{address}\n" for address in own for one in ("", f"/{PREFIX}".rstrip("/")))
    text = f"User-agent: *\n{closed}Sitemap: {settings.PUBLIC_URL}{reverse('public:sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
