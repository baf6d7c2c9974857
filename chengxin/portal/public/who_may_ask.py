"""Who may ask for what: duty items and the organisations enrolled for them, as a page and as files. No officer and no person is named."""

import csv
import io
from dataclasses import asdict
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.identity.openness import public
from chengxin.portal.pages import RequestUnreadable
from chengxin.portal.public.keeping import may_be_kept
from chengxin.portal.words import word
from chengxin.sharing.duties.published import SHOWN, PublicEnrolment, every_enrolment, public_duties, public_enrolments

OPEN = "哪个单位凭什么可以查什么依法公布；不含任何人的信息"
COLUMNS = ("查询事项", "名称", "用途", "答复形式", "信息项", "单位", "统一社会信用代码", "行政区划", "依据", "自", "至（不含）",
           "留存天数", "暂定")  # fmt: skip


class OfItem(forms.Form):
    """Of which item of the catalogue."""

    item = forms.RegexField(r"^[A-Z]{2}-[A-Z]{2,8}$", required=False)


@may_be_kept
@public(OPEN)
@require_safe
def who_may_ask(request: HttpRequest) -> HttpResponse:
    form = OfItem(request.GET)
    if not form.is_valid():
        raise RequestUnreadable
    item = form.cleaned_data["item"]
    duties = public_duties(item)
    found = public_enrolments([duty.code for duty in duties], limit=SHOWN + 1)
    groups = [(duty, [one for one in found[:SHOWN] if one.duty == duty.code]) for duty in duties]
    told = {"groups": groups, "item": item, "more": len(found) > SHOWN, "shown": SHOWN}
    return render(request, "portal/public/who_may_ask.html", told)


@public(OPEN)
@require_safe
def who_may_ask_csv(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's own signature
    duties, text = {duty.code: duty for duty in public_duties()}, io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in every_enrolment():
        duty = duties[one.duty]
        form = word(duty.form.value, "answer_form")
        kept = duty.keep_days if duty.may_store else 0
        writer.writerow([
            duty.code, duty.name, duty.purpose_name, form, "、".join(duty.items), one.name, one.code, one.region, one.basis, one.valid_from,
            one.valid_until, kept, "是" if duty.provisional else "",
        ])  # fmt: skip
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="who-may-ask.csv"'
    return answer


@public(OPEN)
@require_safe
def who_may_ask_json(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # Django's own signature
    enrolled: dict[str, list[dict[str, Any]]] = {}
    for one in every_enrolment():
        enrolled.setdefault(one.duty, []).append(_plain(one))
    told = [{**asdict(duty), "organisations": enrolled.get(duty.code, [])} for duty in public_duties()]
    return JsonResponse({"duties": told}, json_dumps_params={"ensure_ascii": False})


def _plain(one: PublicEnrolment) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "duty"}
