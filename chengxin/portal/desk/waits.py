"""What waits for an officer: each kind of work, the act and the organisations that it is for, and the rows of a register that it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from chengxin.identity.registers import COUNTED, Actor, Waits, count_of
from chengxin.portal.desk.register_table import REGISTERS, told_of
from chengxin.portal.navigation import ANY, CENTRE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work. ``chosen`` are the filters of its register that give its rows; ``due`` says what the day is that a row has, if any.

    ``proposed`` tells what to do with it, in one sentence.
    """

    label: str
    english: str
    act: str
    kinds: tuple[str, ...]
    register: str
    chosen: Mapping[str, str]
    proposed: str
    due: str = ""

    def open_to(self, acts: frozenset[str], kind: str) -> bool:
        return (
            self.act in acts and (not self.kinds or kind in self.kinds) and REGISTERS[self.register].open_to(acts, kind)
        )

    @property
    def href(self) -> str:
        return f"{reverse('portal:register', args=[self.register])}?{urlencode(self.chosen)}"


TABLE = (
    Kind("对不上的台账", "Faults in the ledger", "proof.see", CENTRE, "faults", {},
         "有人越过系统改动过数据库，或者磁盘有错：请立即告知系统管理员。"),
    Kind("法律变动留下的信息项", "Items left by changes of law", "catalogue.laws", CENTRE, "work", {"state": "open"},
         "更新目录，或者登记接续条款。", "更新目录的期限"),
    Kind("待答复的本人提问", "Persons’ questions to answer", "access.answer", ANY, "questions", {"state": "open"},
         "说明为什么查、依据哪一条、结果用在哪里。", "答复期限"),
    Kind("待答复的查询事项申请", "Applications for duty items", "duties.decide", CENTRE, "enrolments", {"state": "asked"},
         "核对五项和事项，同意或者写明理由不同意。", "答复期限"),
    Kind("待公布的查询事项", "Enrolments to publish", "duties.publish", ("supervisor",), "enrolments", {"state": "approved"},
         "信用中心已同意：核对后公布，公布才生效。"),
    Kind("待答复的审查询问", "Questions of the review to answer", "review.explain", ANY, "explanations", {"state": "open"},
         "说明每次查询办的什么事、案号、结果用在哪里。", "答复期限"),
    Kind("待提交的删除证明", "Statements of erasure to give", "erasure.state", ANY, "erasures", {"state": "open"},
         "留存期限以前删除查得的内容，再写明怎样处理了。", "提交期限"),
    Kind("逾期的删除证明", "Statements of erasure that are late", "erasure.state", ANY, "erasures", {"state": "late"},
         "期限已过：马上删除，写明怎样处理了；逾期的会立项审查。", "提交期限"),
    Kind("待办的审查", "Inquiries to begin", "review.see", ANY, "inquiries", {"state": "open"},
         "看清信号和所涉登记，要求单位说明；一看就合规的直接办结。"),
    Kind("待写结论的审查", "Inquiries to conclude", "review.see", ANY, "inquiries", {"state": "answered"}, "单位已说明，请写明结论。"),
    Kind("单位逾期没有说明的审查", "Inquiries without an explanation in time", "review.see", ANY, "inquiries", {"state": "late"},
         "期限已过，可以写明结论。", "说明期限"),
    Kind("待第二次签字的暂停", "Suspensions to sign", "review.suspend", ANY, "suspensions", {"state": "proposed", "hand": "other"},
         "看清理由和所涉登记，同意或者放弃。"),
    Kind("待同意解除的暂停", "Ends of suspensions to sign", "review.suspend", ANY, "suspensions", {"state": "ending", "hand": "other"},
         "看清整改的情况，再同意解除。"),
    Kind("待答复的意见反馈", "Feedback to answer", "feedback.answer", CENTRE, "feedback", {"state": "open"},
         "照实答复；提意见的人凭编号查看。", "答复期限"),
    Kind("待同意公开的意见反馈", "Feedback to show", "feedback.show", CENTRE, "feedback", {"state": "show", "hand": "other"},
         "同事已答复，对方愿意公开：看清没有写到任何人，再同意。"),
    Kind("待认定的行", "Rows to decide", "adjudication.decide", CENTRE, "cases", {"state": "open"}, "认定是谁，或者退回信源单位。",
         "到期退回"),
    Kind("待复核的认定", "Decisions to second", "adjudication.agree", CENTRE, "cases", {"state": "second", "hand": "other"},
         "同事已认定，请核对后复核。", "到期退回"),
    Kind("待复核的合并和拆分", "Merges and splits to second", "persons.agree", CENTRE, "transfers", {"state": "second", "hand": "other"},
         "同事已登记，请核对后复核。"),
    Kind("待复核的代理", "Delegations to confirm", "delegation.confirm", CENTRE, "delegations", {"state": "waits", "hand": "other"},
         "同事已登记，请照证件再录一遍。"),
    Kind("待复核的亲属申请", "Relatives’ applications to confirm", "window.confirm", CENTRE, "visits", {"state": "waits", "hand": "other"},
         "同事在窗口已登记，申请人还在等：请对照原件再录一遍。"),
    Kind("待复核的整批撤回", "Undoings to agree to", "intake.agree_undo", CENTRE, "undoings", {"state": "second"},
         "看清涉及多少记录，再决定是否同意。"),
    Kind("待确认的更正、撤回通知", "Recalls to acknowledge", "recall.acknowledge", ANY, "recalls", {"state": "open"},
         "本单位查过的记录已撤回或者改正：复核已作出的决定，处理副本，再确认。"),
    Kind("待确认收回的授权", "Leave taken back to acknowledge", "authorisation.acknowledge", ANY, "call-backs", {"state": "open"},
         "本人收回了授权：停止使用，处理副本，再确认怎样处理了。", "确认期限"),
    Kind("逾期没有确认的收回", "Call-backs that are late", "authorisation.oversee", CENTRE, "authorisations", {"late": "yes"},
         "单位逾期没有确认本人收回的授权：请督促。", "确认期限"),
    Kind("逾期没有确认通知的单位", "Organisations late to acknowledge", "recall.oversee", CENTRE, "late-recalls", {},
         "已自动催办：逾期久的请电话督促。", "最早的确认期限"),
    Kind("待审核的目录草案", "Drafts to review", "catalogue.review", CENTRE, "drafts", {"turn": "review"}, "审核通过，或者退回修改。"),
    Kind("要公开征求意见的草案", "Drafts to open to comments", "catalogue.review", CENTRE, "drafts", {"turn": "consult"},
         "对本人不利或者向社会公开的，先公开征求意见。"),
    Kind("有意见要答复的草案", "Comments to answer", "catalogue.review", CENTRE, "drafts", {"turn": "answer"},
         "逐条答复，答复随草案公开。"),
    Kind("待批准的目录草案", "Drafts to approve", "catalogue.approve", ANY, "drafts", {"turn": "approve"}, "批准，或者退回修改。"),
    Kind("待发布的目录草案", "Drafts to publish", "catalogue.publish", CENTRE, "drafts", {"turn": "publish"},
         "定下施行日期，发布新版本。"),
    Kind("要提交的目录草案", "Drafts to submit", "catalogue.draft", ANY, "drafts", {"turn": "draft"},
         "写完的提交审核；退回的修改后再提交。"),
    Kind("有退回的行的批次", "Batches with rows refused", "intake.hand_in", ANY, "batches", {"work": "mend"},
         "取走待修改的行，改好再报送；都处理完了，在回执上记下。"),
    Kind("有存疑的行的批次", "Batches with rows in question", "intake.waive", ANY, "batches", {"work": "asked"},
         "核对原件：有误的改正，无误的写明理由保留。"),
    Kind("有等待的行的批次", "Batches with rows that wait", "intake.follow", ANY, "batches", {"work": "held"},
         "缺少的补报；等人口库或者信用中心认定的，不必再办。", "到期退回"),
    Kind("没有报送的月份", "Silent months", "intake.hand_in", ANY, "months", {"state": "silent", "ended": "yes"}, "补报，或者报告“无”。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of work of which there is some. ``late``: the first of it was due before today; ``today``: is due today."""

    kind: Kind
    waits: Waits
    on: date = field(repr=False)

    @property
    def count(self) -> str:
        return f"{COUNTED - 1}+" if self.waits.more else str(self.waits.count)

    @property
    def due(self) -> date | None:
        return self.waits.due if self.kind.due else None

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < self.on

    @property
    def today(self) -> bool:
        return self.due == self.on


def kinds_for(acts: frozenset[str], kind: str) -> list[Kind]:
    return [one for one in TABLE if one.open_to(acts, kind)]


def waiting_for(kinds: Sequence[Kind], *, actor: Actor, on: date) -> list[Waiting]:
    """Give the kinds of which there is some: what is late first, then what is due today, else in the table's order."""
    registers = [REGISTERS[one.register] for one in kinds]
    chosen = [
        replace(one.chosen(**kind.chosen), dated=bool(kind.due)) for one, kind in zip(registers, kinds, strict=True)
    ]
    counted = count_of(chosen, told_of(actor, on, registers), actor=actor)
    found = [Waiting(kind, waits, on) for kind, waits in zip(kinds, counted, strict=True) if waits.count]
    return sorted(found, key=lambda one: (not one.late, one.due if one.late or one.today else date.max))
