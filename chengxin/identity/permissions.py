"""The permission table: which role may do which act, within what scope. Read from ``permissions.toml`` and nowhere else."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chengxin.lib.sources import Source

TABLE = Path(__file__).parent / "permissions.toml"
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
EDITORS = frozenset({"site_editor", "site_publisher"})
REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True)
class Role:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something an officer may do. ``prove``: only right after proving once more who one is; the rest: see the table's head."""

    code: str
    name: str
    name_en: str
    roles: tuple[str, ...]
    scope: str
    prove: bool = False
    machines: bool = False
    by_name: bool = False
    kinds: tuple[str, ...] = ()

    def open_to(self, kind: str) -> bool:
        """Tell whether officers and systems of an organisation of this kind may do it at all."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Permissions:
    """The whole table. ``longest_days``: a right's longest term; ``unused_days``: after which an unused one lapses."""

    roles: dict[str, Role]
    acts: dict[str, Act]
    longest_days: int
    unused_days: int
    source: Source

    def acts_of(self, roles: frozenset[str], kind: str) -> frozenset[str]:
        """Give the acts that these roles may do in an organisation of this kind."""
        return frozenset(act.code for act in self.acts.values() if roles.intersection(act.roles) and act.open_to(kind))


@cache
def permissions() -> Permissions:
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    limits = content["limits"]
    law, article = limits["source"]
    return Permissions(
        {entry["code"]: Role(**entry) for entry in content["role"]},
        {
            entry["code"]: Act(**{**entry, "roles": tuple(entry["roles"]), "kinds": tuple(entry.get("kinds", ()))})
            for entry in content["act"]
        },
        limits["longest_days"],
        limits["unused_days"],
        Source(law, article, provisional=limits["provisional"]),
    )


def clash(role: str, others: frozenset[str]) -> bool:
    """Tell whether a role may not stand beside these in one person.

    The three administrators exclude one another and everybody who reads credit content; who writes for the public site has an account
    for that alone, since the process where they work may change its password; who reviews how the register is used doesn't use it.
    Source: safeguard 12; GB/T 22239-2019 8.1.4.2 (separation of the rights of administering users), 8.1.5.
    """
    apart = any((role in EDITORS) != (other in EDITORS) for other in others)
    alone = ADMINISTRATORS | {REVIEWER}
    return role in others or apart or (bool(others) and bool(alone & (others | {role})))
