"""Addresses to which organisations' systems lead a browser back: entered by one administrator, approved and withdrawn by another."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.identity.listings import find_redirect, see_client
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.clients import approve_redirect, enter_redirect, withdraw_redirect
from chengxin.lib.periods import shanghai_date
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import must
from chengxin.portal.fields import text_input

ADDRESS_MOST = 300


class RedirectForm(forms.Form):
    address = forms.CharField(
        label="返回地址",
        max_length=ADDRESS_MOST,
        help_text="单位书面写明的整个地址，以 https:// 开头。以后逐字比对，差一个字都不行，也不认通配符。",
        widget=text_input(spellcheck="false", inputmode="url"),
        error_messages=must("请填写返回地址。", "Give the address."),
    )


@officers_may("clients.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, client_id: str) -> HttpResponse:
    seen = see_client(client_id, on=shanghai_date(timezone.now()))
    if seen is None:
        raise Http404
    form = RedirectForm(posted(request))

    def act() -> Done:
        enter_redirect(client_id, form.cleaned_data["address"], actor=officer_of(request), at=timezone.now())
        return Done("已登记。请安全管理员核对后批准，批准以前不起作用。", _page(client_id))

    one = seen.client
    facts = (("单位", one.organisation.name), ("系统", one.name), ("客户端编号", one.client_id))
    meaning = "本人在浏览器里授权以后，只回到登记并批准过的地址。"
    page = Page("登记返回地址", "登记，等待批准", _page(client_id), "返回该系统", facts, meaning)
    return carry_out(request, form, act, page)


@officers_may("clients.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        done = approve_redirect(number, actor=officer_of(request), at=timezone.now())
        return Done("已批准，从现在起可以用。", _page(done.client.client_id))

    meaning = "请照单位的书面申请逐字核对，域名是该单位自己的再批准：授权码会交给这个地址。"
    page = _about("批准返回地址", "核对无误，批准", number, meaning)
    return carry_out(request, forms.Form(posted(request)), act, page)


@officers_may("clients.suspend")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    def act() -> Done:
        done = withdraw_redirect(number, actor=officer_of(request), at=timezone.now())
        return Done("返回地址已废止，立即生效。", _page(done.client.client_id))

    page = _about("废止返回地址", "废止", number, "废止立即生效，不能恢复。域名不再由该单位使用的，应当马上废止。")
    return carry_out(request, forms.Form(posted(request)), act, page)


def _page(client_id: str) -> str:
    return reverse("administration:client", args=[client_id])


def _about(title: str, button: str, number: int, meaning: str) -> Page:
    found = find_redirect(number)
    if found is None:
        raise Http404
    one = found.client
    facts = (
        ("单位", one.organisation.name),
        ("系统", one.name),
        ("返回地址", found.address),
        ("登记", found.entered_by.display_name),
    )
    return Page(title, button, _page(one.client_id), "返回该系统", facts, meaning)
