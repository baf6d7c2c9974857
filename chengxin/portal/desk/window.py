"""The credit centre's window: somebody without a telephone is seen in person, and what is theirs is printed and handed over.

Nothing of anybody stands on the officer's screen: pages tell of a visit by its number, papers come as files that no cache keeps.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.parties import Party
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.visits import (
    confirm_relative,
    end_visit,
    enter_relative,
    find_visit,
    serve,
    visits_at_window,
)
from chengxin.identity.visiting import LONGEST_MINUTES, PAPERS, RELATIONS, Asked
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.portal.certificates import CertificateForm
from chengxin.portal.desk.answers import printed
from chengxin.portal.desk.delegations import PairForm
from chengxin.portal.desk.forms import CODE_TYPES, SELECT
from chengxin.portal.desk.scans import of_visit
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.navigation import public_url
from chengxin.portal.words import word
from chengxin.sharing.at_window import hand_out_certificate, hand_out_entries, hand_out_report
from chengxin.sharing.documents import as_pdf, certificate_pdf, entries_pdf

CHECKS = {"class": "form-check-input"}
SEEN = "本人（或者代理人）在场，我看过证件原件，照片与来人相符"


class ServeForm(forms.Form):
    """Whoever stands there, from their certificate. Nothing of it is given back to the browser."""

    name = forms.CharField(label="本人姓名", max_length=200, error_messages={"required": "请填写本人姓名。"})
    code_type = forms.ChoiceField(label="本人证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    code = forms.CharField(label="本人证件号码", max_length=40, error_messages={"required": "请填写本人证件号码。"})
    agent_name = forms.CharField(label="代理人姓名", max_length=200, required=False)
    agent_code_type = forms.ChoiceField(
        label="代理人证件种类", choices=CODE_TYPES, required=False, widget=forms.Select(attrs=SELECT)
    )
    agent_code = forms.CharField(label="代理人证件号码", max_length=40, required=False)
    seen = forms.BooleanField(
        label=SEEN,
        widget=forms.CheckboxInput(attrs=CHECKS),
        error_messages={"required": "须看过证件原件和来人，再办理。"},
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name in ("name", "code", "agent_name", "agent_code"):
            self.fields[name].widget = text_input(spellcheck="false", autocapitalize="characters")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if bool(told.get("agent_name")) != bool(told.get("agent_code")):
            self.add_error("agent_name", "代理人的姓名和证件号码要一起填写；本人来办的，都不填。")
        return told

    def parties(self) -> tuple[Party, Party | None]:
        told = self.cleaned_data
        agent = Party(told["agent_code_type"], told["agent_code"], told["agent_name"]) if told["agent_code"] else None
        return Party(told["code_type"], told["code"], told["name"]), agent


class DeadForm(PairForm):
    """The dead and the relative, from the papers."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for who, words in (("subject", "死者"), ("agent", "申请人")):
            for part, label in (("name", "姓名"), ("code_type", "证件种类"), ("code", "证件号码")):
                self.fields[f"{who}_{part}"].label = f"{words}{label}"
                self.fields[f"{who}_{part}"].error_messages["required"] = f"请填写{words}{label}。"


class RelativeForm(DeadForm):
    relation = forms.ChoiceField(
        label="申请人是死者的",
        choices=list(RELATIONS.items()),
        widget=forms.RadioSelect(attrs=CHECKS),
        error_messages={"required": "请选择是什么亲属。"},
    )
    interest = FreeText(
        label="为了自身的什么正当利益",
        max_length=200,
        help_text="用申请人自己的话写，例如：办理继承，要核对父亲名下的罚款是否缴清。",
        widget=text_input(),
        error_messages={"required": "请写明为了自身的什么正当利益。"},
    )
    papers = forms.MultipleChoiceField(
        label="看过哪些材料的原件",
        choices=list(PAPERS.items()),
        help_text="这里只记种类；复核通过以后，再把申请书和证明扫描收下。须有死亡证明，并至少有一种证明亲属关系。",
        widget=forms.CheckboxSelectMultiple(attrs=CHECKS),
        error_messages={"required": "请勾选看过的材料。"},
    )
    arranged = forms.BooleanField(
        label="申请人知道死者生前对这些信息另有安排", required=False, widget=forms.CheckboxInput(attrs=CHECKS)
    )
    seen = forms.BooleanField(
        label="申请人在场，我看过证件原件，照片与来人相符",
        widget=forms.CheckboxInput(attrs=CHECKS),
        error_messages={"required": "须看过证件原件和来人，再办理。"},
    )

    def asked(self) -> Asked:
        told = self.cleaned_data
        return Asked(told["relation"], told["interest"], frozenset(told["papers"]), told["arranged"])

    def without_persons(self) -> "RelativeForm":
        return RelativeForm(initial={name: self.cleaned_data[name] for name in ("relation", "interest", "papers")})


@officers_may("window.serve")
@require_http_methods(["GET", "POST"])
def window(request: HttpRequest) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    form, refusal = ServeForm(request.POST if request.method == "POST" else None), None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        subject, agent = form.parties()
        try:
            return redirect("portal:visit", serve(subject, agent, actor=officer, at=at))
        except ChengxinError as refused:
            form, refusal, status = ServeForm(), refused, refused.status
    context = {"form": form, "refusal": refusal, "found": visits_at_window(officer, at=at), "minutes": LONGEST_MINUTES}
    return render(request, "portal/desk/window.html", context, status=status)


@officers_may("window.serve")
@require_http_methods(["GET", "POST"])
def relatives(request: HttpRequest) -> HttpResponse:
    form, refusal = RelativeForm(request.POST if request.method == "POST" else None), None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            enter_relative(*form.parties(), form.asked(), actor=officer_of(request), at=timezone.now())
        except ChengxinError as refused:
            form, refusal, status = form.without_persons(), refused, refused.status
        else:
            messages.success(request, "已登记，请另一名工作人员对照原件复核。复核通过后您可以打印。")
            return redirect("portal:window")
    return render(request, "portal/desk/window_relatives.html", {"form": form, "refusal": refusal}, status=status)


@officers_may("window.serve")
@require_safe
def visit(request: HttpRequest, number: int) -> HttpResponse:
    found = find_visit(officer_of(request), number, at=timezone.now())
    return render(request, "portal/desk/visit.html", of_visit(request, found))


@officers_may("window.confirm")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    found = find_visit(officer, number, at=at)
    form, refusal = DeadForm(request.POST if request.method == "POST" else None), None
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            confirm_relative(number, *form.parties(), actor=officer, at=at)
        except ChengxinError as refused:
            form, refusal, status = DeadForm(), refused, refused.status
        else:
            messages.success(request, f"复核通过。登记的同事现在可以打印，{LONGEST_MINUTES} 分钟内有效。")
            return redirect("portal:window")
    context = {"form": form, "refusal": refusal, "one": found}
    return render(request, "portal/desk/visit_confirm.html", context, status=status)


@officers_may("window.serve")
@require_POST
def report(request: HttpRequest, number: int) -> HttpResponse:
    made = hand_out_report(officer_of(request), number, at=timezone.now())
    address = public_url("check-report")
    content = as_pdf(made, demo=settings.DEMO, sandbox=settings.SANDBOX, check_at=address)
    return printed(content, made.number)


@officers_may("window.serve")
@require_POST
def entries(request: HttpRequest, number: int) -> HttpResponse:
    made = hand_out_entries(officer_of(request), number, at=timezone.now())
    return printed(entries_pdf(made, word=word, demo=settings.DEMO, sandbox=settings.SANDBOX), f"visit-{number}")


@officers_may("window.serve")
@require_http_methods(["GET", "POST"])
def certificate(request: HttpRequest, number: int) -> HttpResponse:
    officer, at = officer_of(request), timezone.now()
    found = find_visit(officer, number, at=at)
    form = CertificateForm(request.POST if request.method == "POST" else None, on=shanghai_date(at))
    if not form.is_valid():
        context = {"form": form, "one": found}
        return render(request, "portal/desk/visit_certificate.html", context, status=422 if form.is_bound else 200)
    made = hand_out_certificate(officer, number, form.wanted(), at=at)
    address = public_url("check-report")
    return printed(certificate_pdf(made, check_at=address, demo=settings.DEMO, sandbox=settings.SANDBOX), made.number)


@officers_may("window.serve")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    end_visit(number, actor=officer_of(request), at=timezone.now())
    messages.success(request, "办理结束。请把打印件和证件交给来人，关闭打印的窗口。")
    return redirect("portal:window")
