"""The words of the person's own page: plain enough for somebody who reads no law."""

GRADES = {"minor": "轻微", "general": "一般", "serious": "严重"}
HIDDEN = {
    "withdrawn": "信源单位已撤回，任何人查询都看不到。",
    "revoked": "依据的文书已撤销，任何人查询都看不到。",
    "repaired": "已修复，任何人查询都看不到。",
    "sealed": "已封存，任何人查询都看不到。",
    "minor": "行为时未满十八周岁，任何人查询都看不到。",
    "capacity": "当时或者现在没有完全民事行为能力，任何人查询都看不到。",
    "no-law": "收集它的法律依据今天没有效力，任何人查询都看不到。",
    "never": "按规定不展示，任何人查询都看不到。",
    "not-yet": "还没有到展示的日子，今天任何人查询都看不到。",
    "over": "展示期已满，任何人查询都看不到。",
}
OWN_RECALL_CAUSES = {
    "batch": "记录撤回",
    "changed": "记录改正",
    "undoing": "记录随整批撤回",
    "repaired": "记录已修复",
    "sealed": "记录已封存",
    "expired": "展示期已满",
    "moved": "记录移出原来的登记",
    "disputed": "您提出了异议",
    "dispute-ended": "异议已办结",
}
HIDDEN_TAGS = {
    "withdrawn": "已撤回",
    "revoked": "已撤销",
    "repaired": "已修复",
    "sealed": "已封存",
    "no-law": "依据失效",
    "never": "不展示",
    "not-yet": "未到展示日",
    "over": "展示期满",
    "minor": "不满十八周岁",
    "capacity": "行为能力",
}
STARTS = {
    "document": "决定文书作出的日子",
    "act-ended": "行为终止的日子",
    "published": "列入名单的日子",
    "validity-over": "有效期届满的次日",
}
CAUSES = {
    "handed-in": "信源单位报送",
    "undoing": "信源单位整批撤回",
    "transfer": "信用中心合并或者拆分登记",
    "adjudication": "信用中心人工核对后认定",
}
ERASED_RULES = {
    "adverse": "失信信息到期删除",
    "while-valid": "许可和资格失效后到期删除",
    "honour": "荣誉信息到期删除",
    "volunteer": "志愿服务信息到期删除",
    "commitment": "信用承诺信息到期删除",
}
ROLE_NAMES = {
    "": "单位的系统",
    "clerk": "信源单位经办人",
    "officer": "查询经办人",
    "verifier": "实名核验员",
    "reviewer": "查询审查员",
    "adjudicator": "认定人",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}
POPULATION_KINDS = {
    "snapshot": "整批装入",
    "new": "新登记",
    "name": "姓名变更",
    "number": "证件号码变更",
    "correction": "更正",
    "death": "死亡登记",
    "move": "户籍迁移",
    "capacity": "民事行为能力变更",
    "attestation": "身份核验",
}
CAPACITIES = {"full": "完全民事行为能力", "limited": "限制民事行为能力", "none": "无民事行为能力"}
DELEGATION_STANDING = {"waiting": "等待窗口复核", "live": "有效", "over": "已到期", "ended": "已终止"}
DELEGATION_KINDS = {"guardian": "监护人", "agent": "委托代理人"}
REPORT_STATES = {
    "valid": "有效",
    "replaced": "已被新的报告替代",
    "changed": "内容已有变化",
    "withdrawn": "已作废",
    "ended": "已到期",
}
REPORT_KINDS = {"own": "个人公共信用信息报告", "special": "专项信用报告"}
CHECKED_REPORTS = {
    "valid": "报告属实，现在有效",
    "replaced": "报告属实，但不是最新的",
    "changed": "报告属实，但内容已有变化",
    "withdrawn": "报告已由本人作废",
    "ended": "报告已过有效期",
}
CHECKED_REPORTS_MEAN = {
    "valid": "编号和核验码与本系统出具的一致。请再看一看纸上写的用途和领域是不是与这里的一样。",
    "replaced": "本人后来又出具了新的报告。请以新的一份为准。",
    "changed": "出具以后，其中有记录更正、撤回、修复或者不再展示。请不要再使用，请本人重新出具一份。",
    "withdrawn": "本人收回了这份报告，请不要再使用。",
    "ended": "这份报告不再算数。需要的，请本人重新出具一份。",
}
LEAVE_STATES = {
    "waits": "等您决定",
    "lapsed": "过期没有答复，已作罢",
    "refused": "您没有同意",
    "stands": "有效",
    "used": "一次已用完",
    "over": "已到期",
    "withdrawn": "您已撤回",
    "suspended": "暂停：对方现在没有资格查询",
}
LEAVE_STEPS = {
    "granted": "同意",
    "refused": "没有同意",
    "narrowed": "缩小",
    "withdrawn": "撤回",
    "silenced": "不再告知变化",
}
LEAVE_FORMS = {
    "yes_no": "只告诉对方有没有，不给内容",
    "count": "只告诉对方有几条，不给内容",
    "band": "只告诉对方大约有几条，不给内容",
    "list": "文书号、作出的机关和日期，不给其他内容",
    "full": "目录对这个用途开放的全部内容",
}
COPIES = {
    "erased": "已经删除",
    "never-stored": "没有保存过",
    "kept-by-law": "法律规定还须保存，除保存以外不再使用",
}
LINK_STATES = {
    "stands": "有效",
    "used": "次数已看完",
    "over": "已到期",
    "ended": "您已收回",
    "locked": "访问码输错太多次，已关闭",
}
LINK_KINDS = {"records": "所选信息项里可以展示的记录", "nothing": "只说明所选信息项里没有记录"}
LINK_LOOKS = {
    "answered": "看到了",
    "empty": "看到了：没有可以展示的记录",
    "failed": "没有看成",
    "link-used": "没有看到：次数已看完",
    "link-over": "没有看到：已到期",
    "link-ended": "没有看到：您已收回",
    "link-code": "没有看到：访问码不对",
    "link-locked": "没有看到：访问码输错太多次",
}
WAYS = {"mail": "电子邮件", "telephone": "手机短信"}
OWN_TABLES = {
    "grade": GRADES,
    "hidden": HIDDEN,
    "hidden_tag": HIDDEN_TAGS,
    "own_recall_cause": OWN_RECALL_CAUSES,
    "start": STARTS,
    "cause": CAUSES,
    "erased_rule": ERASED_RULES,
    "role_name": ROLE_NAMES,
    "population_kind": POPULATION_KINDS,
    "capacity": CAPACITIES,
    "delegation_standing": DELEGATION_STANDING,
    "delegation_kind": DELEGATION_KINDS,
    "report_state": REPORT_STATES,
    "report_kind": REPORT_KINDS,
    "checked_report": CHECKED_REPORTS,
    "report_means": CHECKED_REPORTS_MEAN,
    "way": WAYS,
    "leave_state": LEAVE_STATES,
    "leave_step": LEAVE_STEPS,
    "leave_form": LEAVE_FORMS,
    "copies": COPIES,
    "link_state": LINK_STATES,
    "link_kind": LINK_KINDS,
    "link_look": LINK_LOOKS,
}
