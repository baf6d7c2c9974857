"""Made-up content for every part in each of its states, which the style page shows. Persons are of the never-assigned area 149999."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace as Made
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chengxin.lib.errors import Rejected
from chengxin.lib.sources import Source
from chengxin.portal.plots import Plot, Row
from chengxin.portal.public.own_samples import OWN_SAMPLES


@dataclass(frozen=True, slots=True)
class Sample:
    """One state of one part: its name in ``templates/portal/parts/``, the state's, and what the part takes."""

    part: str
    state: str
    takes: Mapping[str, Any]

    @property
    def html(self) -> SafeString:
        return render_to_string(f"portal/parts/{self.part}.html", dict(self.takes))


class SampleForm(forms.Form):
    """A register's search, as one of its pages would have it."""

    region = forms.ChoiceField(
        label="行政区划", choices=[("", "全省"), ("1499", "测试市")], required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    since = forms.DateField(
        label="自哪天起", required=False, help_text="写成 2026-03-05。", widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"invalid": "日期无法识别，请写成 2026-03-05。"},
    )  # fmt: skip


ARTICLE = Made(
    law="中华人民共和国行政处罚法", article="第四十八条第一款", number="主席令第七十号", link="", provisional=False,
    gist="具有一定社会影响的行政处罚决定应当依法公开。",
)  # fmt: skip
FINDING = Made(
    row=1204, rows=1, severity="refuse", message="处罚日期晚于今天。", remedy="请核对文书，改成作出决定的那一天。", field="CF_JDRQ",
    rule="decided-in-future", source="",
)  # fmt: skip
DOUBT = Made(
    row=88, rows=1, severity="question", message="罚款金额比同类文书大得多。", remedy="请核对单位是元还是万元；确实无误的，写明理由。",
    field="CF_NR_FK", rule="fine-unusual", source="《中华人民共和国行政处罚法》第五条",
)  # fmt: skip
WHOLE = Made(
    row=0,
    rows=140,
    severity="wait",
    message="缺少行为终了日期。",
    remedy="请补报该列，或者由负责人整批确认。",
    field="",
    rule="end-missing",
    source="",
)
STEPS = [
    Made(name="收到申请", state="done", note="2026年3月2日，测试市信用中心"),
    Made(name="通知信源单位核查", state="now", note="测试市市场监督管理局应于 2026年3月9日前回复"),
    Made(name="作出答复", state="later", note="最迟 2026年3月12日"),
]
REGIONS = Plot(
    "各市本月新增记录（条）", "bar", ("市", "行政处罚", "行政许可"),
    (Row("测试一市", (1204, 3310)), Row("测试二市", (860, 2954)), Row("测试三市", (None, 412))),
    "少于 10 条的不公布，以免认出个人。",
)  # fmt: skip
MONTHS = Plot(
    "按期报送的比例（%）", "line", ("月份", "按期"),
    tuple(Row(f"2026年{month}月", (share,)) for month, share in enumerate((91, 93, 92, 96, 97, 98), 1)),
)  # fmt: skip
REFUSED = Rejected("该项目没有现行依据，已停止归集。", "The item has no law in force; it is not collected any more.")
ORIGINAL = "https://flk.npc.gov.cn/"
WRONG = SampleForm({"region": "", "since": "昨天"})

WITH_SOURCE = Made(text="证件号码不是本人的。", text_en="The code is another person’s.", source=ARTICLE)
FINDINGS = [
    (FINDING, "处罚决定日期", "2026-03-05", ""),
    (DOUBT, "罚款金额", "", "多出的零会让人背上不属于他的处罚。"),
    (WHOLE, "", "", ""),
]

SAMPLES: tuple[Sample, ...] = (
    Sample("source", "打开条文", {"source": ARTICLE}),
    Sample("source", "文本待核", {"source": Source("测试省社会信用条例", "第三十九条", provisional=True)}),
    Sample("source", "链接到原文", {"source": Source("测试省社会信用条例", "第四十条", link=ORIGINAL)}),
    Sample("findings", "退回、存疑、等待", {"item": "CF-ZRR", "findings": FINDINGS}),
    Sample("progress", "办理中", {"steps": STEPS, "label": "异议的办理"}),
    Sample("empty", "没有内容", {"text": "还没有人查过您。", "english": "Nobody has asked about you yet."}),
    Sample("empty", "从这里开始", {"text": "还没有报送过文件。", "href": "/", "act": "报送第一个文件"}),
    Sample("problem", "不能办理", {"problem": REFUSED}),
    Sample("problem", "出错并写明依据", {"problem": WITH_SOURCE, "tone": "danger"}),
    Sample("filters", "未填写", {"form": SampleForm(prefix="blank"), "label": "在提供单位中查找"}),
    Sample("filters", "填写有误", {"form": WRONG, "label": "在记录中查找", "every": "/"}),
    Sample("pager", "中间一页", {"value": "149999-1", "back": "/", "label": "后 25 处"}),
    Sample("plot", "柱形，有不公布的数", {"plot": REGIONS}),
    Sample("plot", "折线", {"plot": MONTHS}),
    *(Sample(*one) for one in OWN_SAMPLES),
)
