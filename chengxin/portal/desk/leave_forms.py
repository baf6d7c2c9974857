"""The forms of asking for leave, and of acknowledging that it was taken back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from chengxin.portal.desk.forms import CODE_TYPES, SELECT
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.own_words import COPIES
from chengxin.records.terms import authorisation_months
from chengxin.sharing.authorising.queries import DutyTold, ItemTold
from chengxin.sharing.authorising.rules import Leave, last_end
from chengxin.sharing.authorising.services import Wanted
from chengxin.sharing.deciding import Question

CHECK, DAY = {"class": "form-check-input"}, timedelta(days=1)
UNKNOWN = "没有这一项，请从列表中选择。"


class AskLeaveForm(forms.Form):
    """What a person is asked for under a duty, and who they are. Nothing is chosen beforehand."""

    items = forms.MultipleChoiceField(
        label="信息项",
        help_text="只选这笔业务用得到的。本人可以只同意其中几项。",
        widget=forms.CheckboxSelectMultiple(attrs=CHECK),
        error_messages={"required": "请至少选择一个信息项。", "invalid_choice": UNKNOWN},
    )
    times = forms.ChoiceField(
        label="次数",
        choices=[("once", "只查一次"), ("period", "期限内多次")],
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择次数。", "invalid_choice": UNKNOWN},
    )
    last = forms.DateField(
        label="有效到哪一天（含当日）",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        error_messages={"invalid": "日期无法识别，请写成 2026-03-05。", "required": "请填写日期。"},
    )
    announces = forms.BooleanField(
        label="请求本人同意：内容有变化时告知本单位",
        help_text="只告知有变化，不告知内容；要看仍须重新查询。只查一次的不能选。由本单位的系统订阅，见接口说明。",
        required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    keep_days = forms.IntegerField(
        label="每次查得的保存几天",
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={"invalid": "请填写整数，例如 30。", "required": "请填写天数，不保存的写 0。"},
    )
    reason = FreeText(
        label="为什么请求（本人会看到）",
        max_length=300,
        help_text="写给本人看，说清办什么事、为什么用得到。不要写证件号码。",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "请写明为什么请求。"},
    )
    reference = FreeText(
        label="本单位的业务编号",
        max_length=120,
        help_text="用来在本单位找到这笔业务，例如“贷2026-118”。不要写姓名和证件号码。",
        widget=text_input(),
        error_messages={"required": "请填写业务编号。"},
    )
    name = forms.CharField(
        label="姓名", max_length=200, widget=text_input(spellcheck="false"), error_messages={"required": "请填写姓名。"}
    )
    code_type = forms.ChoiceField(label="证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    code = forms.CharField(
        label="证件号码",
        max_length=40,
        help_text="照证件原样填写，中间不留空格。",
        widget=text_input(spellcheck="false", autocapitalize="characters", inputmode="text"),
        error_messages={"required": "请填写证件号码。"},
    )

    def __init__(self, data: Any = None, *, duty: DutyTold, items: Sequence[ItemTold], on: date, **named: Any) -> None:
        super().__init__(data, **named)
        self._about: dict[str, Any] = {"duty": duty, "items": items, "on": on}
        field = self.fields["items"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(item.code, f"{item.name}（{item.code}）") for item in items]
        last = last_end(on, authorisation_months(on)) - DAY
        self.fields["last"].help_text = f"最晚 {last}。办完就用不到的，写得越早越好。"
        most = duty.keep_days
        self.fields["keep_days"].help_text = (
            f"最多 {most} 天；不保存的写 0。" if most else "这个查询事项不允许保存，写 0。"
        )

    def wanted(self) -> Wanted:
        told = self.cleaned_data
        leave = Leave(frozenset(told["items"]), told["times"] == "once", told["last"] + DAY, told["announces"])
        return Wanted(self._about["duty"].code, leave, told["keep_days"], told["reason"], told["reference"])

    def question(self) -> Question:
        told = self.cleaned_data
        return Question(told["code_type"], told["code"], told["name"])

    def without_person(self) -> "AskLeaveForm":
        """Give the form again with everything kept but name and code."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in {"name", "code"}}
        return AskLeaveForm(initial=kept, **self._about)


class AcknowledgeForm(forms.Form):
    """What became of the copies of what was called back."""

    copies = forms.ChoiceField(
        label="查得的副本",
        choices=list(COPIES.items()),
        widget=forms.RadioSelect(attrs=CHECK),
        error_messages={"required": "请选择副本怎样处理了。", "invalid_choice": UNKNOWN},
    )
    law = FreeText(
        label="还须保存的依据",
        required=False,
        max_length=200,
        help_text="只有法律规定还须保存的才填，写明哪部法律第几条。",
        widget=text_input(),
    )
