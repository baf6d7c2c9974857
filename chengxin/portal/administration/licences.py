"""An organisation's licences and filings: entered and ended by the system administrator."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.identity.listings import find_licence
from chengxin.identity.organising import licence_kinds
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.organisations import end_licence, enter_licence
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import ReasonForm, day_field, must
from chengxin.portal.administration.organisations import about, seen_or_404
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input


class LicenceForm(forms.Form):
    licence = forms.ChoiceField(
        label="许可或者备案",
        widget=forms.Select(attrs=SELECT),
        error_messages=must("请选择许可或者备案。", "Choose the licence or filing."),
    )
    number = FreeText(
        label="许可证号或者备案号",
        max_length=60,
        widget=text_input(spellcheck="false"),
        error_messages=must("请填写许可证号或者备案号。", "Give its number."),
    )
    valid_from = day_field("生效日期", "照证书填写。")
    valid_until = day_field("失效日期", "这一天起不再有效。证书没有期限的，不填。", required=False)

    def __init__(self, *args: Any, kind: str, **named: Any) -> None:
        super().__init__(*args, **named)
        held = [(one.code, f"{one.name}（{one.issuer}）") for one in licence_kinds().values() if kind in one.kinds]
        self.fields["licence"].choices = [("", "请选择"), *held]  # type: ignore[attr-defined]


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    seen = seen_or_404(code)
    form = LicenceForm(posted(request), kind=seen.one.kind)

    def act() -> Done:
        enter_licence(code, **form.cleaned_data, actor=officer_of(request), at=timezone.now())
        return Done("已登记。", reverse("administration:organisation", args=[code]))

    return carry_out(request, form, act, about("登记许可或者备案", "登记", seen))


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, number: int) -> HttpResponse:
    form, page = ReasonForm(posted(request)), _ending(number)

    def act() -> Done:
        end_licence(number, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
        return Done("已终止，今天起不再有效。", page.back)

    return carry_out(request, form, act, page)


def _ending(number: int) -> Page:
    held = find_licence(number)
    if held is None:
        raise Http404
    back, kind = (
        reverse("administration:organisation", args=[held.organisation.code]),
        licence_kinds().get(held.licence),
    )
    facts = (
        ("单位", held.organisation.name),
        ("许可或者备案", kind.name if kind else held.licence),
        ("编号", held.number),
    )
    meaning = "今天起失效，不能恢复；是必需的许可的，单位的报送、查询、岗位权限和系统同时停止。"
    return Page("终止许可或者备案", "终止", back, "返回该单位", facts, meaning)
