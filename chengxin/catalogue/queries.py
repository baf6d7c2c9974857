"""What the catalogue holds on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from chengxin.catalogue.errors import ItemNotOpen, PurposeUnknown
from chengxin.catalogue.models import Article, CodeValue, Draft, Edition, ItemVersion, Purpose
from chengxin.catalogue.terms import ItemDefinition, define_item


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item that may be collected on the day it was asked for, with its code lists (value or label → value).

    ``basis_days`` are the stretches ``[from, until)`` in which a document may have been issued under a law of its basis.
    """

    id: int
    edition_id: int
    edition: str
    definition: ItemDefinition
    values: dict[str, dict[str, str]]
    maps_to: dict[str, dict[str, str]]
    basis_days: tuple[tuple[date, date], ...]


def _basis_days(item_id: int) -> tuple[tuple[date, date], ...]:
    """Give the stretches of days on which the item rests on a law in force; the last one may be open (date.max)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT valid_from, least(valid_until, '9999-12-31') FROM catalogue_item_basis_days WHERE item_id = %s",
            [item_id],
        )
        return tuple(cursor.fetchall())


def open_item(code: str, on: date) -> OpenItem:
    """Give the item as the edition in force on the day has it. Raises ItemNotOpen."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.item_version_id FROM catalogue_item_live l JOIN catalogue_item i ON i.id = l.item_id
               WHERE i.code = %s AND l.valid_from <= %s AND %s < l.valid_until LIMIT 1""",
            [code, on, on],
        )
        row = cursor.fetchone()
    if row is None:
        raise ItemNotOpen(f"{code}（{on}）。", f"{code} ({on}).")
    version = ItemVersion.objects.select_related("edition").get(pk=row[0])
    definition = define_item(version.definition)
    lists = {field.code_list for field in definition.fields if field.code_list}
    values: dict[str, dict[str, str]] = {name: {} for name in lists}
    maps_to: dict[str, dict[str, str]] = {name: {} for name in lists}
    for entry in CodeValue.objects.filter(edition=version.edition, code_list__in=lists):
        values[entry.code_list][entry.value] = entry.value
        values[entry.code_list][entry.label] = entry.value
        maps_to[entry.code_list][entry.value] = entry.maps_to
    return OpenItem(
        version.item_id,
        version.edition_id,
        version.edition.code,
        definition,
        values,
        maps_to,
        _basis_days(version.item_id),
    )


UNDER_A_DUTY = ("duty", "authorised")


@dataclass(frozen=True, slots=True)
class PurposeTerms:
    """A purpose with the laws behind it that are in force; ``bases`` maps a reference to its text."""

    id: int
    code: str
    name: str
    needs: str
    organisation_kinds: tuple[str, ...]
    past_view: bool
    bases: dict[str, str]
    needs_duty: bool = False
    """Whether an organisation asks under a duty item for which it stands enrolled (``sharing.duties``)."""


def find_purpose(code: str, on: date) -> PurposeTerms:
    """Give a purpose as it stands on the day. Raises PurposeUnknown, also when no law behind it is in force."""
    purpose = Purpose.objects.filter(code=code).first()
    if purpose is None:
        raise PurposeUnknown(code)
    articles = Article.objects.filter(purpose=purpose, pk__in=standing_articles(on)).select_related("law")
    bases = {
        article.ref: f"《{article.law.name}》{article.article}" for article in articles.order_by("law__name", "article")
    }
    if not bases:
        raise PurposeUnknown(code)
    return PurposeTerms(
        purpose.id, code, purpose.name, purpose.needs, tuple(purpose.organisation_kinds), purpose.past_view, bases,
        purpose.kind in UNDER_A_DUTY,
    )  # fmt: skip


def list_purposes(organisation_kind: str, on: date) -> list[PurposeTerms]:
    """Give the purposes an organisation of this kind may ask for on the day, by name."""
    codes = (
        Purpose.objects.filter(organisation_kinds__contains=[organisation_kind])
        .order_by("name")
        .values_list("code", flat=True)
    )
    found = []
    for code in codes:
        try:
            found.append(find_purpose(code, on))
        except PurposeUnknown:
            continue
    return found


def standing_articles(on: date) -> RawSQL:
    """Ask for the articles that stand on the day, by themselves or by the one that follows them."""
    return RawSQL("SELECT ref FROM catalogue_article_days WHERE valid_from <= %s AND %s < valid_until", (on, on))


def editions_in_force(on: date) -> list[Edition]:
    """Give the editions in force on the day: of the national base and of the province's supplement, each where there is one."""
    found = Edition.objects.filter(valid_from__lte=on, sealed_at__isnull=False).exclude(valid_until__lte=on)
    by_level = {edition.level: edition for edition in found.order_by("valid_from")}
    return [by_level[level] for level in ("national", "provincial") if level in by_level]


def definitions_of_other_level(level: str, on: date) -> list[dict[str, Any]]:
    """Give the items of the other level's editions that hold on the day or begin later."""
    others = ItemVersion.objects.exclude(edition__level=level).exclude(edition__valid_until__lte=on)
    return list(others.filter(edition__sealed_at__isnull=False).values_list("definition", flat=True))


def _live(on: date) -> RawSQL:
    """Ask for the item versions that rest on a law in force on the day."""
    return RawSQL(
        "SELECT item_version_id FROM catalogue_item_live WHERE valid_from <= %s AND %s < valid_until", (on, on)
    )


def items_in_force(on: date) -> list[ItemVersion]:
    """Give the item versions of the editions in force that rest on a law in force on the day, by class and code."""
    versions = ItemVersion.objects.filter(edition__in=editions_in_force(on), pk__in=_live(on)).select_related("item")
    return list(versions.order_by("item_class", "item__code"))


def versions_in_force(on: date) -> list[int]:
    """Give the numbers of the item versions of ``items_in_force``. Two statements."""
    versions = ItemVersion.objects.filter(edition__in=editions_in_force(on), pk__in=_live(on))
    return list(versions.order_by("pk").values_list("pk", flat=True))


def names_in_force(on: date) -> dict[str, str]:
    """Give the names of ``items_in_force`` by code, in their order. Two statements."""
    versions = ItemVersion.objects.filter(edition__in=editions_in_force(on), pk__in=_live(on))
    return dict(versions.order_by("item_class", "item__code").values_list("item__code", "name"))


@dataclass(frozen=True, slots=True)
class Cited:
    """An article on which an item rests: its law with number and official address where we have them, and what it says in short."""

    ref: str
    law: str
    article: str
    number: str
    gist: str
    link: str
    provisional: bool


def cited_on(pairs: set[tuple[int, date]]) -> dict[tuple[int, date], tuple[Cited, ...]]:
    """Give for each item and day the articles of any of its editions that stood on the day. One statement."""
    cited: dict[tuple[int, date], tuple[Cited, ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT w.item_id, w.day, a.ref, l.name, a.article, l.number, a.gist, l.link, l.provisional
               FROM unnest(%s::integer[], %s::date[]) AS w (item_id, day)
               JOIN catalogue_item_version v ON v.item_id = w.item_id
               JOIN catalogue_item_basis b ON b.itemversion_id = v.id
               JOIN catalogue_article_days d ON d.ref = b.article_id AND d.valid_from <= w.day AND w.day < d.valid_until
               JOIN catalogue_article a ON a.ref = b.article_id JOIN catalogue_law l ON l.code = a.law_id
               ORDER BY w.item_id, w.day, l.name, a.article""",
            [[item for item, _ in pairs], [day for _, day in pairs]],
        )
        for item, day, *article in cursor.fetchall():
            cited[item, day] = (*cited.get((item, day), ()), Cited(*article))
    return cited


def supplement_choices(on: date) -> list[tuple[str, str]]:
    """Give the items of the supplement in force, suspended ones too, by code with their names: what a draft may change or end."""
    rows = ItemVersion.objects.filter(edition__in=_supplement(on)).order_by("item__code")
    return [(code, f"{code} {name}") for code, name in rows.values_list("item__code", "name")]


def supplement_definition(code: str, on: date) -> dict[str, Any]:
    """Give an item's content in the province's supplement in force, suspended or not. Raises ItemNotOpen."""
    found = ItemVersion.objects.filter(edition__in=_supplement(on), item__code=code).first()
    if found is None:
        raise ItemNotOpen(f"省补充目录，{code}（{on}）。", f"the supplement, {code} ({on}).")
    content: dict[str, Any] = found.definition
    return content


def _supplement(on: date) -> list[Edition]:
    return [edition for edition in editions_in_force(on) if edition.level == "provincial"]


def edition_of(draft: Draft) -> str:
    """Give the code of the edition that came of a draft, empty where none did."""
    found = Edition.objects.filter(draft=draft, sealed_at__isnull=False).first()
    return found.code if found else ""
