"""The address at which an organisation's system is told: entered, tried, confirmed at the centre, ended; what was sent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.identity.errors import HandsRefused
from chengxin.identity.policies import acts_in, officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.portal.fields import Choice, FreeText, text_input
from chengxin.portal.numbers import whole_number
from chengxin.sharing.correcting import services
from chengxin.sharing.correcting.errors import HookRefused, HookUnknown
from chengxin.sharing.correcting.queries import PAGE, list_deliveries, list_hooks, list_own_clients
from chengxin.sharing.correcting.written import written_keys

ACTS = ("webhook.enter", "webhook.confirm")


class HookForm(forms.Form):
    """Which system is told, and where."""

    client = forms.ChoiceField(
        label="哪个系统",
        help_text="本单位今天在用的系统；没有的，请系统管理员先登记。",
        widget=Choice(),
        error_messages={"required": "请选择系统。", "invalid_choice": "请从列表中选择系统。"},
    )
    url = forms.CharField(
        label="接收地址",
        help_text="以 https:// 开头，证书有效；不带用户名和密码。",
        max_length=300,
        widget=text_input(inputmode="url", spellcheck="false"),
        error_messages={"required": "请填写接收地址。", "max_length": "最多 300 个字符。"},
    )

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["client"].choices = clients  # type: ignore[attr-defined]


class EndForm(forms.Form):
    reason = FreeText(
        label="停用的理由",
        max_length=200,
        widget=text_input(),
        error_messages={"required": "请写明停用的理由。", "max_length": "最多 200 字。"},
    )


@officers_may(*ACTS)
@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    officer, refusal = officer_of(request), None
    form = HookForm(request.POST or None, clients=list_own_clients(officer))
    if form.is_valid() and "webhook.enter" in acts_in(request):
        try:
            services.enter_hook(**form.cleaned_data, actor=officer, at=timezone.now())
        except (HookRefused, HandsRefused) as refused:
            refusal = refused
        else:
            messages.success(request, "已登记。请先试送一次，再请信用中心确认。")
            return redirect("portal:webhooks")
    return render(request, "portal/desk/webhooks.html", _shown(request, form, refusal), status=422 if refusal else 200)


def _shown(request: HttpRequest, form: HookForm, refusal: ChengxinError | None) -> dict[str, Any]:
    officer = officer_of(request)
    sent = list_deliveries(officer, before=whole_number(request.GET.get("before", "")), limit=PAGE + 1)
    hooks, acts = list_hooks(officer), acts_in(request)
    return {
        "form": form,
        "refusal": refusal,
        "hooks": hooks,
        "may_enter": "webhook.enter" in acts and not any(one.mine and one.state != "ended" for one in hooks),
        "may_confirm": "webhook.confirm" in acts,
        "end": EndForm(),
        "sent": sent[:PAGE],
        "older": sent[PAGE - 1].id if len(sent) > PAGE else None,
        "keys": written_keys(timezone.now()),
    }


@officers_may("webhook.confirm")
@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    try:
        services.confirm_hook(number, actor=officer_of(request), at=timezone.now())
    except (HookUnknown, HandsRefused) as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, "已确认，通知自现在起也送到这个地址。")
    return redirect("portal:webhooks")


@officers_may(*ACTS)
@require_POST
def try_out(request: HttpRequest, number: int) -> HttpResponse:
    try:
        services.try_hook(number, actor=officer_of(request), at=timezone.now())
    except HookUnknown as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, "一分钟内送出一条没有内容的试送，结果列在下面。")
    return redirect("portal:webhooks")


@officers_may(*ACTS)
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    form = EndForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        services.end_hook(number, reason=reason, actor=officer_of(request), at=timezone.now())
    except (HookRefused, HookUnknown) as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, "已停用。以后的通知在页面上处理。")
    return redirect("portal:webhooks")
