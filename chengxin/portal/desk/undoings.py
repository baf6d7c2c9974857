"""Taking a whole batch back: asked for by its provider, agreed to at the credit centre; and what the proof of the ledger found."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.speaking import speaking_as
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.numbers import whole_number
from chengxin.records.errors import UndoRefused
from chengxin.records.jobs import second_undo
from chengxin.records.proof import list_runs
from chengxin.records.queries import find_batch
from chengxin.records.undoing import LISTED, list_left, list_undoings, open_undoing, propose_undo

RUNS = 30


class GroundForm(forms.Form):
    ground = FreeText(
        label="理由",
        max_length=200,
        help_text="写明错在哪里，例如“误传了上一年度的文件”。不要写姓名和证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明撤回的理由。"},
    )


class SecondForm(forms.Form):
    agreed = forms.ChoiceField(choices=[("yes", "同意"), ("no", "不同意")])


@officers_may("intake.undo")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, token: UUID) -> HttpResponse:
    officer, form, refusal = officer_of(request), GroundForm(request.POST or None), None
    if form.is_valid():
        try:
            propose_undo(token, ground=form.cleaned_data["ground"], actor=officer, at=timezone.now())
        except UndoRefused as refused:
            refusal = refused
        else:
            messages.success(request, "已申请撤回整批，等待信用中心复核。复核前不生效。")
            return redirect("portal:undoings")
    with speaking_as(officer):
        view = find_batch(token, officer.organisation.pk)
        context = {"form": form, "view": view, "batch": view.batch, "refusal": refusal}
        status = refusal.status if refusal else 422 if form.is_bound else 200
        return render(request, "portal/desk/undo.html", context, status=status)


@officers_may("intake.see_undone")
@require_safe
def undoings(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = list_undoings(officer_of(request), before=before, limit=LISTED + 1)
    older = found[LISTED - 1].pk if len(found) > LISTED else None
    return render(request, "portal/desk/undoings.html", {"found": found[:LISTED], "older": older})


@officers_may("intake.see_undone")
@require_safe
def undoing(request: HttpRequest, number: int) -> HttpResponse:
    officer = officer_of(request)
    made = open_undoing(number, officer)
    context = {"made": made, "left": list_left(number, officer), "centre": officer.organisation.kind == "centre"}
    return render(request, "portal/desk/undoing.html", context)


@officers_may("intake.agree_undo")
@require_POST
def agree(request: HttpRequest, number: int) -> HttpResponse:
    form = SecondForm(request.POST)
    if not form.is_valid():
        raise UndoRefused("请选择同意或者不同意。", "Agree or don't.")
    agreed = form.cleaned_data["agreed"] == "yes"
    second_undo(number, agreed=agreed, actor=officer_of(request), at=timezone.now())
    messages.success(request, "已同意，正在撤回。" if agreed else "没有同意，不撤回。")
    return redirect("portal:undoing", number)


@officers_may("proof.see")
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    before = whole_number(request.GET.get("before", ""))
    found = list_runs(before=before, limit=RUNS + 1)
    older = found[RUNS - 1].pk if len(found) > RUNS else None
    return render(request, "portal/desk/proof.html", {"runs": found[:RUNS], "older": older, "newest": before is None})
