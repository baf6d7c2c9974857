"""The forms of share links: what to share, and opening one."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.languages import in_english
from chengxin.sharing.certificates import Offered, offered_fields
from chengxin.sharing.links.queries import link_limits
from chengxin.sharing.links.rules import NOTHING, RECORDS, Shared
from chengxin.sharing.links.services import CODE_SIGNS

CHECK = {"class": "form-check-input"}
UNKNOWN = "没有这一项，请从列表中选择。 / Choose from the list."
DAYS, TIMES, NOTE_SIGNS = (1, 3, 7, 14, 30), (1, 2, 3, 5, 10, 20), 60


class ShareForm(forms.Form):
    """What to share, for how long and how often. No item is ticked beforehand; of days and times the least is."""

    kind = forms.ChoiceField(
        label=_("给对方看什么"),
        choices=[
            (RECORDS, _("所选信息项里可以展示的记录")),
            (NOTHING, _("只说明：所选信息项里没有记录（有记录的不能选这个）")),
        ],
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={
            "required": "请选择给对方看什么。 / Choose what is shown.",
            "invalid_choice": UNKNOWN,
        },
    )
    items = forms.MultipleChoiceField(
        label=_("包含哪些信息项"),
        help_text=_("只选对方需要的。没有选的，对方看不到，也不知道有没有。"),
        widget=forms.CheckboxSelectMultiple(attrs=CHECK),
        error_messages={"required": "请至少选择一项。 / Choose at least one.", "invalid_choice": UNKNOWN},
    )
    days = forms.TypedChoiceField(
        label=_("多久有效"),
        coerce=int,
        help_text=_("到期自动失效。您随时可以提前收回。"),
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择多久有效。 / Choose for how long.", "invalid_choice": UNKNOWN},
    )
    views = forms.TypedChoiceField(
        label=_("最多看几次"),
        coerce=int,
        help_text=_("对方每按一次“打开”算一次，您都看得到。"),
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择最多看几次。 / Choose how often.", "invalid_choice": UNKNOWN},
    )
    coded = forms.BooleanField(
        label=_("再加一个访问码（更安全：链接和访问码分开告诉对方，只有链接打不开）"),
        required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    note = FreeText(
        label=_("备注：给谁的"),
        required=False,
        max_length=NOTE_SIGNS,
        help_text=_("只有您自己看得到，例如：房东。不要写证件号码。"),
        widget=text_input(),
        error_messages={"max_length": f"最多 {NOTE_SIGNS} 字。 / At most {NOTE_SIGNS} characters."},
    )

    def __init__(self, data: Any, *, on: date) -> None:
        super().__init__(data)
        limits = link_limits(on)
        self._offer("items", [(field.code, _named(field)) for field in offered_fields(on)])
        days = [day for day in DAYS if day <= limits.days]
        self._offer("days", [(str(day), _days(day)) for day in days])
        self._offer("views", [(str(time), _times(time)) for time in TIMES if time <= limits.views])
        self.initial.update({"days": "1", "views": "1"})

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def wanted(self) -> Shared:
        told = self.cleaned_data
        return Shared(told["kind"], tuple(told["items"]), told["days"], told["views"])


def _named(field: Offered) -> str:
    return field.name_en if in_english() else f"{field.name}（{field.item_class}）"


def _days(days: int) -> Any:
    if days == 1:
        return _("今天之内")
    return ngettext("%(number)d 天（含今天）", "%(number)d 天（含今天）", days) % {"number": days}


def _times(times: int) -> str:
    return ngettext("%(number)d 次", "%(number)d 次", times) % {"number": times}


class OpenForm(forms.Form):
    """The access code that the person told separately, where there is one."""

    code = forms.CharField(
        label=_("访问码"),
        required=False,
        max_length=CODE_SIGNS,
        help_text=format_lazy(
            _("给您链接的人另外告诉了您 {count} 位数字的，填在这里；没有的不用填。"), count=CODE_SIGNS
        ),
        widget=text_input(inputmode="numeric", spellcheck="false"),
        error_messages={
            "max_length": format_lazy(_("访问码共 {count} 位数字，请核对。"), count=CODE_SIGNS),
        },
    )
