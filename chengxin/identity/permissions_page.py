"""The permission table as people read it: rows for a page and the text of ``docs/permissions.md``."""

from dataclasses import dataclass

from chengxin.identity.permissions import Act, Permissions, Role, permissions

SCOPES = {
    "own": ("本单位", "own organisation"),
    "purpose": ("用途所开放的内容", "what the purpose opens"),
    "house": ("系统本身，不含任何人的信息", "the installation, never a person's data"),
}

KINDS = {
    "department": ("信源单位", "departments"),
    "court": ("人民法院", "courts"),
    "centre": ("信用中心", "the credit centre"),
    "supervisor": ("社会信用主管部门", "the supervising department"),
    "financial": ("金融机构", "financial institutions"),
    "credit_agency": ("征信机构", "credit agencies"),
    "school": ("学校", "schools"),
    "population": ("人口信息主管部门", "the population authority"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An act with, for each role in the table's order, whether that role may do it."""

    act: Act
    allowed: tuple[bool, ...]
    scope: str
    scope_en: str


@dataclass(frozen=True, slots=True)
class Table:
    roles: tuple[Role, ...]
    rows: tuple[Row, ...]
    longest_days: int
    unused_days: int
    provisional: bool
    source: str


def permission_table(table: Permissions | None = None) -> Table:
    """Lay the permission table out by act and role. Raises KeyError on a scope or kind without words."""
    table = table or permissions()
    return Table(
        tuple(table.roles.values()),
        tuple(Row(act, tuple(role in act.roles for role in table.roles), *_scope(act)) for act in table.acts.values()),
        table.longest_days,
        table.unused_days,
        table.source.provisional,
        str(table.source),
    )


def _scope(act: Act) -> tuple[str, str]:
    words, words_en = SCOPES[act.scope]
    if act.kinds:
        words += f"；只限{'、'.join(KINDS[kind][0] for kind in act.kinds)}"
        words_en += f"; {', '.join(KINDS[kind][1] for kind in act.kinds)} alone"
    if act.machines:
        return f"{words}；单位的系统凭访问令牌也可", f"{words_en}; a system with its access token may too"
    return words, words_en


def as_markdown(table: Permissions | None = None) -> str:
    laid = permission_table(table)
    header = ["事项", "范围", "再次验证身份", *(role.name for role in laid.roles)]
    provisional = "，数值暂定" if laid.provisional else ""
    lines = [
        "# 岗位权限总表",
        "",
        "由 `chengxin permissions` 写出，来源是 `chengxin/identity/permissions.toml`；页面、服务和数据库都按它执行，测试逐页逐岗位核对。",
        f"授权最长 {laid.longest_days} 天，连续 {laid.unused_days} 天不用自动失效（{laid.source}{provisional}）。",
        "三员互斥，也不兼任业务岗位；网站编辑和审核员用单独的账户；任何人不能给自己授权。",
        "",
        _line(header),
        _line(["---"] * len(header)),
        *(
            _line(
                [
                    f"{row.act.name}<br>`{row.act.code}`",
                    row.scope,
                    "要" if row.act.prove else "",
                    *("可" if may else "" for may in row.allowed),
                ]
            )
            for row in laid.rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
