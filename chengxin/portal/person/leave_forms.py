"""The form by which a person lets an organisation see them, or see less."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengxin.portal.languages import name_of
from chengxin.portal.person.forms import WRONG_DAY
from chengxin.sharing.authorising.queries import OwnAuthorisation
from chengxin.sharing.authorising.rules import Leave

CHECK = {"class": "form-check-input"}
UNKNOWN = "没有这一项，请重新打开这一页再选。 / Open the page anew and choose."
DAY = timedelta(days=1)


class LeaveForm(forms.Form):
    """Which items, once or until a day. When granting nothing is ticked beforehand; when narrowing what stands is."""

    items = forms.MultipleChoiceField(
        label=_("同意查看哪些信息项"),
        help_text=_("一项一项选，没有选的对方看不到。一项都不想给的，不用填，选“不同意”就可以。"),
        widget=forms.CheckboxSelectMultiple(attrs=CHECK),
        error_messages={"required": "请至少选择一项。 / Choose at least one.", "invalid_choice": UNKNOWN},
    )
    times = forms.ChoiceField(
        label=_("可以查几次"),
        choices=[("once", _("只一次")), ("period", _("期限内可以多次"))],
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择次数。 / Choose how often.", "invalid_choice": UNKNOWN},
    )
    last = forms.DateField(
        label=_("有效到哪一天（含当日）"),
        help_text=_("可以改早，不能改晚。"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={**WRONG_DAY, "required": "请填写日期。 / Give a day."},
    )

    announces = forms.BooleanField(
        label=_("内容有了变化，可以告诉对方一声"),
        help_text=_(
            "只告诉“有变化，请重新查询”，不说是什么变化。对方要看，仍须再查一次，每次您都看得到。选“只一次”的不告诉。随时可以单独停掉。"
        ),
        required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )

    def __init__(self, data: Any, one: OwnAuthorisation, *, on_paper: bool = False) -> None:
        standing = one.standing
        narrowing = one.state != "waits"
        initial: dict[str, Any] = {"last": standing.valid_until - DAY}
        if narrowing:
            initial |= {"items": sorted(standing.items), "times": "once" if standing.once else "period"}
            initial["announces"] = standing.announces
        super().__init__(data, initial=initial)
        field = self.fields["items"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(item.code, name_of(item)) for item in one.named(standing.items)]
        if narrowing:
            field.label = _("还同意查看哪些信息项")
            field.help_text = _("去掉不再给的。全部收回的，用下面的“撤回授权”。")
        elif on_paper:
            field.help_text = "照本人在纸上写的勾选，一项也不多。"
        if standing.once:
            del self.fields["times"]
        if not standing.announces:
            del self.fields["announces"]

    def leave(self) -> Leave:
        told = self.cleaned_data
        once = told.get("times", "once") == "once"
        return Leave(frozenset(told["items"]), once, told["last"] + DAY, bool(told.get("announces")) and not once)
