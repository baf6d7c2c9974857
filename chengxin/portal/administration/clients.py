"""Organisations' systems and their public keys: entered by the system administrator, approved and stopped by the security administrator."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.hours import Limits, limit_client
from chengxin.identity.listings import ClientSeen, find_key, page_of_clients, see_client
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.clients import (
    KEY_LONGEST_DAYS,
    LONGEST_DAYS,
    approve_key,
    enter_client,
    enter_key,
    suspend_client,
    withdraw_key,
)
from chengxin.lib.periods import shanghai_date
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import OrganisationCode, ReasonForm, day_field, must
from chengxin.portal.fields import FreeText, text_input

PAGE = 50
YEAR = timedelta(days=365)


class ClientForm(forms.Form):
    organisation = OrganisationCode(label="单位统一社会信用代码")
    name = FreeText(
        label="系统名称",
        max_length=100,
        help_text="例如“柜面业务系统”。",
        widget=text_input(),
        error_messages=must("请填写系统名称。", "Give the system's name."),
    )
    addresses = forms.CharField(
        label="来访网络",
        max_length=2000,
        help_text="一行一个，例如 203.0.113.0/28；单个地址写成 203.0.113.7/32。别处来的一律拒绝。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3, "spellcheck": "false"}),
        error_messages=must("请填写来访网络。", "Give the networks that it calls from."),
    )
    until = day_field("到哪一天为止", f"这一天起不能再调用，最长 {LONGEST_DAYS} 天。")


class NotGivenBack(forms.Textarea):
    """A text that is not sent back to the browser after a refusal: it might have been a private key."""

    def format_value(self, value: Any) -> str:  # noqa: ARG002  # Django's own signature
        return ""


class KeyForm(forms.Form):
    public = forms.CharField(
        label="公钥（JWK 或者 PEM）",
        max_length=8000,
        help_text="单位交来的整段文字：以 { 开头、以 } 结尾，或者以 -----BEGIN PUBLIC KEY----- 开头。"
        "只收公钥；私钥不得离开单位。没有登记成的，要重新粘贴。",
        widget=NotGivenBack(attrs={"class": "form-control", "rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        error_messages=must("请粘贴公钥。", "Paste the public key."),
    )
    until = day_field("到哪一天为止", f"这一天起不再有效，最长 {KEY_LONGEST_DAYS} 天。")


class NumberInput(forms.NumberInput):
    def __init__(self) -> None:
        super().__init__({"class": "form-control"})


class LimitsForm(forms.Form):
    """When a system may ask and how often; it only narrows what every system may."""

    first_hour = forms.IntegerField(label="从几点起", required=False, min_value=0, max_value=23, widget=NumberInput())
    last_hour = forms.IntegerField(
        label="到几点为止", required=False, min_value=1, max_value=24, widget=NumberInput(),
        help_text="整点，北京时间，例如从 8 点到 18 点。两格都不填，就是全天。",
    )  # fmt: skip
    working_days = forms.BooleanField(
        label="只在工作日（含调休上班日）",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    a_minute = forms.IntegerField(label="每分钟至多查询几人", required=False, min_value=1, widget=NumberInput())
    a_day = forms.IntegerField(
        label="每天至多查询几人", required=False, min_value=1, widget=NumberInput(),
        help_text="只能比统一规定的少；不填，按统一规定。实名核验的次数另在登记用途里。",
    )  # fmt: skip
    valid_from = day_field("从哪一天起", "最早今天。以前设定的，到这一天为止；全部不填，就是取消以前的设定。")
    reason = FreeText(
        label="理由", max_length=200, widget=text_input(), error_messages=must("请写明理由。", "Give the reason.")
    )


@officers_may("clients.see")
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() else None
    found = page_of_clients(on=shanghai_date(timezone.now()), before=last, limit=PAGE + 1)
    context = {"found": found[:PAGE], "more": found[PAGE - 1].client.pk if len(found) > PAGE else ""}
    return render(request, "portal/administration/clients.html", context)


@officers_may("clients.see")
@require_safe
def client(request: HttpRequest, client_id: str) -> HttpResponse:
    return render(request, "portal/administration/client.html", {"seen": _seen(client_id)})


@officers_may("clients.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    initial = {"organisation": request.GET.get("organisation", ""), "until": shanghai_date(at) + YEAR}
    form = ClientForm(posted(request), initial=initial)

    def act() -> Done:
        told = {**form.cleaned_data, "addresses": form.cleaned_data["addresses"].split()}
        made = enter_client(organisation_code=told.pop("organisation"), **told, actor=officer_of(request), at=at)
        return Done(f"已登记，客户端编号 {made.client_id}。接着请登记公钥。", _page(made.client_id))

    back = reverse("administration:clients")
    return carry_out(request, form, act, Page("登记单位的系统", "登记", back, "返回系统列表"))


@officers_may("clients.enter")
@require_http_methods(["GET", "POST"])
def add_key(request: HttpRequest, client_id: str) -> HttpResponse:
    seen, at = _seen(client_id), timezone.now()
    form = KeyForm(posted(request), initial={"until": min(seen.client.valid_until, shanghai_date(at) + YEAR)})

    def act() -> Done:
        enter_key(client_id, **form.cleaned_data, actor=officer_of(request), at=at)
        return Done("已登记。请安全管理员核对指纹后批准，批准以前不起作用。", _page(client_id))

    return carry_out(request, form, act, _about("登记公钥", "登记，等待批准", seen))


@officers_may("clients.limit")
@require_http_methods(["GET", "POST"])
def limit(request: HttpRequest, client_id: str) -> HttpResponse:
    seen, at = _seen(client_id), timezone.now()
    form = LimitsForm(posted(request), initial={"valid_from": shanghai_date(at)})

    def act() -> Done:
        told = dict(form.cleaned_data)
        begun = {"valid_from": told.pop("valid_from"), "reason": told.pop("reason")}
        limit_client(client_id, Limits(**told), **begun, actor=officer_of(request), at=at)
        return Done("已设定。", _page(client_id))

    return carry_out(request, form, act, _about("查询时间和次数", "设定", seen))


@officers_may("clients.suspend")
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest, client_id: str) -> HttpResponse:
    form = ReasonForm(posted(request))

    def act() -> Done:
        reason = form.cleaned_data["reason"]
        suspend_client(client_id, reason=reason, actor=officer_of(request), at=timezone.now())
        return Done("已停用，立即生效。", _page(client_id))

    meaning = "停用立即生效，不能恢复。以后再用的，请重新登记系统和公钥，再经批准。"
    return carry_out(request, form, act, _about("停用系统", "停用", _seen(client_id), meaning))


@officers_may("clients.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        done = approve_key(number, actor=officer_of(request), at=timezone.now())
        return Done("已批准，公钥今天起有效。", _page(done.client.client_id))

    meaning = "请向单位核对指纹，两边一致再批准。批准以后，持有对应私钥的系统可以代表该单位调用接口。"
    return carry_out(
        request, forms.Form(posted(request)), act, _about_key("批准公钥", "指纹一致，批准", number, meaning)
    )


@officers_may("clients.suspend")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        done = withdraw_key(number, actor=officer_of(request), at=timezone.now())
        return Done("公钥已废止，立即生效。", _page(done.client.client_id))

    meaning = "废止立即生效，不能恢复。私钥泄露、人员离岗、换新公钥时废止。没有其他有效公钥的，系统不能再调用。"
    return carry_out(request, forms.Form(posted(request)), act, _about_key("废止公钥", "废止", number, meaning))


def _seen(client_id: str) -> ClientSeen:
    found = see_client(client_id, on=shanghai_date(timezone.now()))
    if found is None:
        raise Http404
    return found


def _page(client_id: str) -> str:
    return reverse("administration:client", args=[client_id])


def _about(title: str, button: str, seen: ClientSeen, meaning: str = "") -> Page:
    one = seen.client
    facts = (("单位", one.organisation.name), ("系统", one.name), ("客户端编号", one.client_id))
    return Page(title, button, _page(one.client_id), "返回该系统", facts, meaning)


def _about_key(title: str, button: str, number: int, meaning: str) -> Page:
    key = find_key(number)
    if key is None:
        raise Http404
    one = key.client
    facts = (
        ("单位", one.organisation.name),
        ("系统", one.name),
        ("指纹（kid）", key.kid),
        ("登记", key.entered_by.display_name),
        ("期限", f"{key.valid_from} 至 {key.valid_until}（不含）"),
    )
    return Page(title, button, _page(one.client_id), "返回该系统", facts, meaning)
