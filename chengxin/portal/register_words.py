"""The words of the desk's registers in place of codes."""

DELEGATION_STATES = {"waits": "待复核", "stands": "有效", "over": "已到期", "ended": "已终止"}
VISIT_STATES = {"waits": "待复核", "open": "可以打印", "over": "已到时", "lapsed": "过期未复核", "ended": "已办结"}
TRANSFER_KINDS = {"merge": "合并", "split": "拆分", "detach": "移出"}
MONTH_STATES = {"came": "已报送", "nothing": "已报告“无”", "silent": "没有报送"}
RECALL_STATES = {"open": "待确认", "done": "已确认"}
RECALL_CAUSES = {
    "batch": "已撤回",
    "changed": "已改正",
    "undoing": "整批撤回",
    "repaired": "已修复",
    "sealed": "已封存",
    "expired": "展示期满",
    "moved": "移出所查的人名下",
    "disputed": "有异议",
    "dispute-ended": "异议办结",
}
RECALL_TOLD = {
    "batch": "信源单位按编号撤回了这条记录，不得再用。",
    "changed": "信源单位改正了这条记录，现在的内容与本单位看到的不同，请重新查询。",
    "undoing": "这条记录所在的一批报送整批撤回，不得再用。",
    "repaired": "这条记录已经修复，不得再用。",
    "sealed": "这条记录已经封存，不得再用。",
    "expired": "这条记录的展示期已满，不再展示，不得再用。",
    "moved": "合并或者拆分登记时，这条记录已移出所查的人名下，不得再当作其本人的记录，请重新查询。",
    "disputed": "本人对这条记录提出了异议，正在核查。记录仍在，使用时须写明有异议。",
    "dispute-ended": "对这条记录的异议已经办结，请重新查询，看是否有变化。",
}
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
LATE_STATES = {"late": "逾期", "chased": "逾期，已催办"}
HOOK_STATES = {"waits": "待信用中心确认", "stands": "有效", "ended": "已停用"}
DELIVERY_KINDS = {
    "recalls": "更正、撤回通知",
    "call-backs": "收回授权",
    "changes": "授权内有变化",
    "chase": "催办",
    "test": "试送",
}
DELIVERY_STATES = {"waits": "待送", "done": "已送到", "given-up": "没有送到，不再送"}
DELIVERY_FAULTS = {
    "no-address": "没有有效的地址",
    "name-unknown": "主机名解析不了",
    "address-refused": "地址指向内部网络，不送",
    "certificate": "证书核不过",
    "timeout": "对方没有及时回答",
    "connection": "连不上，或者中途断开",
    "answer": "对方没有接受",
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
INQUIRY_STATES = {
    "open": "待要求说明",
    "asked": "等单位说明",
    "late": "单位逾期没有说明",
    "answered": "待写结论",
    "closed": "已办结",
}
FINDINGS = {"in_order": "合规", "misuse": "违规查询", "unproven": "不能认定"}
SUSPENSION_STATES = {
    "proposed": "待第二次签字",
    "stands": "暂停中",
    "ending": "待同意解除",
    "ended": "已解除",
    "dropped": "已放弃",
}
SUSPENSION_KINDS = {"client": "系统", "officer": "经办人", "enrolment": "查询事项"}
ERASURE_STATES = {"open": "待提交", "late": "逾期", "done": "已提交"}
EXPLANATION_STATES = {"open": "待答复", "done": "已答复或者已办结"}
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
    "recall_told": RECALL_TOLD,
    "late_state": LATE_STATES,
    "hook_state": HOOK_STATES,
    "delivery_kind": DELIVERY_KINDS,
    "delivery_state": DELIVERY_STATES,
    "delivery_fault": DELIVERY_FAULTS,
    "question_state": QUESTION_STATES,
    "asked_state": ASKED_STATES,
    "batch_state": BATCH_STATES,
    "overseen_state": OVERSEEN_STATES,
    "call_back_state": CALL_BACK_STATES,
    "call_back_kind": CALL_BACK_KINDS,
    "feedback_state": FEEDBACK_STATES,
    "enrolment_state": ENROLMENT_STATES,
    "inquiry_state": INQUIRY_STATES,
    "finding": FINDINGS,
    "suspension_state": SUSPENSION_STATES,
    "suspension_kind": SUSPENSION_KINDS,
    "erasure_state": ERASURE_STATES,
    "explanation_state": EXPLANATION_STATES,
    "draft_turn": DRAFT_TURNS,
}
