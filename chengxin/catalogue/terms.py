"""An item of the catalogue as typed values, made from its file (or from the copy the edition keeps)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIELD_TYPES = frozenset({"text", "date", "decimal", "integer", "code", "uscc", "person_code"})
DISPLAY_RULES = frozenset({"penalty-grade", "court-list", "serious-list", "validity", "retention"})
RETENTION_RULES = frozenset({"adverse", "while-valid", "honour", "volunteer", "commitment"})
ADMISSIONS = frozenset({"adverse", "court", "plain"})
NATURES = frozenset({"neutral", "positive", "adverse"})
# Parts that a data item can play in a record. The rest of the house speaks of these, never of a template's own codes.
ROLES = frozenset({
    "name", "code_type", "code", "document", "organ", "organ_name", "decided", "ended", "final", "procedure",
    "counterpart", "source", "valid_from", "valid_until", "kinds", "fine", "confiscated", "behaviour", "facts",
    "basis_text", "content", "record_number", "ground", "list_domain", "title", "state",
})  # fmt: skip
REQUIRED_ROLES = ("name", "code", "document", "decided")


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A data item. ``length`` in characters; ``scale`` in decimal places; ``aliases`` are other headings it goes by.

    ``keep`` is false for what a layout carries but the register doesn't hold. ``must_be`` and ``must_not_be`` name what a code's
    value must or must not map to; ``required_when`` a code field and the mapping that makes this one required.
    """

    code: str
    label: str
    label_en: str
    type: str
    required: bool
    length: int | None
    scale: int
    unit: str
    code_list: str
    multi: bool
    sensitivity: str
    shown_to: tuple[str, ...]
    aliases: tuple[str, ...]
    supplementary: bool
    keep: bool
    must_be: str
    must_not_be: str
    required_when: tuple[str, str] | None
    harm: str
    example: str


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """An item as one edition has it."""

    code: str
    name: str
    name_en: str
    nature: str
    admission: str
    display_rule: str
    retention_rule: str
    provider_kinds: tuple[str, ...]
    roles: Mapping[str, str]
    code_type_default: str
    fields: tuple[FieldDefinition, ...]
    bases: tuple[str, ...]
    purposes: tuple[str, ...]
    provisional: bool
    update_cycle: tuple[int, str] = (1, "month")
    """Within which time of its decision a record is reported: how many of which unit."""

    @property
    def adverse(self) -> bool:
        return self.nature == "adverse"

    def field(self, code: str) -> FieldDefinition:
        return next(field for field in self.fields if field.code == code)

    def role(self, name: str) -> FieldDefinition | None:
        """Give the data item that plays a part, or None where the layout has none."""
        code = self.roles.get(name)
        return self.field(code) if code else None

    @property
    def identity_fields(self) -> tuple[str, ...]:
        """Codes of the fields that name the person: resolved at intake and never stored with the record."""
        named = (self.roles.get(role) for role in ("name", "code_type", "code", "counterpart", "record_number"))
        return tuple(code for code in named if code)


def define_field(entry: Mapping[str, Any]) -> FieldDefinition:
    """Make a field from its table in the file. Raises ValueError naming what is wrong, in Chinese and English."""
    kind = entry["type"]
    if kind not in FIELD_TYPES:
        raise ValueError(f"{entry['code']}：没有“{kind}”这种类型 / unknown type")
    if (kind == "code") != bool(entry.get("list")):
        raise ValueError(f"{entry['code']}：代码型字段须注明代码表，其他字段不得注明 / list goes with type code")
    return FieldDefinition(
        code=entry["code"],
        label=entry["label"],
        label_en=entry["label_en"],
        type=kind,
        required=entry["required"] == "always",
        length=entry.get("length"),
        scale=entry.get("scale", 0),
        unit=entry.get("unit", ""),
        code_list=entry.get("list", ""),
        multi=entry.get("multi", False),
        sensitivity=entry["sensitivity"],
        shown_to=tuple(entry["shown_to"]),
        aliases=tuple(entry.get("aliases", ())),
        supplementary=entry.get("supplementary", False),
        keep=entry.get("keep", True),
        must_be=entry.get("must_be", ""),
        must_not_be=entry.get("must_not_be", ""),
        required_when=(when["field"], when["maps_to"]) if (when := entry.get("required_when")) else None,
        harm=entry.get("harm", ""),
        example=entry.get("example", ""),
    )


def define_item(entry: Mapping[str, Any]) -> ItemDefinition:
    """Make an item from its file. Raises ValueError or KeyError naming what is wrong or missing."""
    fields = tuple(define_field(field) for field in entry["field"])
    codes = [field.code for field in fields]
    roles = {name: code for name, code in entry["roles"].items() if name != "code_type_default"}
    checks = (
        (len(set(codes)) == len(codes), "同一字段代码出现两次 / a field code occurs twice"),
        (set(roles) <= ROLES, f"未知的角色 / unknown role: {sorted(set(roles) - ROLES)}"),
        (
            set(roles.values()) <= set(codes),
            f"角色指向不存在的字段 / a role names no field: {sorted(set(roles.values()) - set(codes))}",
        ),
        (all(role in roles for role in REQUIRED_ROLES), f"缺少角色 / a role is missing: {REQUIRED_ROLES}"),
        ("organ" in roles or "organ_name" in roles, "缺少机关字段 / no field names the organ"),
        (entry["display_rule"] in DISPLAY_RULES, "未知的公示规则 / unknown display rule"),
        (entry["retention_rule"] in RETENTION_RULES, "未知的保存规则 / unknown retention rule"),
        (entry["admission"] in ADMISSIONS, "未知的准入规则 / unknown admission"),
        (entry["nature"] in NATURES, "未知的信息性质 / unknown nature"),
        (bool(entry["bases"]), "没有法律依据 / no legal basis"),
    )
    for passed, fault in checks:
        if not passed:
            raise ValueError(f"{entry['code']}：{fault}")
    return ItemDefinition(
        code=entry["code"],
        name=entry["name"],
        name_en=entry["name_en"],
        nature=entry["nature"],
        admission=entry["admission"],
        display_rule=entry["display_rule"],
        retention_rule=entry["retention_rule"],
        provider_kinds=tuple(entry["provider_kinds"]),
        roles=roles,
        code_type_default=entry["roles"].get("code_type_default", ""),
        fields=fields,
        bases=tuple(basis["ref"] for basis in entry["bases"]),
        purposes=tuple(entry["purposes"]),
        provisional=entry["provisional"],
        update_cycle=(entry["update_cycle"]["value"], entry["update_cycle"]["unit"]),
    )
