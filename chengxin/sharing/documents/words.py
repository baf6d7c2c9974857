"""The words of a report, the same on each of its faces: dates, states, sentences. Chinese first, English second."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from chengxin.lib.periods import SHANGHAI

if TYPE_CHECKING:  # the faces are plain Python: they work without a database or its models
    from chengxin.records.queries import ShownRecord
    from chengxin.sharing.services import Report


@dataclass(frozen=True, slots=True)
class Heading:
    zh: str
    en: str


TITLE = Heading("个人公共信用信息报告", "Personal public-credit report")
PURPOSE = Heading("为什么出具", "Why it was issued")
SUBJECT = Heading("报告的是谁", "Whom it is about")
RECORDS = Heading("记录", "Records")
HANDED_IN = Heading("信源单位报送的内容", "As handed in by the source")
OBJECTION = Heading("如何提出异议", "How to object")
NOTICE = Heading("使用须知", "Terms of use")

STATES = {
    "active": "有效",
    "disputed": "有异议，正在核查",
    "withdrawn": "已撤回",
    "revoked": "已撤销",
    "repaired": "已修复",
    "sealed": "已封存",
    "moved": "已转至他人名下",
}
GRADES = {"minor": "轻微", "general": "一般", "serious": "严重"}

DEMO = "演示数据，均为虚构"
DEMO_EN = "Demonstration data, all fictitious"
SANDBOX = "沙箱试用，均为虚构"
SANDBOX_EN = "SANDBOX: all fictitious, proof of nothing"


def mark(*, demo: bool, sandbox: bool) -> Heading | None:
    """Give what a document says of itself where it proves nothing."""
    if sandbox:
        return Heading(SANDBOX, SANDBOX_EN)
    return Heading(DEMO, DEMO_EN) if demo else None


NO_RECORD = "截至出具时，没有可以展示的记录。这不代表评价。"
FACTS_ONLY = "本报告只列事实和出处，不打分，不作综合评价。"
OBJECTIONS = (
    "对记录有异议的，可向本省信用中心或者信源单位提出。",
    "不收费。说清是哪一条、哪里不对就可以，不要求固定格式；有证明材料的可以一并提供。",
    "可以用自己的话说明情况。",
)
NOTICES = (
    "本报告只为上面写明的用途出具，不得用于其他用途，不得转给他人。",
    "每一次查询都登记在册，本人可以查看：谁查的、为什么查、看了什么。",
)

OWN_NOTICES = (
    "本报告由本人申请出具，交给谁、用在哪里由本人决定；收到的人只能用于本人同意的用途。",
    "凭报告编号和核验码可以核对本报告：有效、已被新的报告替代、内容已有变化或者已作废。核对不显示内容。",
)
CHECK = Heading("如何核对", "How to check it")

CERTIFICATE = Heading("专项信用报告", "Special credit report")
ABOUT = Heading("这份报告", "This report")
COVERS = Heading("查询的信用领域", "Fields covered")
MEANS = Heading("查到和没有查到各说明什么", "What this can and can't tell")
COVERS_INTRO = "下列领域由本人选择。每个领域列出查询日本系统持有、可以展示的记录；没有的，写明没有查到。"
NOT_FOUND = "查询日未查到本系统持有的、可以展示的该领域记录。"
CERTIFICATE_MEANS = (
    "本报告代替有无违法违规情况的证明，只说明本系统在查询日能够知道的：目录内的信息项，已经报送的单位，到写明的那一天为止。",
    "没有查到，不等于没有发生。还没有报送的、按规定不再展示的，都不在内。",
    "依法不归集的也不在内，例如简易程序处罚、治安处罚和拘留、未满十八周岁时的行为、还能申请复议或者提起诉讼的处罚。",
    "没有选择的领域，本报告不作任何说明，也不得推断。",
)
CERTIFICATE_NOTICES = (
    "本报告由本人申请出具，不收费；收到的人只能用于上面写明的用途。",
    "以核对的结果为准：本人随时可以作废；其中的记录有更正、撤回、修复的，核对会显示“内容已有变化”。",
)
RELATIVE_PURPOSE = "死者的近亲属查阅、复制"
RELATIVE_NOTICES = (
    "本报告由死者的近亲属为自身的合法、正当利益申请，在信用中心窗口出具，只能用于申请时写明的利益。",
    "死者生前另有安排的，按其安排。",
)
SEEN_BY = Heading("谁查过我", "Who saw my data")
QUERIES = Heading("各单位的查询", "Queries")
SEEN_BY_FOOTER = "在信用中心窗口打印，交给本人"
SEEN_BY_NOTICES = (
    "这里列出各单位的每一次查询，包括没有答复的；本人自己的查看不在内。",
    "觉得哪一次不应该，可以在本人页面提问，或者向查询的单位、信用中心提出，不收费。",
)
SCAN_RECEIPT = Heading("纸质材料收件回执", "Receipt for papers handed over")
SCANS = Heading("收下的材料", "Papers taken in")
SCAN_RECEIPT_FOOTER = "在信用中心窗口打印，交给来人"
SCAN_RECEIPT_NOTICES = (
    "纸质原件已扫描并退还；扫描件加密保存，到期自动清除。办事时请报编号。",
    "材料的主人可以在本人页面“我交的材料”里查看扫描件；信用中心的人每看一次，都登记在“谁查过我”里。",
    "SHA-256 是扫描件的指纹：扫描件只要改动一处，指纹就不同。",
)
LEAVE_RECEIPTS = {
    "granted": Heading("授权回执", "Receipt of an authorisation"),
    "narrowed": Heading("缩小授权回执", "Receipt of a narrowed authorisation"),
    "withdrawn": Heading("撤回授权回执", "Receipt of a withdrawn authorisation"),
    "silenced": Heading("不再告知变化回执", "Receipt that changes are told no more"),
}
LEAVE_DONE = Heading("办了什么", "What was done")
LEAVE_TO = Heading("给谁、为什么", "For whom and why")
LEAVE_ITEMS = {
    "granted": Heading("同意查看的信息项", "Items that may be seen"),
    "narrowed": Heading("现在同意查看的信息项", "Items that may be seen now"),
    "withdrawn": Heading("收回的信息项", "Items taken back"),
    "silenced": Heading("同意查看的信息项（没有改动）", "Items that may be seen, as before"),
}
LEAVE_WAYS = {"person": "本人页面，经实名认证", "window": "信用中心窗口，本人签字"}
LEAVE_FORMS = {
    "yes_no": "只答有无",
    "count": "只答数量",
    "band": "只答数量档次",
    "list": "事项清单（文书号、机关、日期）",
    "full": "全部内容",
}
LEAVE_FOOTER = "由本人保存；遗失可以在本人页面重新取得"
LEAVE_NOTICES = {
    "silenced": (
        "从办理时间起，内容有了变化不再告知对方。对方在期限内要查的，仍可以查，每次登记在册。",
        "要对方也不能再查的，请撤回授权。",
    ),
    "granted": (
        "对方只能为上面写明的用途查看这些信息项，不得转给他人。",
        "随时可以缩小或者撤回，和同意一样方便，不影响已经依法办完的事。",
        "每一次查询都登记在册，在本人页面“我的授权”里看得到用了几次、看了什么。",
    ),
    "narrowed": (
        "从办理时间起，对方只能查看上面列出的信息项。",
        "对方须在上面写明的日子以前确认，并说明已经查得的内容怎样处理了；逾期的，本人页面会显示。",
    ),
    "withdrawn": (
        "从办理时间起，对方不能再查。撤回不影响撤回以前已经进行的查询的效力（个人信息保护法第十五条）。",
        "对方须在上面写明的日子以前确认，并说明已经查得的内容怎样处理了；逾期的，本人页面会显示。",
    ),
}
FOOTER, OWN_FOOTER = "只供写明的用途使用，不得转给他人", "由本人申请出具，可以凭编号和核验码核对"

MASK = "********"
_LONG_CODE = 14


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date())} {local:%H:%M}（北京时间）"


def shown_through(record: "ShownRecord") -> date:
    """Give the last day on which the record shows; ``shown_until`` is the first on which it does not."""
    return record.shown_until - timedelta(days=1)


def masked(code: str) -> str:
    """Hide the middle of an identity code: the first six and last four stay, of a short code a quarter at each end."""
    head, tail = (6, 4) if len(code) >= _LONG_CODE else (len(code) // 4, len(code) // 4)
    return code[:head] + MASK + code[len(code) - tail :]


def count_line(report: "Report") -> str:
    if report.answer is not None:
        return f"{report.answer.text}（截至出具时，此查询事项可以看到的记录；按规定只答到这里。）"
    return f"截至出具时，此用途可以看到的记录共 {len(report.records)} 条。" if report.records else NO_RECORD


def salt_rows(salt: str) -> list[tuple[str, str]]:
    """Give the line with which whoever holds the copy looks it up in the feed of revocations."""
    return [("撤销核对盐值", salt)] if salt else []


def purpose_rows(report: "Report") -> list[tuple[str, str]]:
    rows = [
        ("用途", RELATIVE_PURPOSE if report.relative else report.purpose),
        ("查询事项", report.duty),
        ("依据", report.basis),
        ("案号", report.case_reference),
        ("本人授权", report.authorisation),
        ("查询单位", "" if report.check_code else report.organisation),
        ("经办人", report.officer),
        ("核验码", report.check_code),
        *salt_rows(report.salt),
    ]
    return [row for row in rows if row[1]]


def notices(report: "Report") -> tuple[str, ...]:
    """Give the terms of use: a report of one's own is its person's to hand on."""
    if report.relative:
        return (*RELATIVE_NOTICES, OWN_NOTICES[1], FACTS_ONLY)
    return (*(OWN_NOTICES if report.check_code else NOTICES), FACTS_ONLY)


def seen_by_line(entries: int, *, more: bool) -> str:
    if not entries:
        return "还没有单位查过。"
    return f"最近的 {entries} 次查询。更早的请在本人页面查看。" if more else f"共 {entries} 次查询。"


def footer(report: "Report") -> str:
    if report.relative:
        return "由死者的近亲属申请出具，只用于申请时写明的利益"
    return OWN_FOOTER if report.check_code else FOOTER


def subject_rows(report: "Report") -> list[tuple[str, str]]:
    return [("姓名", report.subject.name), ("证件号码", masked(report.subject.code))]


def record_rows(record: "ShownRecord") -> list[tuple[str, str]]:
    """Give what every record tells, as label and words; what does not apply to it is left out."""
    rows = [
        ("来源机关", record.organ),
        ("文书号", record.document),
        ("决定日期", day(record.decided)),
        ("失信程度", GRADES.get(record.grade, record.grade)),
        ("展示至", f"{day(shown_through(record))}（含当日，次日起不再展示）"),
        ("可申请修复", f"{day(record.repair_from)}起" if record.repair_from else ""),
        ("法律依据", record.basis),
        ("记录编号", record.number),
    ]
    return [row for row in rows if row[1]]


def field_rows(record: "ShownRecord", code: str) -> list[tuple[str, str]]:
    """Give the fields as label and text. The person's own code is masked there too, in capitals or not."""
    own, hidden = re.compile(re.escape(code), re.IGNORECASE), masked(code)
    return [
        (field.label, own.sub(hidden, field.text) if own.search(field.text) else field.text) for field in record.fields
    ]


def state(record: "ShownRecord") -> str:
    return STATES.get(record.state, record.state)


def as_of_line(report: "Report") -> str:
    return f"本报告所示为 {day(report.as_of)} 的情况，不是现在的情况。" if report.as_of else ""
