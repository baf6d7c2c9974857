"""The words of the desk's registers in place of codes."""

DELEGATION_STATES = {"waits": "待复核", "stands": "有效", "over": "已到期", "ended": "已终止"}
VISIT_STATES = {"waits": "待复核", "open": "可以打印", "over": "已到时", "lapsed": "过期未复核", "ended": "已办结"}
TRANSFER_KINDS = {"merge": "合并", "split": "拆分", "detach": "移出"}
MONTH_STATES = {"came": "已报送", "nothing": "已报告“无”", "silent": "没有报送"}
RECALL_STATES = {"open": "待确认", "done": "已确认"}
RECALL_CAUSES = {"batch": "已撤回", "changed": "已改正", "undoing": "整批撤回"}
ASKED_STATES = {
    "waits": "等待本人答复",
    "none": "没有授权",
    "stands": "有效",
    "used": "一次已用完",
    "over": "已到期",
    "withdrawn": "本人已撤回",
    "suspended": "暂停：本单位现在没有开通",
}
OVERSEEN_STATES = {
    "waits": "等待本人答复",
    "lapsed": "没有答复",
    "refused": "本人没有同意",
    "undelivered": "没有送达",
    "stands": "有效",
    "used": "一次已用完",
    "over": "已到期",
    "withdrawn": "本人已撤回",
    "suspended": "暂停",
}
CALL_BACK_STATES = {"open": "待确认", "done": "已确认"}
CALL_BACK_KINDS = {"narrowed": "缩小", "withdrawn": "撤回"}
BATCH_STATES = {"waiting": "等待答复", "under_way": "正在答复", "done": "已答复", "over": "已到期或者已清除"}
QUESTION_STATES = {"open": "待答复", "done": "已答复"}
ENROLMENT_STATES = {
    "asked": "待信用中心答复",
    "approved": "待主管部门公布",
    "standing": "已开通",
    "refused": "不同意",
    "over": "已到期",
    "ended": "已停止",
}
FEEDBACK_STATES = {"open": "待答复", "show": "待同意公开", "done": "已办结"}
DRAFT_TURNS = {
    "draft": "起草单位修改、提交",
    "review": "信用中心审核",
    "consult": "信用中心公开征求意见",
    "comments": "正在征求意见",
    "answer": "信用中心答复意见",
    "approve": "主管部门批准",
    "publish": "信用中心发布",
    "none": "已办结",
}
REGISTER_TABLES = {
    "delegation_state": DELEGATION_STATES,
    "visit_state": VISIT_STATES,
    "transfer_kind": TRANSFER_KINDS,
    "month_state": MONTH_STATES,
    "recall_state": RECALL_STATES,
    "recall_cause": RECALL_CAUSES,
    "question_state": QUESTION_STATES,
    "asked_state": ASKED_STATES,
    "batch_state": BATCH_STATES,
    "overseen_state": OVERSEEN_STATES,
    "call_back_state": CALL_BACK_STATES,
    "call_back_kind": CALL_BACK_KINDS,
    "feedback_state": FEEDBACK_STATES,
    "enrolment_state": ENROLMENT_STATES,
    "draft_turn": DRAFT_TURNS,
}
