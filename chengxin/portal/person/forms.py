"""Forms of the person's own page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from chengxin.portal.fields import Choice, FreeText, text_input
from chengxin.portal.words import ENTRY_PURPOSES, word
from chengxin.sharing.entries import Choices, Wanted

ANY = ("", _("全部"))
WRONG_DAY = {"invalid": "请按 2026-03-05 的样子填写日期。 / Write the day like 2026-03-05."}
WRONG_CHOICE = {"invalid_choice": "没有这一项，请从列表中选择。 / Choose from the list."}


def day_field(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(
        label=_(label), required=False, widget=widget, input_formats=["%Y-%m-%d"], error_messages=WRONG_DAY
    )


def choice_field(label: str) -> forms.ChoiceField:
    widget = Choice()
    return forms.ChoiceField(label=_(label), required=False, widget=widget, error_messages=WRONG_CHOICE)


class EntriesForm(forms.Form):
    """What to list of the entries; everything without a word."""

    first = day_field(gettext_noop("从哪天起"))
    last = day_field(gettext_noop("到哪天止"))
    organisation = choice_field(gettext_noop("单位"))
    purpose = choice_field(gettext_noop("用途"))
    channel = choice_field(gettext_noop("方式"))
    own = forms.BooleanField(
        label=_("也列出我自己的查看"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def __init__(self, data: Any, choices: Choices) -> None:
        super().__init__(data)
        self._choose("organisation", choices.organisations)
        self._choose(
            "purpose",
            [
                (code, word(code, "entry_purpose") if code in ENTRY_PURPOSES else name)
                for code, name in choices.purposes
            ],
        )
        self._choose("channel", [(code, word(code, "entry_channel")) for code in choices.channels])

    def _choose(self, name: str, offered: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ANY, *offered]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        first, last = told.get("first"), told.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", "结束的日子早于开始的日子，请改正。 / The last day is before the first.")
        return told

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


class AskForm(forms.Form):
    """A question about an entry."""

    words = FreeText(
        label=_("您想问什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text=_("用自己的话写，例如：我没有办过这件事，为什么查我？不要写证件号码。"),
        error_messages={
            "required": "请写明您想问什么。 / Say what you want to know.",
            "max_length": "最多 500 字。 / At most 500 characters.",
        },
    )


class EndForm(forms.Form):
    """Why a power of attorney ends."""

    reason = FreeText(
        label=_("终止的理由"),
        max_length=200,
        widget=text_input(),
        error_messages={"required": "请写明终止的理由，例如：事情已经办完。 / Give the reason."},
    )
