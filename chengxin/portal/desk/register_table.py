"""The registers of the desk, in the order in which they are offered."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from chengxin.catalogue.registers import DRAFTS, WORK
from chengxin.catalogue.registers import terms_of_registers as terms_of_catalogue
from chengxin.education.feedback.registers import FEEDBACK
from chengxin.identity.registers import DELEGATIONS, TRANSFERS, VISITS, Actor, Row, about
from chengxin.oversight.registers import ERASURES, EXPLANATIONS, INQUIRIES, SUSPENSIONS, named
from chengxin.portal.desk.registers import BATCH, FROM, ITEM, UNTIL, Choice, Column, Register, to, words_of
from chengxin.portal.navigation import ANY, CENTRE
from chengxin.portal.register_words import VISIT_STATES
from chengxin.records.neighbours import OPEN
from chengxin.records.registers import (
    ACTS,
    BATCHES,
    CASES,
    FAULTS,
    FINDINGS,
    MONTHS,
    UNDOINGS,
    WAIVERS,
    terms_of_registers,
)
from chengxin.sharing.registers import (
    ASKED_FOR,
    CALL_BACKS,
    ENROLMENTS,
    LATE_RECALLS,
    OVERSEEN,
    QUERY_BATCHES,
    QUESTIONS,
    RECALLS,
    numbered,
)

# What is decided is looked for from the decisions, what isn't without them.
CASE_STATE = Choice("state", "状态", {
    "open": ("待认定", OPEN), "second": ("待复核", "r.decision IS NOT NULL AND r.state = 'second'"),
    "decided": ("已认定，正在办理", "r.decision IS NOT NULL AND r.state = 'decided'"),
})  # fmt: skip
# What waits is looked for by what an index holds.
WAITS = "r.closes_at IS NULL AND r.ended_at IS NULL AND r.state = 'waits'"
VISIT_STATE = Choice("state", "状态", {
    state: (label, WAITS if state == "waits" else f"r.state = '{state}'") for state, label in VISIT_STATES.items()
})  # fmt: skip
HAND = Choice("hand", "由谁先办", {"mine": ("本人", "r.mine"), "other": ("他人", "NOT r.mine")})
ITEM_COLUMN, PROVIDER, DUE = (
    Column("item", "信息项", "item"),
    Column("provider", "信源单位"),
    Column("due", "期限", "day"),
)


def _delegation(row: Row) -> str:
    return reverse("portal:delegation", args=[row["id"]]) if row["state"] == "waits" else reverse("portal:delegations")


def _erasure(row: Row) -> str:
    return reverse("portal:erasures" if row["mine"] else "portal:use-report")


def _visit(row: Row) -> str:
    confirms = row["state"] == "waits" and not row["mine"]
    return reverse("portal:visit-confirm", args=[row["id"]]) if confirms else reverse("portal:window")


def told_of(actor: Actor, on: date, registers: Iterable[Register]) -> dict[str, Any]:
    """Give what the statements of these registers are told. The items in force are asked for where one of them takes these."""
    items = any("%(versions)s" in one.statement for one in registers)
    return about(actor, on) | terms_of_registers(on, items=items) | terms_of_catalogue()


REGISTERS: Mapping[str, Register] = {
    one.code: one
    for one in (
        Register(
            "batches", "报送批次", "Batches", {"intake.follow": ANY}, BATCHES,
            (Column("since", "收到", "moment"), ITEM_COLUMN, Column("token", "批次", "short"), Column("state", "状态", "word", "state"),
             Column("form", "格式", "word", "form"), Column("read", "行数", "figure"), Column("accepted", "接受", "figure"),
             Column("held", "仍在等待", "figure"), Column("refused", "退回", "figure"), Column("due", "等待到", "day")),
            (words_of("state", "状态", "state"),
             Choice("work", "待办", {"mend": ("有退回的行，还没有处理完", "r.mend"), "asked": ("有存疑的行，还没有答复", "r.asked"),
                                    "held": ("有等待的行", "r.waits")}), ITEM, FROM, UNTIL),
            to("portal:batch", "token"),
        ),
        Register(
            "findings", "一批里发现的问题", "Findings of a batch", {"intake.follow": ANY}, FINDINGS,
            (Column("row_number", "行", "figure"), Column("severity", "处理", "word", "severity"), Column("field", "列"),
             Column("message", "问题"), Column("remedy", "怎么改"), Column("rule", "规则"), Column("rows", "涉及行数", "figure")),
            (BATCH, words_of("severity", "处理", "severity")), to("portal:findings", "token"), oldest_first=True,
        ),
        Register(
            "months", "逐月报送", "Months reported", {"intake.follow": ANY}, MONTHS,
            (Column("month", "月份", "month"), Column("item_name", "信息项"), Column("item", "代码"),
             Column("state", "情况", "word", "month_state"), Column("batches", "批次", "figure"), Column("accepted", "接受的行", "figure"),
             Column("declared_by", "报告“无”的人")),
            (words_of("state", "情况", "month_state"),
             Choice("ended", "月份", {"yes": ("已经结束的", "r.ended"), "no": ("本月", "NOT r.ended")}), ITEM), to("portal:months"),
        ),
        Register(
            "acts", "谁办了什么", "Who did what", {"reporting.see": ANY}, ACTS,
            (Column("since", "时间", "moment"), Column("name", "姓名"), Column("login", "登录名"),
             Column("act", "事项", "act"), Column("subject", "对象"), Column("note", "说明")),
            (FROM, UNTIL), to("portal:acts"),
        ),
        Register(
            "cases", "待核对的行", "Rows to adjudicate", {"adjudication.decide": CENTRE}, CASES,
            (Column("id", "编号", "number"), Column("since", "等待自", "moment"), Column("rule", "为什么等待", "word", "waiting_for"),
             Column("state", "状态", "word", "case_state"), Column("held", "尚不能办理", "word", "held_up"), PROVIDER, ITEM_COLUMN,
             Column("due", "最晚处理", "day")),
            (CASE_STATE, HAND, words_of("rule", "为什么等待", "waiting_for"), ITEM, FROM, UNTIL),
            to("portal:case", "id"), oldest_first=True,
        ),
        Register(
            "undoings", "整批撤回", "Undoings", {"intake.see_undone": ANY}, UNDOINGS,
            (Column("id", "编号", "number"), Column("since", "申请", "moment"), Column("state", "状态", "word", "undo_state"), PROVIDER,
             ITEM_COLUMN, Column("rows", "涉及记录", "figure"), Column("ground", "理由"), Column("decided_by", "申请人"),
             Column("second_by", "复核人")),
            (words_of("state", "状态", "undo_state"), ITEM, FROM, UNTIL), to("portal:undoing", "id"),
        ),
        Register(
            "waivers", "保留的行", "Kept rows", {"intake.see_waivers": ANY}, WAIVERS,
            (Column("id", "编号", "number"), Column("since", "保留", "moment"), Column("state", "状态", "word", "waiver_stage"), PROVIDER,
             ITEM_COLUMN, Column("row_number", "行", "figure"), Column("rule", "疑问", "check"), Column("reason", "理由"),
             Column("waived_by", "何人"), Column("due", "保留到（不含）", "day")),
            (words_of("state", "状态", "waiver_stage"), ITEM, FROM, UNTIL), to("portal:waiver", "id"),
        ),
        Register(
            "recalls", "更正、撤回通知", "Recalls", {"recall.acknowledge": ANY}, RECALLS,
            (Column("number", "记录编号"), Column("since", "通知", "moment"), Column("state", "状态", "word", "recall_state"),
             Column("cause", "原因", "word", "recall_cause"), Column("due", "确认期限", "day"), Column("case_reference", "案号"),
             Column("read_at", "查询", "moment"),
             Column("acknowledged_at", "确认", "moment"), Column("acknowledged_by", "确认人")),
            (words_of("state", "状态", "recall_state"), FROM, UNTIL), to("portal:recalls"), finish=numbered,
        ),
        Register(
            "late-recalls", "逾期没有确认的单位", "Organisations late to acknowledge", {"recall.oversee": CENTRE}, LATE_RECALLS,
            (Column("organisation", "单位"), Column("state", "状态", "word", "late_state"), Column("due", "最早的确认期限", "day"),
             Column("recalls", "逾期的更正、撤回", "figure"), Column("call_backs", "逾期的收回授权", "figure"),
             Column("answered", "已确认", "figure"), Column("told", "共通知", "figure"), Column("chases", "催办到第几次", "figure"),
             Column("chased_at", "最近催办", "moment"), Column("since", "最早的通知", "moment")),
            (words_of("state", "状态", "late_state"),), lambda _: reverse("portal:register", args=["late-recalls"]), oldest_first=True,
        ),
        Register(
            "call-backs", "收回的授权", "Leave taken back", {"authorisation.acknowledge": ANY}, CALL_BACKS,
            (Column("number", "授权编号"), Column("since", "收回", "moment"), Column("state", "状态", "word", "call_back_state"),
             Column("kind", "本人做了什么", "word", "call_back_kind"), Column("reference", "业务编号"), Column("due", "确认期限", "day"),
             Column("acknowledged_at", "确认", "moment"), Column("acknowledged_by", "确认人"),
             Column("copies", "副本", "word", "copies")),
            (words_of("state", "状态", "call_back_state"), FROM, UNTIL), to("portal:call-backs"),
        ),
        Register(
            "asked-for", "本单位的授权请求", "Requests for leave", {"authorisation.ask": ANY}, ASKED_FOR,
            (Column("number", "授权编号"), Column("since", "请求", "moment"), Column("state", "状态", "word", "asked_state"),
             Column("duty", "查询事项"), Column("reference", "业务编号"), Column("officer", "经办人"),
             Column("lapses_on", "答复到（不含）", "day"), Column("left_until", "有效到（不含）", "day"),
             Column("uses", "用了几次", "figure")),
            (words_of("state", "状态", "asked_state"), FROM, UNTIL), to("portal:asked-for"),
        ),
        Register(
            "authorisations", "各单位的授权请求", "Every organisation’s requests for leave", {"authorisation.oversee": CENTRE},
            OVERSEEN,
            (Column("number", "授权编号"), Column("since", "请求", "moment"), Column("state", "状态", "word", "overseen_state"),
             Column("organisation", "单位"), Column("duty", "查询事项"), Column("items", "信息项", "figure"),
             Column("uses", "用了几次", "figure"), Column("due", "收回后确认期限", "day"), Column("acknowledged_at", "确认", "moment")),
            (words_of("state", "状态", "overseen_state"),
             Choice("late", "收回的确认", {"yes": ("逾期没有确认", "r.late")}), FROM, UNTIL),
            lambda _: reverse("portal:register", args=["authorisations"]),
        ),
        Register(
            "questions", "本人的提问", "Persons’ questions", {"access.answer": ANY}, QUESTIONS,
            (Column("since", "提问", "moment"), Column("state", "状态", "word", "question_state"), Column("due", "答复期限", "day"),
             Column("at", "所问的查询", "moment"), Column("purpose", "用途"), Column("officer", "经办人"),
             Column("case_reference", "案号"), Column("answered_at", "答复", "moment"), Column("answered_by", "答复人")),
            (words_of("state", "状态", "question_state"), FROM, UNTIL), to("portal:access-questions"), oldest_first=True,
        ),
        Register(
            "enrolments", "查询事项的开通", "Enrolments", {"duties.see": ANY}, ENROLMENTS,
            (Column("id", "编号", "number"), Column("since", "申请", "moment"), Column("state", "状态", "word", "enrolment_state"),
             Column("organisation", "单位"), Column("duty", "事项"), Column("duty_name", "名称"), Column("due", "答复期限", "day"),
             Column("decided_at", "答复", "moment"), Column("published_at", "公布", "moment"), Column("valid_until", "到（不含）", "day")),
            (words_of("state", "状态", "enrolment_state"), FROM, UNTIL), to("portal:enrolment", "id"),
        ),
        Register(
            "inquiries", "对查询的审查", "Inquiries", {"review.see": ANY}, INQUIRIES,
            (Column("id", "编号", "number"), Column("since", "立项", "moment"), Column("state", "状态", "word", "inquiry_state"),
             Column("rule", "信号"), Column("day", "哪一天", "day"), Column("organisation_name", "单位"),
             Column("officer", "经办人或者系统"), Column("duty", "事项"), Column("entries", "所涉登记", "figure"),
             Column("due", "说明期限", "day"),
             Column("finding", "结论", "word", "finding"), Column("closed_by", "办结人")),
            (words_of("state", "状态", "inquiry_state"), words_of("finding", "结论", "finding"), FROM, UNTIL), to("portal:inquiry", "id"),
            finish=named,
        ),
        Register(
            "explanations", "审查的询问", "Questions of the review", {"review.explain": ANY}, EXPLANATIONS,
            (Column("id", "编号", "number"), Column("since", "询问", "moment"), Column("state", "状态", "word", "explanation_state"),
             Column("due", "答复期限", "day"), Column("rule", "信号"), Column("day", "哪一天", "day"), Column("officer", "经办人或者系统"),
             Column("entries", "本单位的登记", "figure"), Column("answered_at", "答复", "moment"), Column("answered_by", "答复人")),
            (words_of("state", "状态", "explanation_state"), FROM, UNTIL), to("portal:explanation", "id"), finish=named,
        ),
        Register(
            "erasures", "删除证明", "Statements of erasure", {"erasure.state": ANY, "review.report": ANY}, ERASURES,
            (Column("id", "编号", "number"), Column("month", "月份", "month"), Column("state", "状态", "word", "erasure_state"),
             Column("organisation", "单位"), Column("duty", "事项"), Column("duty_name", "名称"), Column("answers", "答复次数", "figure"),
             Column("erase_by", "留存到", "day"), Column("due", "提交期限", "day"), Column("copies", "怎样处理", "word", "copies"),
             Column("stated_by", "提交人"), Column("stated_at", "提交", "moment")),
            (words_of("state", "状态", "erasure_state"), FROM, UNTIL), _erasure,
        ),
        Register(
            "suspensions", "暂停和解除", "Suspensions", {"review.suspend": ANY}, SUSPENSIONS,
            (Column("id", "编号", "number"), Column("since", "提出", "moment"), Column("state", "状态", "word", "suspension_state"),
             Column("kind", "种类", "word", "suspension_kind"), Column("name", "名称"), Column("organisation", "单位"),
             Column("proposed_by", "提出人"), Column("agreed_by", "同意人"), Column("agreed_at", "生效", "moment"),
             Column("ended_at", "解除", "moment")),
            (words_of("state", "状态", "suspension_state"), HAND, FROM, UNTIL), to("portal:suspension", "id"),
        ),
        Register(
            "query-batches", "批量查询", "Batches of queries", {"duties.see": ANY}, QUERY_BATCHES,
            (Column("number", "批次编号"), Column("since", "提交", "moment"), Column("state", "状态", "word", "batch_state"),
             Column("organisation", "单位"), Column("client", "系统"), Column("duty", "查询事项"), Column("persons", "人数", "figure"),
             Column("told", "已答复", "figure"), Column("refused", "不能答复", "figure"), Column("failed", "失败", "figure"),
             Column("expires_at", "结果保存到", "moment")),
            (words_of("state", "状态", "batch_state"), FROM, UNTIL),
            lambda _: reverse("portal:register", args=["query-batches"]),
        ),
        Register(
            "feedback", "意见反馈", "Feedback", {"feedback.answer": CENTRE}, FEEDBACK,
            (Column("since", "收到", "moment"), Column("state", "状态", "word", "feedback_state"),
             Column("due", "答复期限", "day"), Column("answered_at", "答复", "moment"), Column("answered_by", "答复人"),
             Column("agreed_at", "同意公开", "moment")),
            (words_of("state", "状态", "feedback_state"), HAND, FROM, UNTIL), to("portal:feedback"), oldest_first=True,
        ),
        Register(
            "transfers", "合并和拆分", "Merges and splits", {"persons.decide": CENTRE}, TRANSFERS,
            (Column("id", "编号", "number"), Column("since", "登记", "moment"), Column("kind", "事项", "word", "transfer_kind"),
             Column("state", "状态", "word", "transfer_state"), Column("decided_by", "登记人"), Column("second_by", "复核人")),
            (words_of("state", "状态", "transfer_state"), HAND, words_of("kind", "事项", "transfer_kind"), FROM, UNTIL),
            to("portal:person-transfer", "id"),
        ),
        Register(
            "delegations", "代理和监护", "Delegations", {"delegation.enter": CENTRE}, DELEGATIONS,
            (Column("id", "编号", "number"), Column("since", "登记", "moment"), Column("kind", "种类", "word", "delegation_kind"),
             Column("state", "状态", "word", "delegation_state"), Column("valid_until", "到（不含）", "day"),
             Column("entered_by", "登记人"), Column("confirmed_by", "复核人")),
            (words_of("state", "状态", "delegation_state"), HAND, words_of("kind", "种类", "delegation_kind"), FROM, UNTIL),
            _delegation,
        ),
        Register(
            "visits", "窗口办理", "Visits at the window", {"window.serve": CENTRE}, VISITS,
            (Column("id", "编号", "number"), Column("since", "登记", "moment"), Column("kind", "来人", "word", "visit_kind"),
             Column("state", "状态", "word", "visit_state"), Column("officer", "登记人"), Column("confirmed_by", "复核人"),
             Column("closes_at", "可以打印到", "moment"), Column("ended_at", "办结", "moment")),
            (VISIT_STATE, HAND, words_of("kind", "来人", "visit_kind"), FROM, UNTIL),
            _visit,
        ),
        Register(
            "drafts", "目录草案", "Drafts of the catalogue", {"catalogue.follow": ANY}, DRAFTS,
            (Column("id", "编号", "number"), Column("title", "名称"), Column("organisation", "起草单位"),
             Column("state", "状态", "word", "draft_state"), Column("turn", "该谁办", "word", "draft_turn"),
             Column("unanswered", "没有答复的意见", "figure"), Column("since", "上一步", "moment"), Column("due", "征求意见到", "day")),
            (words_of("turn", "该谁办", "draft_turn"), words_of("state", "状态", "draft_state"), FROM, UNTIL), to("portal:draft", "id"),
        ),
        Register(
            "work", "法律变动的待办", "Work left by changes of law", {"catalogue.laws": CENTRE}, WORK,
            (Column("item", "信息项", "item"), Column("law", "法律"), Column("kind", "变动", "word", "law_event"),
             Column("on_day", "自", "day"), Column("state", "状态", "word", "work_state"), DUE),
            (words_of("state", "状态", "work_state"), ITEM), to("portal:laws"), oldest_first=True,
        ),
        Register(
            "faults", "台账核验对不上的", "What the proof found", {"proof.see": CENTRE}, FAULTS,
            (Column("since", "核验", "moment"), Column("kind", "问题", "word", "fault"), Column("batch", "批次序号"),
             Column("told", "应为", "figure"), Column("found", "实有", "figure")),
            (words_of("kind", "问题", "fault"),), to("portal:proof"), oldest_first=True,
        ),
    )
}  # fmt: skip
