"""The credit centre's queue of rows whose person is open: compared side by side, decided, agreed to by a second officer."""

from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rapidfuzz.distance import Indel

from chengxin.identity.errors import HandsRefused
from chengxin.identity.finding import Near
from chengxin.identity.hands import OWN
from chengxin.identity.policies import officer_of, officers_may
from chengxin.lib.errors import ChengxinError
from chengxin.lib.regions import region
from chengxin.portal.fields import FreeText, text_input
from chengxin.records.adjudication import LISTED, Case, list_cases, open_case, take_back
from chengxin.records.errors import DecisionRefused, WaitingRowGone
from chengxin.records.jobs import decide_case, second_case
from chengxin.records.neighbours import go_on, neighbours

NOBODY = "nobody"
LONGEST_NUMBER = 18
"""Digits of a number that fits the database's."""


class Sign(NamedTuple):
    """A sign of a code or name; ``other`` where the written one has something else there."""

    text: str
    other: bool


class DecideForm(forms.Form):
    choice = forms.CharField(
        label="可能的人", max_length=20, error_messages={"required": "请选择一个人，或者选“都不是”。"}
    )
    ground = FreeText(
        label="理由",
        max_length=200,
        help_text="写明核对了什么，例如“与处罚决定书当事人信息一致”。不要写证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明理由。"},
    )

    def subject(self) -> int | None:
        """Give who was chosen, None for nobody. Raises DecisionRefused for what the page doesn't offer."""
        choice = self.cleaned_data["choice"]
        if choice == NOBODY:
            return None
        if not (choice.isascii() and choice.isdigit()):
            raise DecisionRefused("请选择一个人，或者选“都不是”。", "Choose one, or nobody.")
        return int(choice)


@officers_may("adjudication.decide", own_rows=True)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    given = request.GET.get("after", "")
    after = int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER else 0
    found = list_cases(officer_of(request), after=after)
    more = found[-1].number if len(found) == LISTED else None
    return render(request, "portal/desk/cases.html", {"found": found, "more": more})


@officers_may("adjudication.decide", own_rows=True)
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, number: int) -> HttpResponse:
    form, refusal = DecideForm(request.POST if request.method == "POST" else None), None
    try:
        if form.is_valid():
            return _decide(request, number, form)
    except (DecisionRefused, HandsRefused) as refused:
        refusal = refused
    except WaitingRowGone as gone:
        return _back(request, gone)
    return _show(request, number, form, refusal)


def _decide(request: HttpRequest, number: int, form: DecideForm) -> HttpResponse:
    ground, officer = form.cleaned_data["ground"], officer_of(request)
    waits = decide_case(number, subject_id=form.subject(), ground=ground, actor=officer, at=timezone.now())
    who = "已认定" if form.subject() else "已认定都不是"
    following = "等待另一名工作人员复核" if waits else "正在办理" if form.subject() else "正在退回信源单位"
    return _on(request, number, f"{who}，{following}。")


def _show(request: HttpRequest, number: int, form: DecideForm, refusal: ChengxinError | None) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    try:
        opened = open_case(number, actor=officer, at=at)
    except WaitingRowGone as gone:
        return _back(request, gone)
    beside = {"neighbours": neighbours(number, actor=officer, at=at)}
    if opened.own:
        context = {"number": number, "refusal": HandsRefused(OWN), **beside}
        return render(request, "portal/desk/case_own.html", context, status=403)
    status = refusal.status if refusal else 422 if form.is_bound else 200
    context = {**_context(opened, form, refusal, officer.pk), **beside}
    return render(request, "portal/desk/case.html", context, status=status)


def _back(request: HttpRequest, gone: WaitingRowGone) -> HttpResponse:
    messages.warning(request, gone.text)
    return redirect("portal:cases")


def _on(request: HttpRequest, number: int, told: str, *, second: bool = False) -> HttpResponse:
    """Go on to the next row that the officer may decide, or agree to; back to the list where there is none."""
    following = go_on(number, second=second, actor=officer_of(request), at=timezone.now())
    if following is None:
        messages.success(request, told)
        return redirect("portal:cases")
    messages.success(request, f"第 {number} 行{told}现在是第 {following} 行。")
    return redirect("portal:case", following)


def _context(opened: Case, form: DecideForm, refusal: ChengxinError | None, officer: int) -> dict[str, object]:
    decision = opened.decision
    return {
        "case": opened,
        "form": form,
        "refusal": refusal,
        "rows": [
            {
                "near": one,
                "code": _marked(opened.written.code, one.code),
                "name": _marked(opened.written.name, one.name),
                "region": _region(one),
                "picked": form["choice"].value() == str(one.suggestion.subject_id),
                "chosen": decision is not None and decision.subject_id == one.suggestion.subject_id,
            }
            for one in opened.near
        ],
        "decision": decision,
        "mine": decision is not None and decision.decided_by_id == officer,
        "takes_back": decision is not None and officer in (decision.decided_by_id, decision.second_by_id),
        "taking_back": TakeBackForm(auto_id="back_%s"),
        "nobody": NOBODY,
    }


def _region(one: Near) -> str:
    found = region(one.region)
    return found.name if found else one.region


def _marked(written: str, held: str) -> list[Sign]:
    """Mark the signs of what is on file that the written text hasn't at that place."""
    signs: list[Sign] = []
    for step in Indel.opcodes(written, held):
        signs += [Sign(sign, step.tag != "equal") for sign in held[step.dest_start : step.dest_end]]
    return signs


class TakeBackForm(forms.Form):
    ground = FreeText(
        label="撤回的理由",
        max_length=200,
        help_text="例如“选错了人”。不要写证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明理由。"},
    )


class SecondForm(forms.Form):
    agreed = forms.ChoiceField(choices=[("yes", "同意"), ("no", "不同意")])


@officers_may("adjudication.agree", own_rows=True)
@require_POST
def second(request: HttpRequest, number: int) -> HttpResponse:
    form = SecondForm(request.POST)
    if not form.is_valid():
        raise DecisionRefused("请选择同意或者不同意。", "Agree or don't.")
    agreed = form.cleaned_data["agreed"] == "yes"
    second_case(number, agreed=agreed, actor=officer_of(request), at=timezone.now())
    told = "已同意，正在办理。" if agreed else "没有同意，重新等待认定。"
    return _on(request, number, told, second=True)


@officers_may("adjudication.decide", own_rows=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        raise DecisionRefused("请写明撤回的理由，不要写证件号码。", "Give the reason, without an identity code.")
    take_back(number, ground=form.cleaned_data["ground"], actor=officer_of(request), at=timezone.now())
    messages.success(request, "已撤回，这一行重新等待认定。")
    return redirect("portal:cases")
