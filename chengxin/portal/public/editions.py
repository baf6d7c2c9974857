"""Editions of the catalogue: each at an address of its own that never changes, and two of them side by side."""

import csv
import hashlib
import io
import json

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from chengxin.catalogue.archive import archived_edition, archived_editions, compare_archived, document_of, items_of
from chengxin.identity.openness import public
from chengxin.portal import words
from chengxin.portal.public.keeping import may_be_kept

OPEN = "目录依法向社会公布；不含任何人的信息"
COLUMNS = ("目录级别", "版本号", "项目代码", "名称", "类别", "性质", "所记的事", "认定机关", "由谁提供", "披露方式", "共享属性",
           "公示规则", "保存规则", "法律依据", "用途", "数据项")  # fmt: skip


@may_be_kept
@public(OPEN)
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/public/editions.html", {"editions": archived_editions()})


@may_be_kept
@public(OPEN)
@require_safe
def edition(request: HttpRequest, edition: str) -> HttpResponse:
    found = archived_edition(edition)
    return render(request, "portal/public/edition.html", {"edition": found, "items": items_of(found.code)})


@public(OPEN)
@require_safe
def edition_json(request: HttpRequest, edition: str) -> HttpResponseBase:
    text = json.dumps(document_of(archived_edition(edition)), ensure_ascii=False, indent=1, sort_keys=True)
    return _conditional(request, text, "application/json")


@public(OPEN)
@require_safe
def edition_csv(request: HttpRequest, edition: str) -> HttpResponseBase:
    told, out = document_of(archived_edition(edition)), io.StringIO()
    articles = {one["ref"]: f"《{law['name']}》{one['article']}" for law in told["laws"] for one in law["article"]}
    names = {one["code"]: one["name"] for one in told["purposes"]}
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for code, item in told["items"].items():
        bases = dict.fromkeys(articles[basis["ref"]] for basis in item["bases"])
        writer.writerow(
            [
                words.LEVELS[told["edition"]["level"]],
                told["edition"]["code"],
                code,
                item["name"],
                item["class"],
                words.NATURES[item["nature"]],
                item.get("behaviour", ""),
                item.get("authority", ""),
            ]
            + [
                "、".join(told)
                for told in (
                    [words.ORGANISATION_KINDS[kind] for kind in item["provider_kinds"]],
                    [words.DISCLOSURES[way] for way in item["disclosure"]],
                    [words.SHARE_CLASSES[item["share_class"]]],
                    [words.DISPLAY_RULES[item["display_rule"]]],
                    [words.RETENTION_RULES[item["retention_rule"]]],
                    bases,
                    [names[purpose] for purpose in item["purposes"]],
                    [field["label"] for field in item["field"]],
                )
            ]
        )
    return _conditional(request, "\ufeff" + out.getvalue(), "text/csv")


def _conditional(request: HttpRequest, text: str, kind: str) -> HttpResponseBase:
    """Answer with a text under its digest, or that the reader has it already."""
    body = text.encode()
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    answer = HttpResponse(
        body, content_type=f"{kind}; charset=utf-8", headers={"ETag": etag, "Cache-Control": "public, no-cache"}
    )
    return get_conditional_response(request, etag=etag, response=answer) or answer


@may_be_kept
@public(OPEN)
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show what differs between two editions; without two, the choice of them."""
    every = archived_editions()
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    context: dict[str, object] = {"editions": every, "before": before, "after": after}
    if before and after:
        context["changes"] = compare_archived(archived_edition(before), archived_edition(after))
    return render(request, "portal/public/compare.html", context)
