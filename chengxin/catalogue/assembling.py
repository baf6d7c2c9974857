"""Drafts and editions as the parts that files have: put together for checking, writing, comparing and publishing."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from chengxin.catalogue.comparing import ItemDifference, compare
from chengxin.catalogue.errors import CatalogueUnusable, DraftUnusable
from chengxin.catalogue.files import CatalogueFiles, checked
from chengxin.catalogue.levels import refuse_supplement
from chengxin.catalogue.models import Article, CodeValue, Draft, DraftItem, Edition, ItemVersion, Law, Purpose
from chengxin.catalogue.queries import definitions_of_other_level, standing_articles
from chengxin.catalogue.rules import refuse_item
from chengxin.catalogue.wording import Names

DRAFTED = "草案"


def base_of(on: date, level: str = "provincial") -> Edition | None:
    """Give the edition on which one beginning on a day is built."""
    return (
        Edition.objects.filter(level=level, sealed_at__isnull=False, valid_from__lte=on).order_by("-valid_from").first()
    )


def assemble(draft: Draft, code: str, valid_from: date) -> CatalogueFiles:
    """Put a draft's items into the edition before it and check the whole as files are checked. Raises CatalogueUnusable."""
    base = base_of(valid_from)
    items, lists = ({}, {}) if base is None else contents(base)
    for one in draft.items.all():
        items.pop(one.code, None)
        if one.change == "set":
            items[one.code] = one.definition
            lists |= one.code_lists
    series = series_of(base) if base else f"{draft.organisation.name}补充目录"
    head = {
        "code": code,
        "level": "provincial",
        "name": f"{series}（{code}版）",
        "valid_from": valid_from,
        "provisional": any(item.get("provisional", True) for item in items.values()),
        "source": [*(base.source if base else ()), f"{draft.organisation.name}：{draft.title}"],
    }
    laws, purposes = laws_held(), purposes_held()
    return checked(head, laws, purposes, dict(sorted(items.items())), dict(sorted(lists.items())))


def series_of(edition: Edition) -> str:
    """Give an edition's name without its number."""
    return edition.name.partition("（")[0]


def missing_lists(definition: Mapping[str, Any], given: Collection[str], on: date) -> dict[str, list[dict[str, str]]]:
    """Give the code lists that an item names, the provincial edition lacks and the national one has."""
    named = {str(field.get("list")) for field in definition.get("field", ()) if field.get("list")}
    base, national = base_of(on), base_of(on, "national")
    own = set(contents(base)[1]) if base else set()
    others = contents(national)[1] if national else {}
    return {name: others[name] for name in sorted(named - own - set(given)) if name in others}


def refuse_content(draft: Draft, on: date) -> None:
    """Check what a draft would make of the edition in force. Raises DraftUnusable naming item and fault."""
    try:
        files = assemble(draft, DRAFTED, on)
    except CatalogueUnusable as fault:
        raise DraftUnusable(fault.text.partition("：")[2], fault.text_en.partition(": ")[2]) from None
    others = definitions_of_other_level("provincial", on)
    for one in draft.items.filter(change="set"):
        if refusal := refuse_supplement(files.raw_items[one.code], others):
            raise DraftUnusable(f"{one.code}：{refusal.text}", f"{one.code}: {refusal.text_en}")


def contents(edition: Edition) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, str]]]]:
    """Give an edition's items by code, as their files had them, and its code lists."""
    versions = ItemVersion.objects.filter(edition=edition).order_by("item__code")
    items = dict(versions.values_list("item__code", "definition"))
    lists: dict[str, list[dict[str, str]]] = {}
    for row in CodeValue.objects.filter(edition=edition).order_by("code_list", "pk"):
        lists.setdefault(row.code_list, []).append(
            {
                "value": row.value,
                "label": row.label,
                "label_en": row.label_en,
                "maps_to": row.maps_to,
                "valid_from": row.valid_from.isoformat() if row.valid_from else "",
                "valid_until": row.valid_until.isoformat() if row.valid_until else "",
                "provisional": "true" if row.provisional else "",
            }
        )
    return items, lists


def laws_held() -> list[dict[str, Any]]:
    return [
        {
            "code": law.code,
            "name": law.name,
            "number": law.number,
            "valid_from": law.valid_from,
            "valid_until": law.valid_until,
            "link": law.link,
            "evidence": law.evidence,
            "provisional": law.provisional,
            "article": [
                {"ref": one.ref, "article": one.article, "gist": one.gist}
                for one in sorted(law.articles.all(), key=lambda one: one.ref)
            ],
        }
        for law in Law.objects.order_by("code").prefetch_related("articles")
    ]


def purposes_held() -> list[dict[str, Any]]:
    names = ("code", "name", "name_en", "kind", "needs", "organisation_kinds", "past_view", "provisional", "note")
    return [
        {name: getattr(one, name) for name in names} | {"bases": sorted(basis.ref for basis in one.bases.all())}
        for one in Purpose.objects.order_by("code").prefetch_related("bases")
    ]


def compare_draft(draft: Draft, on: date) -> list[ItemDifference]:
    """Tell what a draft would change of the edition in force, or did where it was published."""
    published = Edition.objects.filter(draft=draft).first()
    base = base_of(published.valid_from - timedelta(days=1)) if published else base_of(on)
    items = contents(base)[0] if base else {}
    touched = list(draft.items.all())
    before = {one.code: items[one.code] for one in touched if one.code in items}
    return compare(before, {one.code: one.definition for one in touched if one.change == "set"}, _names(on))


def _names(on: date) -> Names:
    articles = Article.objects.select_related("law")
    classes = CodeValue.objects.filter(
        code_list="item_class", edition__sealed_at__isnull=False, edition__valid_from__lte=on
    )
    return Names(
        {one.ref: f"《{one.law.name}》{one.article}" for one in articles},
        dict(list_purpose_names()),
        dict(classes.order_by("edition__valid_from").values_list("value", "label")),
    )


def findings_of(draft: Draft, item: DraftItem, on: date) -> list[str]:
    """Tell what keeps an item from being submitted, as far as it can be told at once."""
    articles = {one.ref: one.article for one in Article.objects.all()}
    found = [one.text for one in refuse_item(item.definition, articles)]
    if refusal := refuse_supplement(item.definition, definitions_of_other_level("provincial", on)):
        found.append(refusal.text)
    if not found:
        try:
            refuse_content(draft, on)
        except DraftUnusable as fault:
            found.append(fault.text)
    return found


def code_lists_for(item: DraftItem, on: date, name: str = "") -> list[Any]:
    """Give the names of the code lists that an item may use, or one list's values with their labels."""
    lists: dict[str, Any] = {}
    for level in ("national", "provincial"):
        if base := base_of(on, level):
            lists |= contents(base)[1]
    lists |= item.code_lists
    return [(row["value"], row["label"]) for row in lists.get(name, ())] if name else sorted(lists)


def list_articles(on: date) -> list[tuple[str, str]]:
    """Give the articles that stand on a day, by law."""
    rows = Article.objects.filter(pk__in=standing_articles(on)).select_related("law").order_by("law__name", "ref")
    return [(one.ref, f"《{one.law.name}》{one.article}（{one.ref}）") for one in rows]


def list_purpose_names() -> list[tuple[str, str]]:
    return list(Purpose.objects.order_by("code").values_list("code", "name"))
