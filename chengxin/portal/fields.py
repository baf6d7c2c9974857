"""Form fields that several forms share."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from chengxin.lib.codes import CodeType, examine
from chengxin.lib.periods import shanghai_date
from chengxin.records.services import areas

CODE_RUN = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])", re.ASCII)
CODES_OF_PERSONS = (CodeType.RESIDENT_ID, CodeType.HMT_RESIDENCE_PERMIT, CodeType.FOREIGN_PERMANENT_RESIDENT)


def refuse_identity_codes(text: str) -> None:
    """Refuse a text that holds a valid identity code (safeguard 13). Raises ValidationError."""
    on, book = shanghai_date(timezone.now()), areas()
    for run in CODE_RUN.finditer(text):
        if any(examine(kind, run.group(), on=on, areas=book) for kind in CODES_OF_PERSONS):
            raise ValidationError(
                "这里不能写身份证件号码，请删去。 / Take the identity code out of this text.", code="identity-code"
            )


class FreeText(forms.CharField):
    """A short text that holds no identity code."""

    default_validators = [refuse_identity_codes]  # noqa: RUF012  # Django's own shape


def text_input(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attributes})
