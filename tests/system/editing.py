"""Attacks on the catalogue's editions. The draft ends one item; the edition is the one before without it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from chengxin.catalogue.files import shipped_items
from tests.system.attacks import Attack
from tests.system.cataloguing import EDITION, ITEM, LAW, begin, lock, put, step, unlock
from tests.system.stage import Stage

LAW_OF_OUR_OWN = "SXSHXYTL-29"
ENDED, KEPT = "ZY-FW", "ZY-X"
PARTS = ("catalogue_item_version", "catalogue_item_basis", "catalogue_item_purpose", "catalogue_field")
COPY = (
    """INSERT INTO catalogue_item_version (item_id, edition_id, name, name_en, item_class, nature, behaviour, subject_type, disclosure,
           share_class, share_conditions, update_cycle, display_rule, retention_rule, admission, provider_kinds, provisional, definition)
       SELECT item_id, %(new)s, name, name_en, item_class, nature, behaviour, subject_type, disclosure, share_class, share_conditions,
           update_cycle, display_rule, retention_rule, admission, provider_kinds, provisional, definition
       FROM catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id WHERE edition_id = %(old)s AND i.code <> %(left)s""",
    """INSERT INTO catalogue_item_basis (itemversion_id, article_id) SELECT n.id, b.article_id FROM catalogue_item_basis b
       JOIN catalogue_item_version o ON o.id = b.itemversion_id AND o.edition_id = %(old)s
       JOIN catalogue_item_version n ON n.item_id = o.item_id AND n.edition_id = %(new)s""",
    """INSERT INTO catalogue_item_purpose (itemversion_id, purpose_id) SELECT n.id, b.purpose_id FROM catalogue_item_purpose b
       JOIN catalogue_item_version o ON o.id = b.itemversion_id AND o.edition_id = %(old)s
       JOIN catalogue_item_version n ON n.item_id = o.item_id AND n.edition_id = %(new)s""",
    """INSERT INTO catalogue_field (item_version_id, position, code, label, label_en, type, length, required, code_list, sensitivity,
           shown_to)
       SELECT n.id, f.position, f.code, f.label, f.label_en, f.type, f.length, f.required, f.code_list, f.sensitivity, f.shown_to
       FROM catalogue_field f JOIN catalogue_item_version o ON o.id = f.item_version_id AND o.edition_id = %(old)s
       JOIN catalogue_item_version n ON n.item_id = o.item_id AND n.edition_id = %(new)s""",
    """INSERT INTO catalogue_code_value (edition_id, code_list, value, label, label_en, maps_to, valid_from, valid_until, provisional)
       SELECT %(new)s, code_list, value, label, label_en, maps_to, valid_from, valid_until, provisional FROM catalogue_code_value
       WHERE edition_id = %(old)s""",
)


def head(stage: Stage, draft: int | None, **changes: Any) -> dict[str, Any]:
    row = {"code": "T.2", "level": "provincial", "name": "x", "valid_from": stage.facts.today, "valid_until": None, "digest": "x",
           "provisional": True, "source": ["x"], "loaded_at": datetime.now(UTC), "sealed_at": None, "draft_id": draft}  # fmt: skip
    return {**row, **changes}


def approved(stage: Stage) -> int:
    draft = begin(stage)
    put(stage, draft, {}, code=ENDED, change="end")
    for kind in ("submit", "review", "approve"):
        step(stage, draft, kind)
    return draft


def _second_item(stage: Stage) -> None:
    """Let the supplement hold one item more, so that something is left of it."""
    unlock(stage, *PARTS)
    stage.run("owner", "INSERT INTO catalogue_item (code) VALUES (%s)", KEPT)
    stage.run(
        "owner",
        """INSERT INTO catalogue_item_version SELECT (jsonb_populate_record(v, jsonb_build_object('id', 30001, 'name', 'x',
               'item_id', (SELECT id FROM catalogue_item WHERE code = %s), 'definition', v.definition || %s))).*
           FROM catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id AND i.code = %s""",
        KEPT, Jsonb({"code": KEPT, "name": "x"}), ENDED,
    )  # fmt: skip
    _hang_on(stage, 30001, ENDED)
    lock(stage, *PARTS)


def _hang_on(stage: Stage, version: int, like: str) -> None:
    """Give an item version the bases and purposes of its content, and the fields of another."""
    stage.run(
        "owner",
        """INSERT INTO catalogue_item_basis (itemversion_id, article_id) SELECT DISTINCT v.id, b ->> 'ref'
           FROM catalogue_item_version v, jsonb_array_elements(v.definition -> 'bases') b WHERE v.id = %s""",
        version,
    )
    stage.run(
        "owner",
        """INSERT INTO catalogue_item_purpose (itemversion_id, purpose_id) SELECT DISTINCT v.id, p.id
           FROM catalogue_item_version v JOIN catalogue_purpose p ON v.definition -> 'purposes' ? p.code WHERE v.id = %s""",
        version,
    )
    stage.run(
        "owner",
        """INSERT INTO catalogue_field SELECT (jsonb_populate_record(f, jsonb_build_object(
               'id', 500000 + %s * 1000 + f.position, 'item_version_id', %s::bigint))).*
           FROM catalogue_field f WHERE f.item_version_id = (SELECT min(v.id) FROM catalogue_item_version v
               JOIN catalogue_item i ON i.id = v.item_id AND i.code = %s)""",
        version, version, like,
    )  # fmt: skip


OWN: dict[str, Any] = {"code": "X-1", "name": "x", "behaviour": "x"}


def own(code: str, *, bases: list[dict[str, str]] | None = None, **changes: Any) -> dict[str, Any]:
    """Say what an item of a supplement has otherwise than the shipped one that it is made of: everything that would repeat it, and more."""
    held = shipped_items()[code][1]["bases"] if bases is None else bases
    return {**OWN, "bases": [*held, {"ref": LAW_OF_OUR_OWN, "role": "collect"}], **changes}


ADVERSE_RULES = {"retention_rule": "adverse", "admission": "adverse", "display_rule": "penalty-grade"}


def seals(code: str, content: dict[str, Any], *, national: dict[str, Any] | None = None) -> Attack:
    """Write an edition of the supplement with one item, made of a national one, and seal it. ``national`` is what that says otherwise."""

    def attack(stage: Stage) -> bool:
        if national:
            unlock(stage, *PARTS)
            stage.run(
                "owner",
                """UPDATE catalogue_item_version v SET definition = definition || %s
                   FROM catalogue_item i WHERE i.id = v.item_id AND i.code = %s""",
                Jsonb(national), code,
            )  # fmt: skip
            lock(stage, *PARTS)
        columns = ("name", "nature", "disclosure", "share_class", "display_rule", "retention_rule", "admission")
        changes = {key: content[key] for key in columns if key in content}
        versions(level="provincial", content=content, code=code, item="X-1", **changes)(stage)
        _hang_on(stage, 990001, code)
        stage.run("owner", "UPDATE catalogue_edition SET sealed_at = now() WHERE code = 'T.2'")
        return True

    return attack


def seals_both(stage: Stage) -> bool:
    """Write a national edition and one of the supplement with the same item, side by side, and seal the one after the other."""
    versions(level="national", content=own("CF-ZRR"), item="X-1", name="x")(stage)
    _hang_on(stage, 990001, "CF-ZRR")
    stage.insert("owner", EDITION, head(stage, None, code="T.3", valid_from=stage.facts.today + timedelta(days=900)))
    stage.run(
        "owner",
        """INSERT INTO catalogue_item_version SELECT (jsonb_populate_record(v, jsonb_build_object('id', 990002, 'edition_id', e.id))).*
           FROM catalogue_item_version v, catalogue_edition e WHERE v.id = 990001 AND e.code = 'T.3'""",
    )
    _hang_on(stage, 990002, "CF-ZRR")
    for code in ("T.2", "T.3"):
        stage.run("owner", "UPDATE catalogue_edition SET sealed_at = now() WHERE code = %s", code)
    return True


def publishes(*, left: str = ENDED, published: bool = True, spoil: str = "", **changes: Any) -> Attack:
    """Publish the draft as an edition, with something wrong in it."""

    def attack(stage: Stage) -> bool:
        _second_item(stage)
        draft = approved(stage)
        ((old,),) = stage.run("owner", "SELECT id FROM catalogue_edition WHERE level = 'provincial'")
        stage.insert("app", EDITION, head(stage, draft, **changes))
        ((new,),) = stage.run("app", "SELECT id FROM catalogue_edition WHERE code = 'T.2'")
        stage.run("app", "SELECT 1")
        for statement in COPY:
            stage.connection.execute(statement.encode(), {"new": new, "old": old, "left": left})
        if spoil:
            unlock(
                stage, "catalogue_item_basis", "catalogue_item_purpose", "catalogue_field", "catalogue_code_value", ITEM
            )
            stage.run("owner", spoil.format(new=new, draft=draft))
            lock(stage, ITEM)
        if published:
            step(stage, draft, "publish")
        stage.run("app", "UPDATE catalogue_edition SET sealed_at = now() WHERE id = %s", new)
        return True

    return attack


def heads(kinds: tuple[str, ...] = (), *, role: str = "app", of_draft: bool = True, **changes: Any) -> Attack:
    """Write the head of an edition for a draft that went so far."""

    def attack(stage: Stage) -> bool:
        draft = begin(stage)
        put(stage, draft)
        for kind in kinds:
            step(stage, draft, kind)
        stage.insert(role, EDITION, head(stage, draft if of_draft else None, **changes))
        return True

    return attack


def versions(
    *,
    level: str = "national",
    content: dict[str, Any] | None = None,
    code: str = "CF-ZRR",
    item: str = "",
    **changes: Any,
) -> Attack:
    """Write an item into an open edition, changed in its content and in its columns."""

    def attack(stage: Stage) -> bool:
        row = head(stage, None, level=level, valid_from=stage.facts.today + timedelta(days=900))
        stage.insert("owner", EDITION, row)
        ((new,),) = stage.run("owner", "SELECT id FROM catalogue_edition WHERE code = 'T.2'")
        if item:
            stage.run("owner", "INSERT INTO catalogue_item (code) VALUES (%s)", item)
        stage.run(
            "owner",
            """INSERT INTO catalogue_item_version
               SELECT (jsonb_populate_record(v, %s || jsonb_build_object('id', 990001, 'edition_id', %s::bigint,
                   'definition', v.definition || %s, 'item_id', coalesce((SELECT id FROM catalogue_item WHERE code = %s), v.item_id)))).*
               FROM catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id AND i.code = %s LIMIT 1""",
            Jsonb(changes), new, Jsonb(content or {}), item, code,
        )  # fmt: skip
        return True

    return attack


def into_sealed(table: str, names: str) -> Attack:
    """Write a row again into an edition that is sealed."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"INSERT INTO {table} ({names}) SELECT {fresh(names)} FROM {table} LIMIT 1")
        return True

    return attack


def fresh(names: str) -> str:
    """Spell the columns again, with a value of its own where a row is known by it."""
    told = {"code": "'FRESH'", "value": "'FRESH'", "article_id": f"(SELECT min(ref) FROM catalogue_article WHERE law_id = '{LAW}')",
            "purpose_id": "(SELECT id FROM catalogue_purpose WHERE code = 'CF-CL')"}  # fmt: skip
    return ", ".join(told.get(name.strip(), name.strip()) for name in names.split(","))


def ends_by_itself(stage: Stage) -> bool:
    stage.run("owner", "UPDATE catalogue_edition SET valid_until = '2099-01-01'")
    return True
