"""Organisations: listed, seen with all that hangs on them, entered, renamed, put under another, ended; by the system administrator."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.identity.listings import OrganisationSeen, Sought, page_of_organisations, see_organisation
from chengxin.identity.organisation_file import COLUMNS, read_list
from chengxin.identity.policies import officer_of, officers_may
from chengxin.identity.services.organisations import (
    Entered,
    change_organisation,
    end_organisation,
    enter_organisation,
    enter_organisations,
)
from chengxin.lib.periods import shanghai_date
from chengxin.portal.administration.acting import Done, Page, carry_out, posted
from chengxin.portal.administration.forms import (
    OrganisationCode,
    ReasonForm,
    Suggesting,
    day_field,
    must,
    region_choices,
)
from chengxin.portal.administration.uploads import refusal_of
from chengxin.portal.desk.forms import SELECT
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.words import ORGANISATION_KINDS
from chengxin.records.services import areas

PAGE = 50
ANY = [("", "全部")]
KINDS = list(ORGANISATION_KINDS.items())


class SoughtForm(forms.Form):
    """Which organisations to list. Everything may be left out."""

    named = FreeText(label="名称或者代码", required=False, max_length=60, widget=text_input(type="search"))
    kind = forms.ChoiceField(label="类别", required=False, choices=ANY + KINDS, widget=forms.Select(attrs=SELECT))
    region = forms.ChoiceField(label="行政区划（含下级）", required=False, widget=forms.Select(attrs=SELECT))
    stands = forms.ChoiceField(
        label="今天能否使用",
        required=False,
        choices=[*ANY, ("yes", "可用"), ("no", "不可用")],
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["region"].choices = [*ANY, *region_choices()]  # type: ignore[attr-defined]

    def sought(self) -> Sought:
        told = self.cleaned_data
        stands = {"yes": True, "no": False}.get(told["stands"])
        return Sought(told["kind"], told["region"], told["named"].strip(), stands)


class NameForm(forms.Form):
    name = FreeText(
        label="单位名称",
        max_length=200,
        help_text="照批准文件或者登记证书写全称。",
        widget=text_input(),
        error_messages=must("请填写单位名称。", "Give the organisation's name."),
    )
    superior = OrganisationCode(
        label="上级单位代码", required=False, help_text="上级所在区划须包含本单位的区划。没有上级的，不填。"
    )


class OrganisationForm(NameForm):
    code = OrganisationCode(label="统一社会信用代码", help_text="十八位，照证书填写。登记以后不能改。")
    kind = forms.ChoiceField(
        label="类别",
        help_text="登记以后不能改。征信机构还须登记许可证，才能使用。",
        choices=[("", "请选择"), *KINDS],
        widget=forms.Select(attrs=SELECT),
        error_messages=must("请选择类别。", "Choose the kind."),
    )
    region = forms.RegexField(
        r"^[0-9]{6}\Z",
        label="行政区划代码",
        help_text="六位，例如 140105；输入名称会有提示。省级单位填 140000。登记以后不能改。",
        widget=Suggesting(region_choices),
        error_messages={
            **must("请填写行政区划代码。", "Give the region's code."),
            "invalid": "行政区划代码是六位数字，例如 140105。 / A region's code has six digits, such as 140105.",
        },
    )
    valid_from = day_field("从哪一天起", "这一天起可以报送、查询。登记以后不能改。")
    field_order = ("code", "name", "kind", "region", "valid_from", "superior")


class EndForm(ReasonForm):
    on = day_field("从哪一天起失效", "不早于今天。这一天起不能再报送、查询，人员的岗位权限和系统同时停止。")
    field_order = ("on", "reason")


class ListForm(forms.Form):
    file = forms.FileField(
        label="名单文件",
        help_text=f"CSV（UTF-8 或者 GB18030），第一行是列名：{'、'.join(COLUMNS)}；后三列可以没有。已失效的单位，写明恢复理由才恢复。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,text/csv"}),
        error_messages={
            **must("请选择名单文件。", "Choose the file."),
            "empty": "文件是空的，请重新导出。 / The file is empty.",
        },
    )

    def __init__(self, *args: Any, refusal: str, **named: Any) -> None:
        super().__init__(*args, **named)
        self._refusal = refusal

    def clean(self) -> dict[str, Any] | None:
        if self._refusal:
            self.errors.pop("file", None)
            self.add_error("file", self._refusal)
        return super().clean()


@officers_may("organisations.see")
@require_http_methods(["GET", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """List them, or those that are looked for. What is typed never stands in an address: it might be somebody's identity code."""
    form, today = SoughtForm(request.POST), shanghai_date(timezone.now())
    if not form.is_valid():
        return render(request, "portal/administration/organisations.html", {"form": form, "narrowed": True}, status=422)
    found = page_of_organisations(form.sought(), on=today, after=request.POST.get("after", ""), limit=PAGE + 1)
    context = {
        "form": form,
        "found": found[:PAGE],
        "more": found[PAGE - 1].code if len(found) > PAGE else "",
        "narrowed": any(form.cleaned_data[name] for name in ("kind", "region", "stands")),
    }
    return render(request, "portal/administration/organisations.html", context)


@officers_may("organisations.see")
@require_safe
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    today, seen = shanghai_date(timezone.now()), seen_or_404(code)
    last = seen.one.valid_until
    context = {"seen": seen, "today": today, "ended": last is not None and last <= today}
    return render(request, "portal/administration/organisation.html", context)


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = OrganisationForm(posted(request), initial={"valid_from": shanghai_date(at)})

    def act() -> Done:
        made = enter_organisation(Entered(1, **form.cleaned_data), areas=areas(), actor=officer_of(request), at=at)
        return Done("已登记。接着可以登记许可或者备案、工作人员、单位的系统。", _page(made.code))

    back = reverse("administration:organisations")
    return carry_out(request, form, act, Page("登记单位", "登记", back, "返回单位列表"))


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    one, at = seen_or_404(code).one, timezone.now()
    above = one.superior.code if one.superior else ""
    form = NameForm(posted(request), initial={"name": one.name, "superior": above})

    def act() -> Done:
        change_organisation(code, **form.cleaned_data, areas=areas(), actor=officer_of(request), at=at)
        return Done("已变更。", _page(code))

    meaning = "代码、类别、区划和生效日期不能改；这些变了的，请让本单位失效，另用新代码登记。"
    return carry_out(request, form, act, about("变更名称和上级", "变更", seen_or_404(code), meaning))


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str) -> HttpResponse:
    seen, at = seen_or_404(code), timezone.now()
    form = EndForm(posted(request), initial={"on": shanghai_date(at)})

    def act() -> Done:
        end_organisation(code, **form.cleaned_data, actor=officer_of(request), at=at)
        return Done("已写入失效日期。到那一天，报送、查询、岗位权限和系统自动停止。", _page(code))

    meaning = "到那一天自动停止。填错的，在那一天以前可以重新填；已经失效的，用单位名单恢复，写明恢复理由。"
    return carry_out(request, form, act, about("单位撤并、失效", "失效", seen, meaning))


@officers_may("organisations.enter")
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    form = ListForm(posted(request), request.FILES or None, refusal=refusal_of(request))

    def act() -> Done:
        rows = read_list(form.cleaned_data["file"].read())
        done = enter_organisations(rows, areas=areas(), actor=officer_of(request), at=timezone.now())
        told = f"名单已写入：新登记 {done.new}，变更 {done.changed}，没有变化 {done.same}。"
        return Done(told, reverse("administration:organisations"))

    meaning = "新单位登记，已有单位更新名称、失效日期和上级。有一行不对，全表都不写入，并列出每一行怎么改。"
    back = reverse("administration:organisations")
    return carry_out(request, form, act, Page("上传单位名单", "上传", back, "返回单位列表", meaning=meaning, file=True))


def seen_or_404(code: str) -> OrganisationSeen:
    found = see_organisation(code, on=shanghai_date(timezone.now()))
    if found is None:
        raise Http404
    return found


def about(title: str, button: str, seen: OrganisationSeen, meaning: str = "") -> Page:
    """Make the page of an act on an organisation."""
    facts = (("单位", seen.one.name), ("统一社会信用代码", seen.one.code))
    return Page(title, button, _page(seen.one.code), "返回该单位", facts, meaning)


def _page(code: str) -> str:
    return reverse("administration:organisation", args=[code])
