"""The credit centre's window for delegations: entered by one officer, keyed in again by a second, ended with a reason."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.identity.delegation import ACTS, LONGEST_DAYS
from chengxin.identity.errors import DelegationRefused
from chengxin.identity.parties import Party
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.delegations import (
    Applied,
    confirm_delegation,
    delegations_at_window,
    end_delegation,
    enter_delegation,
)
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.desk.forms import CODE_TYPES, SELECT
from chengxin.portal.fields import FreeText, text_input

KINDS = [("agent", "委托代理人（持授权委托书）"), ("guardian", "监护人（本人经判决行为能力受限）")]


class PairForm(forms.Form):
    """The two persons, from their certificates. Neither is ever given back to the browser."""

    subject_name = forms.CharField(label="本人姓名", max_length=200)
    subject_code_type = forms.ChoiceField(label="本人证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    subject_code = forms.CharField(label="本人证件号码", max_length=40)
    agent_name = forms.CharField(label="代理人姓名", max_length=200)
    agent_code_type = forms.ChoiceField(label="代理人证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    agent_code = forms.CharField(label="代理人证件号码", max_length=40)

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)  # type: ignore[arg-type]
        for name in ("subject_name", "subject_code", "agent_name", "agent_code"):
            field = self.fields[name]
            field.widget = text_input(spellcheck="false", autocapitalize="characters")
            field.error_messages["required"] = f"请填写{field.label}。"

    def parties(self) -> tuple[Party, Party]:
        told = self.cleaned_data
        subject, agent = (
            Party(told[f"{who}_code_type"], told[f"{who}_code"], told[f"{who}_name"]) for who in ("subject", "agent")
        )
        return subject, agent


class EnterForm(PairForm):
    kind = forms.ChoiceField(
        label="代理种类", choices=KINDS, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    acts = forms.MultipleChoiceField(
        label="代理事项",
        choices=list(ACTS.items()),
        help_text="只勾选委托书或者判决写明的事项。",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "请至少勾选一项。"},
    )
    until = forms.DateField(
        label="代理到哪一天为止",
        help_text=f"这一天起不再有效。委托代理最长 {LONGEST_DAYS['agent']} 天，监护最长 {LONGEST_DAYS['guardian']} 天，到期可以重新办理。",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"required": "请选择日期。", "invalid": "请写成 2026-12-31 的形式。"},
    )
    evidence = FreeText(
        label="委托书或者判决书编号",
        max_length=200,
        help_text="例如“（2026）晋0105民特12号”，或者公证委托书的编号。",
        widget=text_input(),
        error_messages={"required": "请填写委托书或者判决书的编号。"},
    )

    def applied(self) -> Applied:
        told = self.cleaned_data
        return Applied(told["kind"], frozenset(told["acts"]), told["until"], told["evidence"])

    def without_persons(self) -> "EnterForm":
        return EnterForm(initial={name: self.cleaned_data[name] for name in ("kind", "acts", "until", "evidence")})


@officers_may("delegation.enter")
@require_http_methods(["GET", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    found = delegations_at_window(officer, at=at)
    form = EnterForm(
        request.POST if request.method == "POST" else None, initial={"until": shanghai_date(at) + timedelta(days=90)}
    )
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            enter_delegation(*form.parties(), form.applied(), actor=officer, at=at)
        except ChengxinError as refused:
            form, refusal, status = form.without_persons(), refused, refused.status
        else:
            messages.success(request, "已登记，等待另一名工作人员复核。复核前不生效。")
            return redirect("portal:delegations")
    context = {"form": form, "refusal": refusal, "found": found}
    return render(request, "portal/desk/delegations.html", context, status=status)


@officers_may("delegation.confirm")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    waiting = next((one for one in delegations_at_window(officer, at=at) if one.pk == number), None)
    if waiting is None:
        messages.success(request, "这项代理已经终止或者不存在。")
        return redirect("portal:delegations")
    form, refusal = PairForm(request.POST if request.method == "POST" else None), None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            confirm_delegation(number, *form.parties(), actor=officer, at=at)
        except ChengxinError as refused:
            form, refusal, status = PairForm(), refused, refused.status
        else:
            messages.success(request, "复核通过，代理今天起生效。")
            return redirect("portal:delegations")
    context = {"form": form, "refusal": refusal, "one": waiting}
    return render(request, "portal/desk/delegation.html", context, status=status)


class EndForm(forms.Form):
    reason = FreeText(max_length=200, required=False)


@officers_may("delegation.enter")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        raise DelegationRefused(*form.errors["reason"])
    end_delegation(number, reason=form.cleaned_data["reason"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "代理已终止，立即失效。")
    return redirect("portal:delegations")
