"""Reviewers: inquiries from signal to closure, and suspensions by two signatures."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.identity.policies import acts_in, officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.oversight.errors import InquiryRefused
from chengxin.oversight.queries import (
    Case,
    Suspendable,
    find_case,
    find_suspension,
    list_asked,
    list_cases,
    list_lines,
    list_suspendable,
    list_suspensions,
)
from chengxin.oversight.services import ask_for_explanation, close_case, open_case
from chengxin.oversight.suspending import propose, sign
from chengxin.portal.fields import FreeText
from chengxin.portal.pages import PageUnknown

FINDINGS = [
    ("in_order", "合规：说明的事由成立"),
    ("misuse", "违规查询：没有事由，或者事由不成立（通知被查询的人）"),
    ("unproven", "不能认定"),
]


def _words(label: str, help_text: str, most: int) -> FreeText:
    return FreeText(
        label=label,
        help_text=help_text,
        max_length=most,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": f"请写明{label}。", "max_length": f"最多 {most} 字。"},
    )


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": f"请选择{label}。"},
    )


class AskForm(forms.Form):
    words = _words("要说明什么", "单位看得到这段话和它自己的查询。问清事由、案件和结果，不要写姓名和证件号码。", 500)


class CloseForm(forms.Form):
    finding = _choice("结论", FINDINGS)
    reason = _words("理由", "写明依据哪些说明和登记。不要写姓名和证件号码。", 1000)


class SuspendForm(forms.Form):
    """What is to be suspended, among what the inquiry's entries were made by."""

    target = _choice("暂停谁", [])
    why = _words("暂停的理由", "第二名审查员照此复核。暂停自其同意时起生效。", 300)

    def __init__(self, *args: Any, found: list[Suspendable], **named: Any) -> None:
        super().__init__(*args, **named)
        kinds = {"client": "系统", "officer": "经办人", "enrolment": "查询事项"}
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            (f"{one.kind}:{one.number}", f"{kinds[one.kind]} {one.name}（{one.label}，{one.organisation}）")
            for one in found
        ]


class EndForm(forms.Form):
    reason = _words("解除的理由", "例如整改、培训的情况。须另一名审查员同意才解除。", 300)


@officers_may("review.see")
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    today = shanghai_date(timezone.now())
    found = [(one, one.overdue(today)) for one in list_cases(officer_of(request)) if one.state != "closed"]
    return render(request, "portal/desk/inquiries.html", {"found": found})


@officers_may("review.see")
@require_safe
def inquiry(request: HttpRequest, number: int) -> HttpResponse:
    open_case(number, actor=officer_of(request), at=timezone.now())
    return _page(request, number)


@officers_may("review.ask")
@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, number, {"ask": form})
    asked = ask_for_explanation(number, form.cleaned_data["words"], actor=officer_of(request), at=timezone.now())
    messages.success(request, f"已要求 {asked} 个单位说明，答复后在这里看到。")
    return redirect("portal:inquiry", number)


@officers_may("review.close")
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, number, {"close": form})
    try:
        told = close_case(number, **form.cleaned_data, actor=officer_of(request), at=timezone.now())
    except InquiryRefused as refusal:
        return _page(request, number, {"close": form}, refusal)
    messages.success(request, f"已办结，通知了 {told} 名被查询的人。" if told else "已办结。")
    return redirect("portal:inquiry", number)


@officers_may("review.suspend")
@require_POST
def suspend(request: HttpRequest, number: int) -> HttpResponse:
    form = SuspendForm(request.POST, found=list_suspendable(number, officer_of(request)))
    if not form.is_valid():
        return _page(request, number, {"suspend": form})
    kind, _, target = form.cleaned_data["target"].partition(":")
    made = propose(number, kind, int(target), form.cleaned_data["why"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已提出，等另一名审查员同意后生效。")
    return redirect("portal:suspension", made)


@officers_may("review.suspend")
@require_safe
def suspensions(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/desk/suspensions.html", {"found": list_suspensions(officer_of(request))})


@officers_may("review.suspend")
@require_safe
def suspension(request: HttpRequest, number: int) -> HttpResponse:
    return _suspension(request, number)


@officers_may("review.suspend")
@require_POST
def step(request: HttpRequest, number: int, taken: str) -> HttpResponse:
    """Agree, drop, propose the end, or end; the address says which. Raises PageUnknown."""
    if taken not in STEPS:
        raise PageUnknown
    form = EndForm(request.POST) if taken == "propose_end" else None
    if form is not None and not form.is_valid():
        return _suspension(request, number, form)
    reason = form.cleaned_data["reason"] if form else ""
    sign(number, taken, actor=officer_of(request), at=timezone.now(), reason=reason)
    messages.success(request, STEPS[taken])
    return redirect("portal:suspension", number)


STEPS = {
    "agree": "已同意，暂停当即生效。",
    "drop": "已放弃，没有暂停。",
    "propose_end": "已提出解除，等另一名审查员同意。",
    "end": "已解除，当即可以再查。",
}


def _page(
    request: HttpRequest, number: int, given: dict[str, forms.Form] | None = None, refusal: ChengxinError | None = None
) -> HttpResponse:
    officer, told = officer_of(request), given or {}
    one = find_case(number, officer)
    found = list_suspendable(number, officer)
    context = {
        "one": one,
        "overdue": one.overdue(shanghai_date(timezone.now())),
        "lines": list_lines(number, officer),
        "asked": list_asked(number, officer),
        "steps": _steps(one),
        "refusal": refusal,
        "form": next(iter(told.values()), None),
        **_forms(request, one, told, found),
    }
    status = refusal.status if refusal else 422 if told else 200
    return render(request, "portal/desk/inquiry.html", context, status=status)


def _forms(
    request: HttpRequest, one: Case, given: dict[str, forms.Form], found: list[Suspendable]
) -> dict[str, forms.Form | None]:
    acts, live = acts_in(request), one.state != "closed"
    return {
        "ask": given.get("ask") or (AskForm() if one.state == "open" and "review.ask" in acts else None),
        "close": given.get("close") or (CloseForm() if live and "review.close" in acts else None),
        "suspend": given.get("suspend") or (SuspendForm(found=found) if found and "review.suspend" in acts else None),
    }


def _steps(one: Case) -> list[dict[str, str]]:
    """Give the way of an inquiry as the part ``progress`` takes it."""
    heard = f"{one.answered}/{one.asked}" if one.asked else ""
    return [
        {"name": "立项", "state": "done", "note": f"{timezone.localtime(one.opened_at):%Y-%m-%d %H:%M}"},
        {"name": "要求说明", "state": "done" if one.asked else "later" if one.closed_at else "now", "note": ""},
        {"name": "单位说明", "state": {"asked": "now", "answered": "done"}.get(one.state, "later" if not one.answered else "done"),
         "note": heard},
        {"name": "结论", "state": {"closed": "done", "answered": "now"}.get(one.state, "later"), "note": one.finding_name},
    ]  # fmt: skip


def _suspension(request: HttpRequest, number: int, form: EndForm | None = None) -> HttpResponse:
    one = find_suspension(number, officer_of(request))
    context = {
        "one": one,
        "inquiry": one.reference.removeprefix("inquiry:"),
        "end": form or (EndForm() if one.state == "stands" else None),
        "form": form,
    }
    return render(request, "portal/desk/suspension.html", context, status=422 if form else 200)
