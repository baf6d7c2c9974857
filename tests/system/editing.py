"""Attacks on the catalogue's editions. The draft ends one item; the edition is the one before without it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from tests.system.attacks import Attack
from tests.system.cataloguing import EDITION, ITEM, LAW, begin, lock, put, step, unlock
from tests.system.stage import Stage

ENDED = "ZY-FW"
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


def publishes(*, left: str = ENDED, published: bool = True, spoil: str = "", **changes: Any) -> Attack:
    """Publish the draft as an edition, with something wrong in it."""

    def attack(stage: Stage) -> bool:
        draft = approved(stage)
        ((old,),) = stage.run("owner", "SELECT id FROM catalogue_edition")
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
    level: str = "provincial",
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
