"""Form fields that several forms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from chengxin.education.feedback.rules import refuse_personal
from chengxin.lib.codes import holds_code
from chengxin.lib.periods import shanghai_date
from chengxin.portal.languages import CHINESE_SIGN, in_english
from chengxin.records.services import areas


def refuse_identity_codes(text: str) -> None:
    """Refuse a text that holds a valid identity code (safeguard 13). Raises ValidationError."""
    if holds_code(text, on=shanghai_date(timezone.now()), areas=areas()):
        raise ValidationError(
            "这里不能写身份证件号码，请删去。 / Take the identity code out of this text.", code="identity-code"
        )


def refuse_numbers(text: str) -> None:
    """Refuse a text that leads to somebody by a number, or by an address. Raises ValidationError."""
    if refusal := refuse_personal(text, on=shanghai_date(timezone.now()), areas=areas()):
        raise ValidationError(f"{refusal.text} / {refusal.text_en}", code=refusal.code)


class FreeText(forms.CharField):
    """A short text that holds no identity code."""

    default_validators = [refuse_identity_codes]  # noqa: RUF012  # Django's own shape


def text_input(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attributes})


class Choice(forms.Select):
    """A list to choose from. What exists in Chinese alone is marked so on an English page."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-select"})

    def create_option(self, *args: Any, **named: Any) -> dict[str, Any]:
        option = super().create_option(*args, **named)
        if in_english() and CHINESE_SIGN.search(str(option["label"])):
            option["attrs"]["lang"] = "zh-Hans"
        return option
