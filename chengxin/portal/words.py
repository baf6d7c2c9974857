"""The words that pages put in place of codes: in Chinese, and by the catalogue of words in English."""

from typing import Any

from django.utils.translation import gettext

from chengxin.catalogue import wording
from chengxin.identity.delegation import ACTS
from chengxin.identity.visiting import PAPERS, RELATIONS
from chengxin.portal.own_words import OWN_TABLES
from chengxin.portal.register_words import REGISTER_TABLES
from chengxin.records.checks import newest_book

STATES = {"received": "正在处理", "done": "已完成", "unusable": "文件无法使用"}
TONES = {"received": "blue", "done": "green", "unusable": "red"}
PHASES = {
    "queued": "已安全接收，正在排队",
    "reading": "正在识别文件格式和编码",
    "checking": "正在逐行校核",
    "merging": "正在写入记录",
    "returning": "正在整理待修改的行",
    "committing": "正在完成",
}
STEPS = ("queued", "reading", "checking", "merging", "returning", "committing")
SEVERITIES = {"refuse": "退回", "wait": "等待", "question": "存疑", "note": "提示"}
ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB18030（含 GBK）", "xlsx": "Excel 工作簿"}
ENCODINGS_HOW = {
    "utf-8-mark": "文件开头有 UTF-8 标记",
    "valid-utf-8": "全文符合 UTF-8",
    "plain-ascii": "全文只有 ASCII 字符",
    "not-utf-8-but-valid-gb18030": "不是 UTF-8，全文符合 GB18030",
    "workbook": "工作簿自带编码",
    "workbook-first-visible-sheet": "工作簿自带编码；有多个工作表，只读取了第一个可见的",
    "stored": "重新核对时按 UTF-8 保存",
}
FORMS = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "jsonl": "JSON Lines",
    "stored": "待核数据",
    "moved": "归属变更",
    "undo": "整批撤回",
}
RECORD_STATES = {
    "active": "有效",
    "withdrawn": "已撤回",
    "revoked": "已撤销",
    "repaired": "已修复",
    "sealed": "已封存",
    "moved": "已转至他人名下",
}
NATURES = wording.NATURES
DISCLOSURES = wording.DISCLOSURES
ORGANISATION_KINDS = wording.ORGANISATION_KINDS
ANSWER_FORMS = {"yes_no": "有无", "count": "数量", "band": "数量档次", "list": "事项清单", "full": "全部内容"}
NEEDS = {"case": "须填案号", "authorisation": "须有本人授权", "none": ""}
READERS = wording.READERS
DISPLAY_RULES = wording.DISPLAY_RULES
RETENTION_RULES = wording.RETENTION_RULES
ADMISSIONS = wording.ADMISSIONS
DRAFT_STATES = {
    "": "起草中",
    "submit": "待审核",
    "review": "已审核",
    "consult": "公开征求意见",
    "approve": "已批准，待发布",
    "return": "退回修改",
    "withdraw": "已撤回",
    "publish": "已发布",
}
DRAFT_STEPS = {
    "submit": "提交",
    "review": "审核通过",
    "consult": "公开征求意见",
    "approve": "批准",
    "return": "退回修改",
    "withdraw": "撤回",
    "publish": "发布",
}
ITEM_CHANGES = {"new": "新增", "ended": "停用", "changed": "修改", "set": "新增或者修改", "end": "停用"}
LAW_EVENTS = {"ended": "废止或者失效", "changed": "修改"}
WORK_STATES = {"open": "待办", "edition": "已由新版本处理", "succession": "已由接续条款处理"}
LEVELS = wording.LEVELS
UNITS = wording.UNITS
SHARE_CLASSES = wording.SHARE_CLASSES
CHECKED = {"match": "相符", "mismatch": "不符", "not_found": "查无"}
CHECKED_MEANS = {
    "match": "姓名和号码与人口基础信息一致。",
    "mismatch": "号码存在，但与所填姓名不一致。请核对证件原件。",
    "not_found": "没有可供核验的登记。请核对证件种类和号码。",
}
ASSURANCES = {"none": "—", "register": "与人口基础信息一致", "attested": "与人口基础信息一致，且签发机关核验过本人"}
ATTESTED = {"basic": "一级", "substantial": "二级", "high": "三级"}
WAITING_FOR = {
    "code-masked": "号码带掩码",
    "code-legacy": "十五位旧号码",
    "code-doubtful": "号码对不上",
    "passport-unusual": "护照号码少见",
    "unknown-person": "人口库没有此号码",
    "name-differs": "姓名与号码不符",
}
CASE_STATES = {"open": "待认定", "second": "待复核", "decided": "已认定，正在办理"}
HELD_UP = {
    **{rule: newest_book().checks[rule].message for rule in newest_book().holding},
    "provider-not-standing": "信源单位的登记或者许可今天不在有效期内。",
    "provider-not-competent": "信源单位已不是此信息项的提供单位。",
    "item-not-open": "此信息项今天没有有效依据。",
    "failed": "办理时出错，原因已记入系统日志，请告知系统管理员。",
}
CODE_SLIPS = {
    "same": "号码相同",
    "look-alike": "号码中有形近字符（如字母 O、I）",
    "legacy": "十五位旧号码换算",
    "check-digit": "只差校验码",
    "one-digit": "差一位数字",
    "swapped": "两位数字换了位置",
    "missing-digit": "少写一位",
    "extra-digit": "多写一位",
    "hidden": "掩码可以补全",
    "digit-and-check": "差一位数字，校验码也不同",
    "swap-and-check": "相邻两位换了位置，校验码也不同",
    "same-birth": "姓名相近，出生日期相同",
    "same-ends": "姓名相近，号码前六位和后四位相同",
}
NAME_WAYS = {
    "same": "姓名相同",
    "spaces": "姓名只差空格",
    "middle-dot": "姓名只差间隔号",
    "order": "姓和名的顺序不同",
    "traditional": "繁体字和简体字",
    "variant": "异体字",
    "rare-character": "生僻字的编码不同",
    "writing": "只是写法不同",
    "one-character": "姓名差一个字",
    "alike": "姓名相近",
    "missing-part": "姓名少一段",
    "different": "姓名不同",
}
TRANSFER_STATES = {
    "second": "待复核",
    "declined": "没有同意",
    "agreed": "已同意，正在办理",
    "failed": "已同意，还没有办成",
    "done": "已办成",
    "undone": "已撤销",
}
STEP_FAILURES = {
    "evidence-missing": "人口库里没有其中一个号码的来源事件，请先装入一次人口快照",
    "evidence-unreadable": "人口库的来源事件按现行规则读不出来，请联系运维",
    "codes-elsewhere": "要拆出的号码已不在这个人名下，或者是唯一的号码",
    "keys-unreadable": "密钥读不到，请联系运维",
    "unforeseen": "系统出错，日志里有详情，请联系运维",
}
PERSON_MESSAGES = {
    "merge-done": "信用中心认定您的两个登记是同一个人，已经合并。如有不符，可以要求撤销。",
    "merge-undone": "信用中心撤销了对您登记的合并。",
    "split-done": "信用中心认定有记录或者号码误记在一起，已经分开。如有不符，可以要求撤销。",
    "split-undone": "信用中心撤销了对您登记的拆分。",
    "detach-done": "有记录查明不是您的，已从您名下移出，不再显示。",
    "detach-undone": "先前从您名下移出的记录，经复核恢复。",
    "question-answered": "您就一次查询提出的问题有了答复，请在“我的提问”里查看。",
    "misuse-found": "经审查，有单位对您的查询没有正当事由，已认定为违规查询。请在“谁查过我”里查看；有疑问可以向信用中心提出。",
    "attached": "有一条记录的号码或者姓名书写有误，经信用中心人工核对，认定属于您。如有不符，可以提出异议。",
    "scan-taken": "信用中心窗口收下了一份纸质材料，归在您名下。请在“我交的材料”里查看。",
    "authorisation-asked": "有单位请求您授权查看您的信息。请在“我的授权”里查看；同意、不同意都可以，不理会也可以。",
    "authorisation-window": "您在信用中心窗口签字的授权或者撤回已经办好。不是您本人办的，请马上在“我的授权”里撤回，并告诉信用中心。",
    "authorisation-acknowledged": "您收回的授权，对方已经确认，并说明了副本怎样处理。请在“我的授权”里查看。",
}
# What a person chooses by: the kinds of messages in a few words.
SHORT_MESSAGES = {
    "merge-done": "两个登记合并",
    "merge-undone": "撤销合并",
    "split-done": "误记的记录或者号码分开",
    "split-undone": "撤销拆分",
    "detach-done": "不是我的记录移出",
    "detach-undone": "移出的记录恢复",
    "question-answered": "对我的提问的答复",
    "misuse-found": "对我的查询被认定违规",
    "attached": "人工核对后归到我名下的记录",
    "scan-taken": "窗口收下的纸质材料",
    "authorisation-asked": "请求我授权的单位",
    "authorisation-window": "我在窗口签字的授权或者撤回",
    "authorisation-acknowledged": "对方确认我收回的授权",
}
VISIT_KINDS = {"self": "本人", "delegate": "代理人", "relative": "死者的近亲属"}
NOTICE_LEVELS = {"ok": "正常", "warning": "注意", "stop": "必须处理"}
NOTICE_TONES = {"ok": "tag-green", "warning": "tag-wait", "stop": "tag-red"}
PROVISIONAL_KINDS = {
    "number": "数字和期限",
    "law": "依据",
    "item": "信息项",
    "purpose": "用途",
    "edition": "目录版次",
    "occupation": "职业",
    "rule": "规则的出处",
    "level": "核验等级",
    "duty": "查询事项",
}
CASE_KINDS = {"adjudication": "认定待核对的行", "transfer": "合并、拆分和移出", "undoing": "整批撤回"}
UNDO_STATES = {"second": "待信用中心复核", "declined": "没有同意", "agreed": "已同意，正在办理", "done": "已撤回"}
UNDO_OUTCOMES = {"withdrawn": "撤回", "restored": "恢复为先前内容", "left": "后来又有变化，未动"}
FAULTS = {
    "rows-differ": "台账的行数与这一批写入的不同",
    "content-differs": "台账的内容与这一批写入的不同",
    "values-differ": "保存的内容与承诺值不符",
    "values-missing": "未到删除日的内容不见了",
    "batch-missing": "台账里的行不属于任何批次",
    "batch-not-done": "台账里的行属于未办完的批次",
    "seal-missing": "批次没有封印",
    "seal-broken": "批次的封印不是本系统所加",
    "receipt-differs": "回执的数目与写入的不同",
    "head-differs": "以前核验过的批次不见了或者被改动",
}
ENTRY_PURPOSES = {"adjudication": "人工核对是不是您", "persons": "合并或者拆分登记前的核对"}
ENTRY_CHANNELS = {
    "desk": "工作台",
    "api": "接口",
    "batch": "批量接口",
    "cli": "服务器命令",
    "pdf": "工作台",
    "person": "本人页面",
    "window": "信用中心窗口",
    "share": "您给出的分享链接",
    "change": "告知有变化",
    "operator": "服务器命令（运行维护人员）",
}
ENTRY_OUTCOMES = {
    "answered": "有结果",
    "empty": "没有可以显示的记录",
    "refused": "没有答复",
    "failed": "没有完成",
}
ENTRY_FIELDS = {
    "change": "有变化（没有内容）",
    "born": "出生日期",
    "code": "证件号码",
    "died": "死亡日期",
    "name": "姓名",
    "region": "户籍地",
    "match": "是否相符",
    "assurance": "可信程度",
    "scan": "窗口收下的纸质材料",
    "authorisation": "您的授权",
}
CLIENT_STATES = {
    "live": "可以调用",
    "waiting": "公钥待批准",
    "keyless": "没有有效公钥",
    "organisation": "单位不可用",
    "suspended": "已停用",
    "ended": "已到期",
}
KEY_STATES = {"waiting": "待批准", "live": "有效", "to-come": "尚未生效", "ended": "已到期", "withdrawn": "已废止"}
PURPOSE_STATES = {"waiting": "待批准", "live": "有效", "ended": "已失效"}
STATE_TONES = {
    "live": "green",
    "waiting": "wait",
    "keyless": "wait",
    "to-come": "wait",
    "organisation": "red",
    "suspended": "red",
}
# What the action log knows beside the acts of the permission table.
BACKTEST_STAGES = {"waits": "等待开始", "running": "正在试算", "done": "已完成", "failed": "没有完成"}
BACKTEST_FAILURES = {
    "edition-gone": "这一版规则已经不在系统里。",
    "not-open": "信息项或者数据校核的用途今天没有有效依据。",
    "values-of-another-type": "有较早的记录，这一列的写法与现在不同，无法比较。",
}
BACKTEST_FOUND = {"refuse": "会被退回", "wait": "会等待", "question": "会存疑", "note": "会有提示"}
WAIVER_STAGES = {"stands": "有效", "over": "已到期", "ended": "已收回"}
LOGGED = {
    "review.open": "打开一件对查询的审查",
    "restoration.withdraw": "撤销一次恢复的登记",
    "webhook.try": "试送一条没有内容的消息到接收地址",
    "webhook.end": "停用系统接收通知的地址",
    "corrections.new_key": "更换签名消息或者撤销清单的密钥",
    "window.leave": "在窗口登记本人签字的授权书、撤回授权书",
    "authorisation.refused": "授权书不由此人登记或者见证（本人的事，或者没有申报）",
    "authorisation.grant": "本人授权",
    "authorisation.narrow": "本人缩小授权",
    "authorisation.refuse": "本人没有同意授权",
    "authorisation.withdraw": "本人撤回授权",
    "link.make": "本人做一个分享链接",
    "link.end": "本人收回一个分享链接",
    "erase.papers": "清除期满的授权书（删除进程）",
    "erase.links": "清除期满的分享链接（删除进程）",
    "erase.pushed": "清除期满的浏览器授权请求（删除进程）",
    "access.ask": "本人就一次查询提出问题",
    "delegation.end_own": "本人或者代理人终止委托代理",
    "scans.take": "在窗口收下纸质材料",
    "window.end": "结束窗口办理",
    "window.entries": "在窗口打印谁查过本人",
    "window.refused": "窗口办理不由此人经办（本人的事，或者没有申报）",
    "window.relative": "在窗口登记死者近亲属的申请",
    "window.unfound": "窗口办理时查无此人",
    "report.own": "出具本人的报告",
    "report.special": "出具本人的专项信用报告",
    "report.withdraw": "本人作废自己的报告",
    "register.export": "导出查询登记给审计",
    "register.new_key": "更换查询登记的签名密钥",
    "rebuild.begin": "开始或者继续重建派生数据",
    "rebuild.end": "派生数据重建完毕",
    "intake.map": "保存列名对应",
    "intake.nothing": "报告没有信息",
    "intake.undone": "办成整批撤回",
    "adjudication.open": "打开待核对的行",
    "adjudication.take_back": "撤回认定",
    "persons.done": "办成合并、拆分或者撤销",
    "persons.refused": "合并、拆分不由此人办理（本人的事，或者没有申报）",
    "persons.unfound": "合并、拆分时查无此人",
    "catalogue.submit": "提交目录草案",
    "catalogue.withdraw": "撤回目录草案",
    "catalogue.consult": "目录草案公开征求意见",
    "catalogue.return": "退回目录草案",
    "catalogue.answer": "答复对目录草案的意见",
    "catalogue.edition": "写入目录新版本",
    "delegation.end": "终止监护和委托代理",
    "delegation.refused": "代理不由此人办理（本人的事，或者没有申报）",
    "delegation.unfound": "登记代理时查无此人",
    "keys.rotate": "更换保险库密钥",
    "licences.end": "终止许可或者备案",
    "licences.enter": "登记许可或者备案",
    "login.begin": "登录",
    "login.end": "退出",
    "login.failed": "登录失败",
    "login.locked": "登录锁定",
    "login.prove": "再次验证身份",
    "officers.declare": "申报本人身份",
    "organisations.end": "单位失效",
    "organisations.revive": "恢复已失效的单位",
    "password.change": "修改密码",
}
FOUND = {"page": "网页", "item": "目录事项", "law": "法律", "organisation": "提供单位"}
TABLES = {
    **OWN_TABLES,
    "found": FOUND,
    **REGISTER_TABLES,
    "backtest_stage": BACKTEST_STAGES,
    "backtest_failure": BACKTEST_FAILURES,
    "backtest_found": BACKTEST_FOUND,
    "waiver_stage": WAIVER_STAGES,
    "undo_state": UNDO_STATES,
    "undo_outcome": UNDO_OUTCOMES,
    "fault": FAULTS,
    "draft_state": DRAFT_STATES,
    "draft_step": DRAFT_STEPS,
    "item_change": ITEM_CHANGES,
    "law_event": LAW_EVENTS,
    "work_state": WORK_STATES,
    "level": LEVELS,
    "entry_purpose": ENTRY_PURPOSES,
    "entry_channel": ENTRY_CHANNELS,
    "entry_outcome": ENTRY_OUTCOMES,
    "entry_field": ENTRY_FIELDS,
    "transfer_state": TRANSFER_STATES,
    "step_failure": STEP_FAILURES,
    "person_message": PERSON_MESSAGES,
    "short_message": SHORT_MESSAGES,
    "notice_level": NOTICE_LEVELS,
    "notice_tone": NOTICE_TONES,
    "provisional_kind": PROVISIONAL_KINDS,
    "client_state": CLIENT_STATES,
    "key_state": KEY_STATES,
    "purpose_state": PURPOSE_STATES,
    "state_tone": STATE_TONES,
    "waiting_for": WAITING_FOR,
    "case_state": CASE_STATES,
    "case_kind": CASE_KINDS,
    "held_up": HELD_UP,
    "code_slip": CODE_SLIPS,
    "name_way": NAME_WAYS,
    "attested": ATTESTED,
    "delegated": ACTS,
    "visit_kind": VISIT_KINDS,
    "relation": RELATIONS,
    "paper": PAPERS,
    "checked": CHECKED,
    "checked_means": CHECKED_MEANS,
    "assurance": ASSURANCES,
    "display_rule": DISPLAY_RULES,
    "retention_rule": RETENTION_RULES,
    "share_class": SHARE_CLASSES,
    "state": STATES,
    "tone": TONES,
    "phase": PHASES,
    "severity": SEVERITIES,
    "encoding": ENCODINGS,
    "encoding_how": ENCODINGS_HOW,
    "form": FORMS,
    "record_state": RECORD_STATES,
    "nature": NATURES,
    "disclosure": DISCLOSURES,
    "organisation_kind": ORGANISATION_KINDS,
    "needs": NEEDS,
    "answer_form": ANSWER_FORMS,
    "reader": READERS,
}


def word(code: Any, table: str) -> str:
    """Give the word for a code in the language of the page, the code itself where the table has none."""
    found = TABLES[table].get(str(code), str(code))
    return gettext(found) if found else ""
