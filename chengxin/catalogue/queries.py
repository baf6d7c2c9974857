"""What the catalogue holds on a day."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models.expressions import RawSQL

from chengxin.catalogue.errors import ItemNotOpen, PurposeUnknown
from chengxin.catalogue.models import Article, CodeValue, Edition, ItemVersion, Purpose
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


def find_purpose(code: str, on: date) -> PurposeTerms:
    """Give a purpose as it stands on the day. Raises PurposeUnknown, also when no law behind it is in force."""
    purpose = Purpose.objects.filter(code=code).first()
    if purpose is None:
        raise PurposeUnknown(code)
    articles = Article.objects.filter(purpose=purpose).select_related("law").order_by("law__name", "article")
    bases = {
        article.ref: f"《{article.law.name}》{article.article}"
        for article in articles
        if article.law.valid_from <= on and (article.law.valid_until is None or on < article.law.valid_until)
    }
    if not bases:
        raise PurposeUnknown(code)
    return PurposeTerms(
        purpose.id, code, purpose.name, purpose.needs, tuple(purpose.organisation_kinds), purpose.past_view, bases
    )


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


def edition_in_force(on: date) -> Edition | None:
    return Edition.objects.filter(valid_from__lte=on).exclude(valid_until__lte=on).order_by("-valid_from").first()


def _live(on: date) -> RawSQL:
    """Ask for the item versions that rest on a law in force on the day."""
    return RawSQL(
        "SELECT item_version_id FROM catalogue_item_live WHERE valid_from <= %s AND %s < valid_until", (on, on)
    )


def items_in_force(on: date) -> list[ItemVersion]:
    """Give the item versions of the edition in force that rest on a law in force on the day, by class and code."""
    edition = edition_in_force(on)
    if edition is None:
        return []
    versions = ItemVersion.objects.filter(edition=edition, pk__in=_live(on)).select_related("item")
    return list(versions.order_by("item_class", "item__code"))


def bases_of(item_ids: set[int], on: date) -> dict[int, str]:
    """Give for each item the laws it rests on, as one text, in the catalogue's order, from the edition in force on the day."""
    rows = ItemVersion.objects.filter(item_id__in=item_ids, edition=edition_in_force(on)).prefetch_related("bases__law")
    texts = {}
    for row in rows:
        articles = {basis.ref: f"《{basis.law.name}》{basis.article}" for basis in row.bases.all()}
        texts[row.item_id] = "、".join(articles[ref] for ref in define_item(row.definition).bases if ref in articles)
    return texts
