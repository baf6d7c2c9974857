"""The fields and forms that several pages of the administration share."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chengxin.lib.regions import Level, Status, load_regions
from chengxin.portal.fields import FreeText, text_input

DAY = {"class": "form-control", "type": "date"}
DAY_FORM = "请写成 2026-12-31 的形式。 / Write the day as 2026-12-31."


def must(words: str, words_en: str) -> dict[str, str]:
    return {"required": f"{words} / {words_en}"}


def day_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY),
        error_messages={"required": "请选择日期。 / Choose a day.", "invalid": DAY_FORM},
    )


def first_password_field() -> forms.CharField:
    return forms.CharField(
        label="初始密码",
        help_text="至少 12 个字符。本人第一次登录时必须改掉。",
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
        error_messages=must("请填写初始密码。", "Give the first password."),
    )


class OrganisationCode(forms.CharField):
    """A unified social credit code, as somebody types or copies it; spaces and small letters are put right."""

    default_validators = [  # noqa: RUF012  # Django's own shape
        RegexValidator(
            r"^[0-9A-Z]{18}\Z",
            "统一社会信用代码是十八位数字和大写字母，请核对。 / The code has 18 digits and capital letters.",
        )
    ]

    def __init__(self, *, label: str, required: bool = True, help_text: str = "十八位，在“单位”页可以查到。") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=text_input(autocapitalize="characters", spellcheck="false"),
            error_messages=must("请填写统一社会信用代码。", "Give the unified social credit code."),
        )

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value) or "").split()).upper()


class Suggesting(forms.TextInput):
    """A text field that suggests entries as one types, by code or by name."""

    def __init__(self, suggestions: Callable[[], Iterable[tuple[str, str]]]) -> None:
        super().__init__(attrs={"class": "form-control", "autocomplete": "off"})
        self.suggestions = suggestions

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{name}-suggestions"
        field = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.suggestions())
        return format_html('{}<datalist id="{}">{}</datalist>', field, listed, options)


class ReasonForm(forms.Form):
    reason = FreeText(
        label="理由",
        max_length=180,
        help_text="写明文号或者缘由，例如“机构改革，晋政办〔2026〕12号”。",
        widget=text_input(),
        error_messages=must("请写明理由。", "Give the reason."),
    )


def region_choices() -> Iterable[tuple[str, str]]:
    """Give today's regions of the province, a city before its counties."""
    for one in load_regions():
        if one.status is Status.CURRENT:
            indent = "　" if one.level is Level.COUNTY else ""
            yield one.code, f"{indent}{one.name}（{one.code}）"
