"""Merging and splitting persons at the credit centre: keyed in by one officer, compared and agreed to by another, undone the same way."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.identity.errors import TransferRefused
from chengxin.identity.parties import Party
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.transfers import Plan, plan_split, propose_again, propose_merge, propose_split
from chengxin.lib.errors import ChengxinError
from chengxin.lib.regions import region
from chengxin.portal.desk.forms import CODE_TYPES, SELECT
from chengxin.portal.fields import FreeText, text_input
from chengxin.records.jobs import second_step
from chengxin.records.transfers import LISTED, Opened, Side, list_transfers, open_transfer, records_of, waiting_numbers

SALT, PLAN_HOLDS_S = "persons.split", 1800
MOST_RECORDS, BIGINT_DIGITS = 500, 19


class GroundForm(forms.Form):
    ground = FreeText(
        label="依据",
        max_length=200,
        help_text="写明凭什么认定，例如公安机关证明的编号。不要写证件号码。",
        widget=text_input(),
        error_messages={"required": "请写明依据。"},
    )


class TwoForm(forms.Form):
    """Two certificates as they lie on the window. Neither is ever given back to the browser."""

    one_name = forms.CharField(label="第一份证件的姓名", max_length=200)
    one_code_type = forms.ChoiceField(label="第一份证件的种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    one_code = forms.CharField(label="第一份证件的号码", max_length=40)
    other_name = forms.CharField(label="第二份证件的姓名", max_length=200)
    other_code_type = forms.ChoiceField(label="第二份证件的种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    other_code = forms.CharField(label="第二份证件的号码", max_length=40)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name in ("one_name", "one_code", "other_name", "other_code"):
            field = self.fields[name]
            field.widget = text_input(spellcheck="false", autocapitalize="characters")
            field.error_messages["required"] = f"请填写{field.label}。"

    def party(self, which: str) -> Party:
        told = self.cleaned_data
        return Party(told[f"{which}_code_type"], told[f"{which}_code"], told[f"{which}_name"])


class MergeForm(TwoForm, GroundForm):
    field_order = None


class WhoseForm(TwoForm):
    """Whose records are looked through, and whose some of them are; ``nobody`` where that person isn't known."""

    nobody = forms.BooleanField(
        label="不知道是谁的：退回信源单位",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if self.data.get("nobody"):
            for name in ("other_name", "other_code"):
                self.fields[name].required = False


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= BIGINT_DIGITS and int(text) < 1 << 63


class ChoiceForm(GroundForm):
    """Which records go. The plan comes back as it was signed: a number of a person can't be put in its place."""

    plan = forms.CharField(required=False, widget=forms.HiddenInput)
    records = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        chosen = data.getlist("records")[:MOST_RECORDS] if data is not None else []
        self.fields["records"].choices = [(one, one) for one in chosen if _is_number(one)]  # type: ignore[attr-defined]

    def plan_of(self, officer: int) -> Plan:
        """Read the plan back. Raises TransferRefused on one that is another's, altered or too old."""
        try:
            who, *told = signing.loads(self.cleaned_data["plan"], salt=SALT, max_age=PLAN_HOLDS_S)
        except (signing.BadSignature, ValueError):
            who, told = None, []
        if who != officer:
            raise TransferRefused(
                "页面已过期，请重新录入两份证件。", "The page is too old; key both certificates in again."
            )
        return Plan(*told)


@officers_may("persons.decide")
@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    number = int(before) if _is_number(before) else None
    found = list_transfers(officer_of(request), before=number)
    more = found[-1].transfer.pk if len(found) == LISTED else None
    return render(request, "portal/desk/persons.html", {"found": found, "more": more, "parked": waiting_numbers()})


@officers_may("persons.decide")
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    form = MergeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        made = propose_merge(
            form.party("one"),
            form.party("other"),
            ground=form.cleaned_data["ground"],
            actor=officer_of(request),
            at=timezone.now(),
        )
        messages.success(request, "已登记，等待另一名工作人员复核。复核前不生效。")
        return redirect("portal:person-transfer", made.transfer_id)

    return _tried(request, form, act, "portal/desk/persons_merge.html", MergeForm)


@officers_may("persons.decide")
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest) -> HttpResponse:
    """Key two certificates in, then choose which of the first one's records are the second one's."""
    if "plan" in request.POST:
        return _choose(request)
    form = WhoseForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        officer, at = officer_of(request), timezone.now()
        other = None if form.cleaned_data["nobody"] else form.party("other")
        plan = plan_split(form.party("one"), other, actor=officer, at=at)
        return _chosen(request, plan, ChoiceForm(), officer.pk)

    return _tried(request, form, act, "portal/desk/persons_split.html", WhoseForm)


def _choose(request: HttpRequest) -> HttpResponse:
    form, officer = ChoiceForm(request.POST), officer_of(request)
    sound = form.is_valid()
    plan = form.plan_of(officer.pk)
    refusal: ChengxinError | None = None
    if sound:
        told = form.cleaned_data
        try:
            made = propose_split(plan, told["records"], ground=told["ground"], actor=officer, at=timezone.now())
        except TransferRefused as refused:
            refusal = refused
        else:
            messages.success(request, "已登记，等待另一名工作人员复核。复核前不生效。")
            return redirect("portal:person-transfer", made.transfer_id)
    return _chosen(request, plan, form, officer.pk, refusal)


def _chosen(
    request: HttpRequest, plan: Plan, form: ChoiceForm, officer: int, refusal: ChengxinError | None = None
) -> HttpResponse:
    context = {
        "records": records_of(plan.from_subject, actor=officer_of(request), at=timezone.now())[:MOST_RECORDS],
        "plan": signing.dumps([officer, plan.from_subject, plan.into_subject, plan.mark], salt=SALT),
        "to": "new" if plan.mark else "nobody" if plan.into_subject is None else "known",
        "form": form,
        "chosen": set(request.POST.getlist("records")) if form.is_bound else set(),
        "refusal": refusal,
    }
    return render(request, "portal/desk/persons_choose.html", context, status=422 if form.is_bound else 200)


@officers_may("persons.decide")
@require_safe
def transfer(request: HttpRequest, number: int) -> HttpResponse:
    opened = open_transfer(number, actor=officer_of(request), at=timezone.now())
    return render(request, "portal/desk/persons_transfer.html", _context(opened))


def _context(opened: Opened) -> dict[str, Any]:
    sides = [side for side in (opened.source, opened.target) if side is not None]
    return {
        "opened": opened,
        "listed": opened.listed,
        "sides": [{"side": side, "region": _region(side)} for side in sides],
        "differ": _differences(*sides) if len(sides) == 2 else [],  # noqa: PLR2004  # the two of them
    }


def _differences(one: Side, other: Side) -> list[str]:
    """Name what speaks against their being one person, for the officers who compare."""
    told = (("姓名", one.named.name != other.named.name), ("出生日期", one.born != other.born))
    return [name for name, differs in told if differs]


def _region(side: Side) -> str:
    found = region(side.region)
    return found.name if found else side.region


class SecondForm(forms.Form):
    agreed = forms.ChoiceField(choices=[("yes", "同意"), ("no", "不同意")])


@officers_may("persons.agree")
@require_POST
def second(request: HttpRequest, number: int) -> HttpResponse:
    form = SecondForm(request.POST)
    if not form.is_valid():
        raise TransferRefused("请选择同意或者不同意。", "Agree or don't.")
    officer, at = officer_of(request), timezone.now()
    opened = open_transfer(number, actor=officer, at=at)
    agreed = form.cleaned_data["agreed"] == "yes"
    second_step(opened.listed.step.pk, agreed=agreed, actor=officer, at=at)
    messages.success(request, "已同意，正在办理。" if agreed else "没有同意，不办理。")
    return redirect("portal:persons")


@officers_may("persons.decide")
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Undo what was carried out, or carry it out again; records that came meanwhile may go back with it."""
    form, officer, at, refusal = ChoiceForm(request.POST or None), officer_of(request), timezone.now(), None
    if form.is_valid():
        told = form.cleaned_data
        try:
            propose_again(number, told["records"], ground=told["ground"], actor=officer, at=at)
        except TransferRefused as refused:
            refusal = refused
        else:
            messages.success(request, "已登记，等待另一名工作人员复核。复核前不生效。")
            return redirect("portal:persons")
    context = {**_context(open_transfer(number, actor=officer, at=at)), "form": form, "refusal": refusal}
    return render(request, "portal/desk/persons_again.html", context, status=422 if form.is_bound else 200)


def _tried(
    request: HttpRequest, form: forms.Form, act: Callable[[], HttpResponse], template: str, blank: type[forms.Form]
) -> HttpResponse:
    """Show the form, or do its act. After a refusal only what names nobody stands in the form again."""
    refusal, status = None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            return act()
        except ChengxinError as refused:
            kept = {name: form.cleaned_data[name] for name in ("ground",) if name in form.cleaned_data}
            form, refusal, status = blank(initial=kept), refused, refused.status
    return render(
        request, template, {"form": form, "refusal": refusal, "back": reverse("portal:persons")}, status=status
    )
