"""The forms of the officers' desk."""

from collections.abc import Iterable
from typing import Any

from django import forms

from chengxin.ground.services import Asker
from chengxin.lib.codes import CodeType
from chengxin.lib.errors import ChengxinError
from chengxin.portal.fields import FreeText, text_input
from chengxin.portal.uploads import SpooledUpload
from chengxin.sharing.deciding import Question
from chengxin.sharing.duties.queries import Offer

CODE_TYPES = [(kind.value, kind.label) for kind in CodeType if not kind.name.startswith("ORGANISATION")]
FACES = [("page", "页面"), ("pdf", "PDF"), ("json", "JSON")]
SELECT = {"class": "form-select"}


class UploadForm(forms.Form):
    """A file, the item it is about, and the provider's statement where columns are missing."""

    item = forms.ChoiceField(label="信息项", widget=forms.Select(attrs=SELECT))
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx）、CSV 或 JSON Lines。列名用中文名称或者代码，先后不限。文件名不会保存。",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.xlsx,.jsonl,.ndjson"}),
        error_messages={"required": "请选择要报送的文件。"},
    )
    attested = FreeText(
        label="书面说明编号",
        required=False,
        max_length=200,
        help_text="文件没有“处罚程序”“决定确定日期”两列，而整批情况相同的，填写本单位盖章说明的编号，"
        "例如“晋交信说〔2026〕8号：本批均适用普通程序，且决定已经确定”。不填，这些行将等待补充。",
        widget=text_input(),
    )

    def __init__(
        self,
        *args: Any,
        items: Iterable[tuple[str, str]],
        attestable: bool,
        refusal: ChengxinError | None = None,
        **named: Any,
    ) -> None:
        """``attestable`` tells whether a statement can stand in for a column in any of the items."""
        super().__init__(*args, **named)
        choices = list(items)
        self.fields["item"].choices = [*([("", "请选择")] if len(choices) > 1 else []), *choices]  # type: ignore[attr-defined]
        self.fields["item"].error_messages["required"] = "请选择信息项。"
        if not attestable:
            del self.fields["attested"]
        self._refusal = refusal

    def clean(self) -> dict[str, Any] | None:
        if self._refusal is not None:
            self.errors.pop("file", None)
            self.add_error("file", f"{self._refusal.text} / {self._refusal.text_en}")
        return super().clean()

    @property
    def terms(self) -> dict[str, str]:
        return {"item_code": self.cleaned_data["item"], "attested": self.cleaned_data.get("attested", "")}

    @property
    def upload(self) -> SpooledUpload:
        upload: SpooledUpload = self.cleaned_data["file"]
        return upload


class QueryForm(forms.Form):
    """Whom a query is about and why. Name and code are never given back to the browser after a refusal."""

    basis = forms.ChoiceField(
        label="法律依据",
        help_text="选与本次事项最直接的一条。",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    case_reference = FreeText(
        label="案号或事项编号",
        max_length=200,
        help_text="本单位受理、立案或者任务的编号，例如“晋市监许〔2026〕12号”。",
        widget=text_input(),
    )
    code_type = forms.ChoiceField(label="证件种类", choices=CODE_TYPES, widget=forms.Select(attrs=SELECT))
    name = forms.CharField(label="姓名", max_length=200, widget=text_input(spellcheck="false"))
    code = forms.CharField(
        label="证件号码",
        max_length=40,
        help_text="照证件原样填写，中间不留空格。",
        widget=text_input(spellcheck="false", autocapitalize="characters", inputmode="text"),
    )
    format = forms.ChoiceField(choices=FACES, initial="page", widget=forms.HiddenInput)

    def __init__(self, *args: Any, offer: Offer, **named: Any) -> None:
        super().__init__(*args, **named)
        self._offer = offer
        self.fields["basis"].choices = list(offer.bases.items())  # type: ignore[attr-defined]
        self.fields["basis"].error_messages["required"] = "请选择本次查询的法律依据。"
        self.fields["case_reference"].required = offer.needs == "case"
        for name, words in (("case_reference", "案号或事项编号"), ("name", "姓名"), ("code", "证件号码")):
            self.fields[name].error_messages["required"] = f"请填写{words}。"

    def asker(self, organisation: str, officer: str) -> Asker:
        values = self.cleaned_data
        offer = self._offer
        return Asker(
            organisation, officer, offer.purpose, values["basis"], values["case_reference"], "desk", offer.named_duty
        )

    def question(self) -> Question:
        values = self.cleaned_data
        return Question(values["code_type"], values["code"], values["name"])

    def without_person(self) -> "QueryForm":
        """Give the form again with the reasons kept, name and code gone."""
        kept = {name: self.cleaned_data[name] for name in ("basis", "case_reference", "code_type")}
        return QueryForm(initial=kept, offer=self._offer)


class ReplyForm(forms.Form):
    """The answer to a person's question about a query."""

    words = FreeText(
        label="答复",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text="写明为什么查、依据哪一条、结果用在哪里。本人会原样看到；不要写证件号码。",
        error_messages={
            "required": "请写明答复。 / Give the answer.",
            "max_length": "最多 1000 字。 / At most 1000 characters.",
        },
    )
