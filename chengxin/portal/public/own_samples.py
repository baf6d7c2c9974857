"""Made-up content for the parts of the person's own page: records with their days and versions, entries of who looked."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace as Made
from typing import Any

from chengxin.catalogue.queries import Cited

MONTHS, YEARS = Made(value=12, unit="month"), Made(value=5, unit="year")
REPAIR_LAW, RETENTION_LAW = "《信用修复管理办法》第二章", "《征信业管理条例》第十六条"
COUNTED = Made(start=date(2026, 3, 6), start_is="document", period=MONTHS, source=REPAIR_LAW, provisional=True)
KEPT = Made(start=date(2026, 2, 1), start_is="act-ended", period=YEARS, source=RETENTION_LAW, provisional=False)
SHOWS = Made(
    what="shown-until", day=date(2027, 3, 6), through=date(2027, 3, 5), come=False, working=COUNTED, clipped=False
)
REPAIRS = Made(
    what="repair-from", day=date(2026, 6, 6), through=date(2026, 6, 5), come=False, working=COUNTED, clipped=False
)
GOES = Made(what="erase-on", day=date(2031, 2, 1), through=date(2031, 1, 31), come=False, working=KEPT, clipped=False)
SHOWED = Made(
    what="shown-until", day=date(2026, 3, 6), through=date(2026, 3, 5), come=True, working=None, clipped=False
)
LAW = Cited(
    ref="XZCFF-59",
    law="中华人民共和国行政处罚法",
    article="第五十九条",
    number="",
    link="",
    provisional=False,
    gist="行政处罚决定书应当载明的事项。",
)
RECORD = Made(
    item_name="行政处罚信息（自然人）", item_name_en="Administrative penalty of a natural person",
    nature="adverse", state="active", hidden=None, organ="测试市市场监督管理局",
    provider="测试市市场监督管理局", document="测市监罚〔2026〕1号", decided=date(2026, 3, 6), grade="general", laws=(LAW,),
    deadlines=(SHOWS, REPAIRS, GOES),
)  # fmt: skip
HIDDEN = Made(
    **{
        **vars(RECORD),
        "hidden": Made(rule="over", source="《中华人民共和国个人信息保护法》第四十七条"),
        "deadlines": (SHOWED, GOES),
    }
)
FIRST = Made(
    version=1, recorded_at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC), state="active", provider="测试市市场监督管理局", cause="handed-in",
    ground="", erase_on=date(2031, 2, 1), erased=False, changes=(),
)  # fmt: skip
CHANGED = Made(
    **{**vars(FIRST), "version": 2, "recorded_at": datetime(2026, 4, 2, 6, 30, tzinfo=UTC),
       "changes": (Made(label="罚款金额", before="3 万元", after="2 万元"), Made(label="备注", before="", after="已更正"))}
)  # fmt: skip
UNDONE = Made(**{**vars(FIRST), "version": 3, "state": "withdrawn", "cause": "undoing", "ground": "整批报错了单位"})
ENTRY = Made(
    organisation="测试市行政审批局", purpose="行政许可审查", at=datetime(2026, 5, 6, 1, 20, tzinfo=UTC), roles=("officer",), own=False,
    basis="《中华人民共和国行政许可法》第三十四条", channel="desk", outcome="answered", records=2, question=None,
    seen=(("行政处罚信息（自然人）", ("行政处罚决定书文号", "处罚内容")), ("", ("name",))),
)  # fmt: skip
REFUSED = Made(**{**vars(ENTRY), "outcome": "refused", "records": 0, "seen": (), "question": 7, "roles": ()})

CHECKED = Made(kind="special", issued_at=datetime(2026, 5, 6, 1, 20, tzinfo=UTC), state="valid")
CERTIFIED = {"purpose": "求职、录用", "covers": ["行政处罚信息（自然人）", "失信被执行人"], "through": date(2026, 8, 5)}

OWN_SAMPLES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("record_card", "可以给别人看的", {"record": RECORD, "address": "/", "level": 3}),
    ("record_card", "任何人都看不到的", {"record": HIDDEN, "address": "", "level": 3}),
    ("deadline", "展示到哪一天", {"deadline": SHOWS}),
    ("deadline", "展示已经结束", {"deadline": SHOWED}),
    ("deadline", "何时删除", {"deadline": GOES}),
    ("checked", "专项报告，有效", {"checked": CHECKED, **CERTIFIED}),
    ("checked", "报告，已作废", {"checked": Made(**{**vars(CHECKED), "kind": "own", "state": "withdrawn"})}),
    ("timeline", "收录、更正、撤回", {"versions": (UNDONE, CHANGED, FIRST)}),
    ("access_entry", "有结果，可以提问", {"entry": ENTRY, "level": 3, "ask": "/"}),
    ("access_entry", "没有答复，已经提问", {"entry": REFUSED, "level": 3, "answers": "/"}),
)
