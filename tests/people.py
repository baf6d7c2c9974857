"""The standing cast: synthetic persons in the never-assigned area 149999, organisations, officers."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chengxin.demo.organisations import organisation_code
from chengxin.lib.codes import check_digit


def code_of(born: str, sequence: int) -> str:
    first = f"149999{born}{sequence:03d}"
    return first + check_digit(first)


@dataclass(frozen=True)
class Someone:
    """A person of the cast; ``born`` YYYYMMDD."""

    name: str
    born: str
    sequence: int
    region: str = "140105"
    died: str = ""
    capacity: str = "完全"
    capacity_since: str = ""

    @property
    def code(self) -> str:
        return code_of(self.born, self.sequence)


WANG_WEI = Someone("王伟", "19900101", 1)
NAMESAKE = Someone("王伟", "19850607", 3)
LI_NA = Someone("李娜", "19750615", 2)
ABUDU = Someone("阿不都·热合曼", "19820310", 5)
RARE = Someone("王𬭎", "19930909", 7)
YOUNG = Someone("陈晨", "20070115", 9)
LIMITED = Someone("赵安", "19600202", 11, capacity="限制", capacity_since="20200101")
DEAD = Someone("周全", "19450505", 13, died="20240101")
CHILD = Someone("孙小", "20150601", 15)
PEOPLE = (WANG_WEI, NAMESAKE, LI_NA, ABUDU, RARE, YOUNG, LIMITED, DEAD, CHILD)
UNKNOWN = Someone("吴名", "19880808", 17)

MARKET, OTHER, COURT, CENTRE = (
    organisation_code(kind, serial)
    for kind, serial in (("department", 901), ("department", 902), ("court", 903), ("centre", 904))
)
ORGANISATIONS: tuple[dict[str, Any], ...] = (
    {"code": MARKET, "name": "测试市场监督管理局", "kind": "department", "region": "140100"},
    {"code": OTHER, "name": "测试交通运输局", "kind": "department", "region": "140100"},
    {"code": COURT, "name": "测试人民法院", "kind": "court", "region": "140100"},
    {"code": CENTRE, "name": "测试信用中心", "kind": "centre", "region": "140000"},
)
CLERK: dict[str, Any] = {"login": "clerk", "display_name": "经办人", "organisation": MARKET, "role": "clerk"}
CENTRE_OFFICER: dict[str, Any] = {
    "login": "officer",
    "display_name": "查询员",
    "organisation": CENTRE,
    "role": "officer",
}
VERIFIER: dict[str, Any] = {"login": "verifier", "display_name": "核验员", "organisation": OTHER, "role": "verifier"}
SECURITY, SYSTEM, AUDIT = (
    {"login": login, "display_name": name, "organisation": CENTRE, "role": f"{login}_admin"}
    for login, name in (("security", "安全管理员"), ("system", "系统管理员"), ("audit", "审计管理员"))
)
DESK_OFFICERS: tuple[dict[str, Any], ...] = (CLERK, CENTRE_OFFICER, VERIFIER)
# Editors of the public site: their accounts are for that alone, at a face of their own.
EDITORS: tuple[dict[str, Any], ...] = (
    {"login": "editor", "display_name": "网站编辑", "organisation": CENTRE, "role": "site_editor"},
    {"login": "publisher", "display_name": "网站审核员", "organisation": CENTRE, "role": "site_publisher"},
)
OFFICERS: tuple[dict[str, Any], ...] = (SECURITY, SYSTEM, AUDIT, *DESK_OFFICERS)


def write_population(path: Path, people: tuple[Someone, ...] = PEOPLE) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["XM", "ZJLX", "ZJHM", "CSRQ", "XZQH", "ZT", "SWRQ", "XWNL", "XWNLRQ"])
        for one in people:
            state = "死亡" if one.died else "正常"
            writer.writerow(
                [one.name, "1", one.code, one.born, one.region, state, one.died, one.capacity, one.capacity_since]
            )
    return path
