"""The forms of the catalogue's process."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from chengxin.catalogue import wording
from chengxin.catalogue.rules import DRAFTERS
from chengxin.catalogue.terms import ADMISSIONS, DISPLAY_RULES, FIELD_TYPES, NATURES, RETENTION_RULES, ROLES
from chengxin.portal import words
from chengxin.portal.fields import FreeText, text_input
from chengxin.records.terms import record_terms

SELECT = {"class": "form-select"}
CHECK = {"class": "form-check-input"}
DISPLAY_OF = {
    "penalty-grade": ("display", "serious_max"),
    "court-list": ("court", "shown"),
}
RETENTION_OF = {
    "adverse": ("retention", "keep", "年"),
    "honour": ("plain", "honour", "个月"),
    "volunteer": ("plain", "volunteer", "个月"),
    "commitment": ("plain", "commitment", "个月"),
    "while-valid": ("plain", "after_validity", "个月"),
}
YES_NO = [("no", "否"), ("always", "是")]


def longest(on: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Give the rules of display and of keeping, each with the law's maximum on the day."""
    terms = record_terms(on)
    display = []
    for rule in sorted(DISPLAY_RULES):
        told = DISPLAY_OF.get(rule)
        most = f"，最长 {getattr(terms, told[0])[told[1]]} 个月" if told else ""
        display.append((rule, words.DISPLAY_RULES[rule] + most))
    keep = []
    for rule in sorted(RETENTION_RULES):
        table, number, unit = RETENTION_OF[rule]
        most = getattr(terms, table)[number]
        after = "期满后 " if rule == "while-valid" else "最长 "
        keep.append((rule, f"{words.RETENTION_RULES[rule]}，{after}{most} {unit}"))
    return display, keep


def _choice(label: str, choices: Iterable[tuple[str, str]], **named: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), widget=forms.Select(attrs=SELECT), **named)


def _many(label: str, choices: Iterable[tuple[str, str]], **named: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), widget=forms.CheckboxSelectMultiple(attrs=CHECK), **named
    )


def _text(label: str, length: int, **named: Any) -> FreeText:
    return FreeText(label=label, max_length=length, widget=text_input(), **named)


def _area(label: str, length: int, **named: Any) -> FreeText:
    return FreeText(
        label=label, max_length=length, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}), **named
    )


class BeginForm(forms.Form):
    title = _text(
        "草案名称",
        100,
        help_text="例如“市场监管部门 2027 年补充目录”。",
        error_messages={"required": "请填写草案名称。"},
    )


class NewItemForm(forms.Form):
    """Which item is taken up: a new one, one of the edition in force to be changed, or one to be ended."""

    way = _choice(
        "要做什么", [("new", "新增信息项"), ("change", "修改省补充目录的信息项"), ("end", "停用省补充目录的信息项")]
    )
    existing = _choice("现行省补充目录的信息项", [], required=False)
    code = forms.CharField(
        label="新信息项的编码",
        max_length=32,
        required=False,
        widget=text_input(),
        help_text="字母、数字和短横，例如 SX-GY。",
    )
    name = _text("新信息项的名称", 200, required=False)

    def __init__(self, *args: Any, items: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["existing"].choices = [("", "请选择"), *items]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("way") == "new":
            for name, what in (("code", "编码"), ("name", "名称")):
                if not told.get(name):
                    self.add_error(name, f"请填写新信息项的{what}。")
        elif not told.get("existing"):
            self.add_error("existing", "请选择一个现行省补充目录的信息项。")
        return told


class HeadForm(forms.Form):
    """What an item is; ``read`` and ``into`` go between the form and the file's content."""

    name = _text("名称", 200)
    name_en = _text("英文名称", 200, required=False)
    item_class = _choice("类别", [])
    nature = _choice("性质", [(one, words.NATURES[one]) for one in sorted(NATURES)])
    behaviour = _area("记的是什么事", 1000, help_text="写明什么行为、由什么文书认定。")
    authority = _text("认定机关", 200)
    provider_kinds = _many(
        "由谁报送", [(one, words.ORGANISATION_KINDS[one]) for one in sorted(DRAFTERS | {"association"})]
    )
    disclosure = _many(
        "披露方式", words.DISCLOSURES.items(), help_text="社会公开须有法律条款明文规定，并在“依据”中列出。"
    )
    share_class = _choice(
        "共享属性", [(one, words.SHARE_CLASSES[one]) for one in ("unconditional", "conditional", "none")]
    )
    share_conditions = _text("共享条件", 500, required=False)
    cycle_value = forms.IntegerField(
        label="报送期限", min_value=1, max_value=366, widget=forms.NumberInput(attrs={"class": "form-control"})
    )
    cycle_unit = _choice("报送期限的单位", [(one, words.UNITS[one]) for one in ("working_day", "day", "month")])
    admission = _choice("准入审查", [(one, words.ADMISSIONS[one]) for one in sorted(ADMISSIONS)])
    display_rule = _choice("展示期限", [])
    retention_rule = _choice("保存期限", [], help_text="期限由法律规定，这里只能选规则，不能写得更长。")

    PLAIN = ("name", "name_en", "nature", "behaviour", "authority", "provider_kinds", "disclosure", "share_class",
             "share_conditions", "admission", "display_rule", "retention_rule")  # fmt: skip

    def __init__(self, *args: Any, classes: Iterable[tuple[str, str]], on: date, **named: Any) -> None:
        super().__init__(*args, **named)
        for name, choices in zip(("display_rule", "retention_rule"), longest(on), strict=True):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["item_class"].choices = list(classes)  # type: ignore[attr-defined]

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        cycle = item.get("update_cycle", {})
        told = {name: item.get(name) for name in cls.PLAIN}
        return {
            **told,
            "item_class": item.get("class"),
            "cycle_value": cycle.get("value"),
            "cycle_unit": cycle.get("unit"),
        }

    def into(self, item: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        cycle = {**item.get("update_cycle", {}), "value": told["cycle_value"], "unit": told["cycle_unit"]}
        return {**item, **{name: told[name] for name in self.PLAIN}, "class": told["item_class"], "update_cycle": cycle}


class FieldForm(forms.Form):
    """One data item of an item."""

    code = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_]{0,31}$", label="代码", widget=text_input(), help_text="字母开头，例如 JG_MC。"
    )
    label = _text("名称", 100)
    label_en = _text("英文名称", 200, required=False)
    type = _choice("类型", [(one, wording.FIELD_KINDS[one]) for one in sorted(FIELD_TYPES)])
    length = forms.IntegerField(
        label="最多几个字",
        min_value=1,
        max_value=10000,
        required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    list = _choice("代码表", [], required=False)
    required = _choice("必填", YES_NO)
    sensitivity = _choice("敏感程度", wording.SENSITIVITIES.items())
    shown_to = _many("谁能看到", words.READERS.items(), required=False)
    role = _choice(
        "在记录中的作用", [("", "无"), *[(one, wording.PARTS[one]) for one in sorted(ROLES)]], required=False
    )
    harm = _text("填错的后果", 200, required=False)
    example = _text("示例", 100, required=False)

    def __init__(self, *args: Any, lists: Iterable[str], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["list"].choices = [("", "无"), *[(one, one) for one in sorted(lists)]]  # type: ignore[attr-defined]

    def into(self, item: Mapping[str, Any], former: str = "") -> dict[str, Any]:
        """Put the field into an item, in place of a former one or at the end."""
        told = {key: value for key, value in self.cleaned_data.items() if key != "role" and value not in (None, "")}
        told["label_en"] = told.get("label_en", told["label"])
        fields = list(item.get("field", ()))
        held = [field["code"] for field in fields]
        if former in held:
            place = held.index(former)
            fields[place] = {**{k: v for k, v in fields[place].items() if k not in self.fields}, **told}
        else:
            fields.append({"aliases": [], "supplementary": False, **told})
        roles = {role: code for role, code in item.get("roles", {}).items() if code not in {former, told["code"]}}
        if role := self.cleaned_data["role"]:
            roles[role] = told["code"]
        return {**item, "field": fields, "roles": roles}


class BasesForm(forms.Form):
    """Articles by what they allow, and purposes."""

    collect = _many("准许归集的条款", [])
    share = _many("准许共享的条款", [], required=False)
    publish = _many("规定向社会公开的条款", [], required=False)
    purposes = _many("可用于", [])

    def __init__(
        self, *args: Any, articles: Iterable[tuple[str, str]], purposes: Iterable[tuple[str, str]], **named: Any
    ) -> None:
        super().__init__(*args, **named)
        told = list(articles)
        for name in ("collect", "share", "publish"):
            self.fields[name].choices = told  # type: ignore[attr-defined]
        self.fields["purposes"].choices = list(purposes)  # type: ignore[attr-defined]

    def into(self, item: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        bases = [{"ref": ref, "role": role} for role in ("collect", "share", "publish") for ref in told[role]]
        return {**item, "bases": bases, "purposes": told["purposes"]}


class FileForm(forms.Form):
    draft_file = forms.FileField(
        label="文件",
        help_text="整个信息项用 TOML；只换数据项表用 CSV 或者 Excel（先下载现有的表，改好再上传）。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".toml,.csv,.xlsx"}),
        error_messages={"required": "请选择文件。"},
    )


class ReasonForm(forms.Form):
    reason = _text("理由", 500, error_messages={"required": "请写明理由。"})


class ConsultForm(forms.Form):
    until = forms.DateField(
        label="征求意见到哪一天为止",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"required": "请选择日期。", "invalid": "请写成 2026-12-31 的形式。"},
    )


class PublishForm(forms.Form):
    code = forms.CharField(label="版本号", max_length=32, widget=text_input(), help_text="例如 2027.1。")
    valid_from = forms.DateField(
        label="施行日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"})
    )


class AnswerForm(forms.Form):
    comment = forms.IntegerField(widget=forms.HiddenInput)
    answer = _area("答复", 2000, error_messages={"required": "请写明答复。"})


class LawEventForm(forms.Form):
    law = _choice("法律", [])
    articles = FreeText(
        label="条款编号", max_length=500, required=False, widget=text_input(),
        help_text="只填受影响的，例如 XZCFF-59，多个用顿号隔开；不填就是全部条款。",
    )  # fmt: skip
    kind = _choice("发生了什么", [("changed", "修改"), ("ended", "废止或者失效")])
    on_day = forms.DateField(
        label="自哪一天起", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"})
    )
    what = _text("说明", 500)
    source = _text("出处", 300, help_text="公布的文号或者公报。")

    def __init__(self, *args: Any, laws: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["law"].choices = list(laws)  # type: ignore[attr-defined]

    def named(self) -> tuple[str, ...]:
        text = self.cleaned_data["articles"].replace(",", "、").replace("，", "、")
        return tuple(part.strip() for part in text.split("、") if part.strip())


class SuccessionForm(forms.Form):
    event = forms.IntegerField(widget=forms.HiddenInput)
    article = forms.CharField(label="原条款", max_length=40, widget=text_input())
    follows = forms.CharField(label="接续的条款", max_length=40, widget=text_input(), help_text="已登记的条款编号。")


class LawForm(forms.Form):
    """A law with one article, entered by hand; provisional until the files have it."""

    code = forms.RegexField(
        r"^[A-Z][A-Z0-9]{1,31}$", label="法律简称", widget=text_input(), help_text="大写字母和数字，例如 XZCFF2。"
    )
    name = _text("法律名称", 200)
    number = _text("文号", 100, required=False)
    valid_from = forms.DateField(
        label="施行日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"})
    )
    article = _text("条款", 60, help_text="例如“第六十条”。")
    gist = _text("要点", 300, required=False)
