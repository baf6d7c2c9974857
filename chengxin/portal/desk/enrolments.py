"""Enrolling for duty items: an organisation applies, the credit centre decides, the supervising department publishes, either side ends."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import acts_in, officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.fields import FreeText
from chengxin.sharing.duties.errors import EnrolmentRefused
from chengxin.sharing.duties.queries import (
    Application,
    DutyTerms,
    find_application,
    find_duty,
    list_applications,
    list_duties,
)
from chengxin.sharing.duties.rules import Applied
from chengxin.sharing.duties.services import Decided, apply_for, decide_application, end_enrolment, publish_enrolment

TEXT = {"class": "form-control", "rows": 2}


def _day(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"required": f"请填写{label}。", "invalid": "日期无法识别，请写成 2026-03-05。"},
    )


def _text(label: str, help_text: str, most: int = 300) -> FreeText:
    return FreeText(
        label=label,
        help_text=help_text,
        max_length=most,
        widget=forms.Textarea(attrs=TEXT),
        error_messages={"required": f"请写明{label}。", "max_length": f"最多 {most} 字。"},
    )


class ApplyForm(forms.Form):
    """The five statements of an application."""

    basis = forms.ChoiceField(
        label="使用依据",
        help_text="选与本单位职责最直接的一条。",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择使用依据。"},
    )
    scene = _text("使用场景", "办什么事的时候查，例如“受理食品经营许可申请后、作出决定前”。")
    scope = _text("使用范围", "查哪些人、结果给谁用，例如“只查申请人本人，只由承办人使用”。")
    way = _text("共享方式", "用工作台页面查，还是用本单位系统的接口查。")
    wanted_until = _day("使用时限", "用到哪一天（不含）。到期前可以再申请。")

    def __init__(self, *args: Any, duty: DutyTerms, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["basis"].choices = list(duty.bases.items())  # type: ignore[attr-defined]

    @property
    def applied(self) -> Applied:
        told = self.cleaned_data
        return Applied(told["basis"], told["scene"], told["scope"], told["way"], told["wanted_until"])


class DecideForm(forms.Form):
    """The centre's decision."""

    decision = forms.ChoiceField(
        label="决定",
        choices=[("approved", "同意开通"), ("refused", "不同意")],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "请选择同意或者不同意。"},
    )
    reason = _text("理由", "申请单位看得到。不同意的，写明缺什么、怎么改可以再申请。", 500)
    valid_from = _day("自哪一天起", "不早于今天。不同意的不用改。")
    valid_until = _day("到哪一天（不含）", "不超过申请的使用时限，一次最多三年。")

    @property
    def decided(self) -> Decided:
        told = self.cleaned_data
        return Decided(told["decision"] == "approved", told["reason"], told["valid_from"], told["valid_until"])


class EndForm(forms.Form):
    end_reason = _text("停止的理由", "停止后当即不能再查，不能恢复；要用须重新申请。")


@officers_may("duties.see")
@require_safe
def enrolments(request: HttpRequest) -> HttpResponse:
    officer, today = officer_of(request), shanghai_date(timezone.now())
    may_ask = "duties.enrol" in acts_in(request)
    found = [(one, one.overdue(today)) for one in list_applications(officer, today)]
    open_to = list_duties(today, kind=officer.organisation.kind) if may_ask else []
    return render(request, "portal/desk/enrolments.html", {"found": found, "duties": open_to, "may_ask": may_ask})


@officers_may("duties.enrol")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, duty: str) -> HttpResponse:
    terms, refusal = find_duty(duty, shanghai_date(timezone.now())), None
    form = ApplyForm(request.POST if request.method == "POST" else None, duty=terms)
    if form.is_valid():
        try:
            number = apply_for(duty, form.applied, actor=officer_of(request), at=timezone.now())
        except EnrolmentRefused as refused:
            refusal = refused
        else:
            messages.success(request, "已提交，等待信用中心答复。")
            return redirect("portal:enrolment", number)
    told = {"duty": terms, "form": form, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.is_bound else 200
    return render(request, "portal/desk/enrolment_new.html", told, status=status)


@officers_may("duties.see")
@require_safe
def enrolment(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, number)


@officers_may("duties.decide")
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, number, {"decide": form})
    try:
        decide_application(number, form.decided, actor=officer_of(request), at=timezone.now())
    except EnrolmentRefused as refusal:
        return _page(request, number, {"decide": form}, refusal)
    messages.success(
        request, "已答复。同意的，由社会信用主管部门公布后生效。" if form.decided.approved else "已答复：不同意。"
    )
    return redirect("portal:enrolment", number)


@officers_may("duties.publish")
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    publish_enrolment(number, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已公布，当即列入公开名单。")
    return redirect("portal:enrolment", number)


@officers_may("duties.end")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, number, {"end": form})
    end_enrolment(number, form.cleaned_data["end_reason"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已停止。")
    return redirect("portal:enrolment", number)


def _page(
    request: HttpRequest, number: int, forms_: dict[str, forms.Form] | None = None, refusal: ChengxinError | None = None
) -> HttpResponse:
    today, acts = shanghai_date(timezone.now()), acts_in(request)
    one, given = find_application(number, officer_of(request), today), forms_ or {}
    starts = {"valid_from": today, "valid_until": one.wanted_until}
    told = {
        "one": one,
        "overdue": one.overdue(today),
        "steps": _steps(one),
        "refusal": refusal,
        "form": next(iter(given.values()), None),
        "decide": given.get("decide")
        or (DecideForm(initial=starts) if _open(one, acts, "duties.decide", "asked") else None),
        "may_publish": _open(one, acts, "duties.publish", "approved"),
        "end": given.get("end")
        or (EndForm() if _open(one, acts, "duties.end", "asked", "approved", "standing") else None),
    }
    status = refusal.status if refusal else 422 if given else 200
    return render(request, "portal/desk/enrolment.html", told, status=status)


def _open(one: Application, acts: frozenset[str], act: str, *states: str) -> bool:
    return act in acts and one.state in states


def _steps(one: Application) -> list[dict[str, str]]:
    """Give the three steps as the part ``progress`` takes them."""
    decided = one.decided_at is not None
    return [
        {"name": "申请", "state": "done", "note": _when(one.asked_at, one.asked_by)},
        _step(
            "信用中心答复", one.decided_at, now=not decided and one.state != "ended", waits=f"{_date(one.due_on)} 前"
        ),
        _step("主管部门公布", one.published_at, now=one.state == "approved", waits=""),
    ]


def _step(name: str, done_at: datetime | None, *, now: bool, waits: str) -> dict[str, str]:
    if done_at is not None:
        return {"name": name, "state": "done", "note": _when(done_at)}
    return {"name": name, "state": "now" if now else "later", "note": waits if now else ""}


def _when(moment: datetime, who: str = "") -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M} {who}".strip()


def _date(day: date) -> str:
    return day.isoformat()
