"""The words for the catalogue's codes: the same on every page, in comparisons and in tables for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chengxin.catalogue.sheets import COLUMNS

LEVELS = {"national": "全国基础目录", "provincial": "省补充目录"}
NATURES = {"neutral": "中性", "positive": "正面", "adverse": "失信"}
DISCLOSURES = {"public": "社会公开", "government_sharing": "政务共享", "authorised_query": "授权查询"}
SHARE_CLASSES = {
    "unconditional": "无条件共享",
    "conditional": "有条件共享",
    "none": "不予共享",
    "not_shared": "不予共享",
}
DISPLAY_RULES = {
    "penalty-grade": "按处罚决定所对应的失信程度",
    "court-list": "以人民法院名单为准",
    "serious-list": "以严重失信主体名单为准",
    "validity": "有效期内",
    "retention": "保存期内",
}
RETENTION_RULES = {
    "adverse": "法定最长保存期满即删除",
    "while-valid": "有效期内",
    "honour": "有效期内；本人可以要求删除",
    "volunteer": "本人可以要求删除",
    "commitment": "承诺履行期及其后的法定期间",
}
ADMISSIONS = {"adverse": "失信信息的审查", "court": "法院名单", "plain": "一般审查"}
READERS = {"self": "本人", "purpose": "合法用途的查询单位", "public": "社会公众"}
UNITS = {"working_day": "个工作日", "calendar_day": "天", "day": "天", "month": "个月", "year": "年"}
ORGANISATION_KINDS = {
    "department": "信源单位",
    "court": "人民法院",
    "centre": "信用中心",
    "financial": "金融机构",
    "credit_agency": "征信机构",
    "school": "学校",
    "association": "行业协会商会",
    "population": "人口信息主管部门",
    "supervisor": "社会信用主管部门",
    "auditor": "审计、监督检查机关",
}
SENSITIVITIES = {"ordinary": "一般", "sensitive": "敏感", "identity": "身份"}
BASIS_ROLES = {"collect": "准许归集", "share": "准许共享", "publish": "准许公开"}
FIELD_KINDS = {
    "text": "文字",
    "date": "日期",
    "decimal": "小数",
    "integer": "整数",
    "code": "代码",
    "uscc": "统一社会信用代码",
    "person_code": "证件号码",
}
PARTS = {
    "name": "姓名",
    "code_type": "证件类型",
    "code": "证件号码",
    "document": "文书编号",
    "organ": "认定机关代码",
    "organ_name": "认定机关",
    "decided": "决定日期",
    "ended": "行为终了日期",
    "final": "确定日期",
    "procedure": "程序",
    "counterpart": "相对人类别",
    "source": "数据来源单位",
    "valid_from": "有效期自",
    "valid_until": "有效期至",
    "kinds": "种类",
    "fine": "罚款",
    "confiscated": "没收",
    "behaviour": "行为",
    "facts": "事实",
    "basis_text": "依据",
    "content": "内容",
    "record_number": "更正记录编号",
    "ground": "列入事由",
    "list_domain": "名单领域",
    "title": "标题",
    "state": "状态",
    "code_type_default": "缺省证件类型",
}
FIELD_KEYS = {
    **COLUMNS,
    "must_be": "只收归并为",
    "must_not_be": "不收归并为",
    "required_when": "视情况必填",
    "key": "认定同一记录",
}
YES_NO = {"always": "是", "no": "否"}
IN_ITEM = {
    "nature": NATURES,
    "provider_kinds": ORGANISATION_KINDS,
    "disclosure": DISCLOSURES,
    "share_class": SHARE_CLASSES,
    "display_rule": DISPLAY_RULES,
    "retention_rule": RETENTION_RULES,
    "admission": ADMISSIONS,
    "subject_type": {"natural_person": "自然人"},
    "channel": {"file": "文件", "api": "接口"},
    "format": {"csv": "CSV", "xlsx": "Excel", "jsonl": "JSON Lines"},
}
IN_FIELD = {
    "type": FIELD_KINDS,
    "required": YES_NO,
    "sensitivity": SENSITIVITIES,
    "shown_to": READERS,
    "must_be": {"yes": "是"},
    "must_not_be": {"performed": "已履行"},
}
SINCE = {"decided": "自作出决定之日起"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the articles, purposes and classes are called that items name by code; a code without a name is told as it is."""

    articles: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)


def tell(key: str, value: Any, names: Names) -> str:
    """Say in words what an item has under a key of its file."""
    if key == "update_cycle" and isinstance(value, Mapping):
        return tell_cycle(value)
    if key == "roles" and isinstance(value, Mapping):
        return "，".join(f"{PARTS.get(role, role)}是 {code}" for role, code in value.items())
    known = {**IN_ITEM, "class": names.classes, "purposes": names.purposes}.get(key, {})
    return plain(value, known)


def tell_cycle(cycle: Mapping[str, Any]) -> str:
    """Say within which time a record is reported, and where that stands."""
    since = SINCE.get(str(cycle.get("from", "")), str(cycle.get("from", "")))
    unit = str(cycle.get("unit", ""))
    source = "".join(str(part) for part in cycle.get("source", ()))
    told = f"{since} {cycle.get('value', '')} {UNITS.get(unit, unit)}内".strip()
    return told + (f"（{source}）" if source else "") + ("，暂定" if cycle.get("provisional") else "")


def tell_part(key: str, value: Any) -> str:
    """Say what a field has under a key of its table, with what the key is called."""
    if key == "required_when" and isinstance(value, Mapping):
        return f"{FIELD_KEYS[key]}：{value.get('field', '')} 为 {value.get('maps_to', '')} 时"
    return f"{FIELD_KEYS.get(key, key)}：{plain(value, IN_FIELD.get(key, {}))}"


def plain(value: Any, known: Mapping[str, str]) -> str:
    """Say a value, each part of it by its word where there is one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(plain(one, known) for one in value)
    if isinstance(value, Mapping):
        return "，".join(f"{key} {plain(one, known)}" for key, one in value.items())
    return known.get(str(value), str(value))
