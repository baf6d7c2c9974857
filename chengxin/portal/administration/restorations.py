"""Restores that lost entries of the access register: what is missing, and its acknowledgement by two administrators."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.ground.sealing.lost import LostEnd
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.restorations import ends_of, find_restoration, list_restorations, open_ends
from chengxin.identity.services.restorations import approve_restoration, enter_restoration, withdraw_restoration
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import must
from chengxin.portal.fields import FreeText, text_input

REASON_MOST, LOG_MOST = 300, 2000


class RestorationForm(forms.Form):
    reason = FreeText(
        label="原因",
        max_length=REASON_MOST,
        help_text="一句话，例如“存储损坏，恢复到前一夜的备份”。",
        widget=text_input(),
        error_messages=must("请写明原因。", "Give the reason."),
    )
    log = FreeText(
        label="恢复记录",
        max_length=LOG_MOST,
        help_text="哪一份备份、备份时间、何时由谁恢复、命令的输出。不要写任何人的信息。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
        error_messages=must("请写明恢复记录。", "Give the record of the restore."),
    )


@officers_may("restoration.see")
@require_safe
def restorations(request: HttpRequest) -> HttpResponse:
    told = [(one, [known.end for known in ends_of(one.gaps)]) for one in list_restorations()]
    context = {"open": [known.end for known in open_ends()], "found": told}
    return render(request, "portal/administration/restorations.html", context)


@officers_may("restoration.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    form = RestorationForm(posted(request))

    def act() -> Done:
        told = form.cleaned_data
        enter_restoration(told["reason"], told["log"], actor=officer_of(request), at=timezone.now())
        return Done("已登记。请审计管理员核对后批准，批准以前核验照样报缺口。", reverse("administration:restorations"))

    facts = tuple(("缺", _told(known.end)) for known in open_ends())
    meaning = "下面每一处都有公布的树头证明曾经有过，现在没有。只有确是恢复备份所致的才登记：登记、批准都不能更改，随查询登记一起固化。"
    page = Page("登记恢复", "登记，等待批准", reverse("administration:restorations"), "返回缺口", facts, meaning)
    return carry_out(request, form, act, page)


@officers_may("restoration.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        approve_restoration(number, actor=officer_of(request), at=timezone.now())
        return Done("已批准。一分钟内固化，其后核验不再报这些缺口。", reverse("administration:restorations"))

    meaning = "请对照备份和恢复的原始记录核对：批准以后，缺的这些登记不再作为异常报告，也不能收回。"
    return carry_out(request, forms.Form(posted(request)), act, _about("批准恢复", "核对无误，批准", number, meaning))


@officers_may("restoration.see")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        withdraw_restoration(number, actor=officer_of(request), at=timezone.now())
        return Done("已撤销登记，缺口照样报告。", reverse("administration:restorations"))

    page = _about("撤销恢复的登记", "撤销", number, "登记有误的，撤销后可以重新登记。")
    return carry_out(request, forms.Form(posted(request)), act, page)


def _told(end: LostEnd) -> str:
    missing = end.lost_size - end.size
    return f"{end.place}：少了 {missing} 条（曾有 {end.lost_size} 条，现有 {end.size} 条）"


def _about(title: str, button: str, number: int, meaning: str) -> Page:
    found = find_restoration(number)
    if found is None:
        raise Http404
    facts = (
        ("登记", f"{found.entered_by.display_name}，{localtime(found.entered_at):%Y-%m-%d %H:%M}"),
        ("原因", found.reason),
        ("恢复记录", found.log),
        *(("缺", _told(known.end)) for known in ends_of(found.gaps)),
    )
    return Page(title, button, reverse("administration:restorations"), "返回缺口", facts, meaning)
