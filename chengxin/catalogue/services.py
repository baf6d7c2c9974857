"""Loading an edition of the catalogue."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from chengxin.catalogue.errors import CatalogueUnusable
from chengxin.catalogue.files import SHIPPED, CatalogueFiles, as_date, read_catalogue
from chengxin.catalogue.models import Article, CodeValue, Draft, Edition, Field, Item, ItemVersion, Law, Purpose
from chengxin.catalogue.queries import definitions_of_other_level
from chengxin.catalogue.rules import repeats


@transaction.atomic
def load_catalogue(folder: Path | None = None, *, at: datetime) -> Edition:
    """Load an edition from its folder; the same files again change nothing.

    An edition, once loaded, is not rewritten: changed content needs a new edition code. Laws and purposes are brought to the
    files' state, since a law that ends must suspend its items at once, whichever edition named them. Ends the edition before it
    on the day this one begins. Raises CatalogueUnusable; then nothing was changed.
    """
    files = read_catalogue(folder or SHIPPED)
    _write_purposes(files, _write_laws(files))
    code = files.edition["code"]
    known = Edition.objects.filter(code=code).first()
    if known and known.digest == files.digest:
        return known
    if known:
        raise CatalogueUnusable(
            f"版本 {code} 已装入且内容不同；请在 edition.toml 中另立版本号。",
            f"Edition {code} is loaded with other content; give edition.toml a new code.",
        )
    return write_edition(files, at=at)


def write_edition(
    files: CatalogueFiles, *, at: datetime, draft: Draft | None = None, step: Callable[[], object] | None = None
) -> Edition:
    """Write an edition, seal it and end the one before it: the one way in, for what files hold and for what was drafted and approved.

    ``step`` runs when all is written and before the seal: the database seals nothing of a draft that isn't being published. Raises
    CatalogueUnusable.
    """
    articles, purposes = Article.objects.in_bulk(), {one.code: one for one in Purpose.objects.all()}
    before = _before(files)
    edition = _write_head(files, at, draft)
    _write_code_lists(files, edition)
    for name in files.items:
        _write_item(files, name, edition, articles, purposes)
    if step:
        step()
    edition.sealed_at = at
    edition.save(update_fields=["sealed_at"])
    if before:
        before.valid_until = edition.valid_from
        before.save(update_fields=["valid_until"])
    edition.refresh_from_db(fields=["sealed_at"])
    return edition


def _before(files: CatalogueFiles) -> Edition | None:
    """Give the edition that this one ends. Raises CatalogueUnusable where that begins no earlier, or where the other level has an item."""
    level, begins = files.edition["level"], files.edition["valid_from"]
    before = Edition.objects.filter(level=level, valid_until=None).order_by("-valid_from").first()
    if before and before.valid_from >= begins:
        raise CatalogueUnusable(
            f"新版本应晚于 {before.code}（{before.valid_from}）生效。",
            f"It must begin after {before.code} ({before.valid_from}).",
        )
    others = definitions_of_other_level(level, begins)
    for code, raw in files.raw_items.items():
        if found := repeats(raw, others):
            raise CatalogueUnusable(
                f"{code} 与另一级目录的 {found} 重复，补充目录不得重复全国基础目录。",
                f"{code} repeats {found} of the other level's catalogue.",
            )
    return before


def _write_laws(files: CatalogueFiles) -> dict[str, Article]:
    articles = {}
    for entry in files.laws:
        law, _ = Law.objects.update_or_create(
            code=entry["code"],
            defaults={
                "name": entry["name"],
                "number": entry.get("number", ""),
                "valid_from": entry["valid_from"],
                "valid_until": entry.get("valid_until"),
                "link": entry.get("link", ""),
                "evidence": entry["evidence"],
                "provisional": entry["provisional"],
            },
        )
        for article in entry.get("article", ()):
            articles[article["ref"]], _ = Article.objects.update_or_create(
                ref=article["ref"],
                defaults={"law": law, "article": article.get("article", ""), "gist": article.get("gist", "")},
            )
    return articles


def _write_purposes(files: CatalogueFiles, articles: dict[str, Article]) -> None:
    for entry in files.purposes:
        purpose, _ = Purpose.objects.update_or_create(
            code=entry["code"],
            defaults={
                name: entry.get(name, "")
                for name in (
                    "name",
                    "name_en",
                    "kind",
                    "needs",
                    "organisation_kinds",
                    "past_view",
                    "provisional",
                    "note",
                )
            },
        )
        purpose.bases.set([articles[ref] for ref in entry["bases"]])


def _write_head(files: CatalogueFiles, at: datetime, draft: Draft | None) -> Edition:
    entry = files.edition
    return Edition.objects.create(
        code=entry["code"],
        level=entry["level"],
        name=entry["name"],
        valid_from=entry["valid_from"],
        valid_until=entry.get("valid_until"),
        digest=files.digest,
        provisional=entry["provisional"],
        source=entry["source"],
        loaded_at=at,
        draft=draft,
    )


def _write_code_lists(files: CatalogueFiles, edition: Edition) -> None:
    CodeValue.objects.bulk_create(
        CodeValue(
            edition=edition,
            code_list=name,
            value=row["value"],
            label=row["label"],
            label_en=row.get("label_en", ""),
            maps_to=row.get("maps_to", ""),
            valid_from=as_date(row.get("valid_from")),
            valid_until=as_date(row.get("valid_until")),
            provisional=row.get("provisional", "") == "true",
        )
        for name, rows in files.code_lists.items()
        for row in rows
    )


def _write_item(
    files: CatalogueFiles, name: str, edition: Edition, articles: dict[str, Article], purposes: dict[str, Purpose]
) -> None:
    raw, item = files.raw_items[name], files.items[name]
    row, _ = Item.objects.get_or_create(code=item.code)
    version = ItemVersion.objects.create(
        item=row,
        edition=edition,
        item_class=raw["class"],
        behaviour=raw.get("behaviour", ""),
        subject_type=raw["subject_type"],
        disclosure=raw["disclosure"],
        share_class=raw["share_class"],
        share_conditions=raw.get("share_conditions", ""),
        update_cycle=_plain(raw["update_cycle"]),
        definition=_plain(raw),
        provider_kinds=list(item.provider_kinds),
        **{
            part: getattr(item, part)
            for part in ("name", "name_en", "nature", "display_rule", "retention_rule", "admission", "provisional")
        },
    )
    version.bases.set([articles[ref] for ref in item.bases])
    version.purposes.set([purposes[code] for code in item.purposes])
    Field.objects.bulk_create(
        Field(
            item_version=version,
            position=position,
            required="always" if field.required else "no",
            shown_to=list(field.shown_to),
            **{
                part: getattr(field, part)
                for part in ("code", "label", "label_en", "type", "length", "code_list", "sensitivity")
            },
        )
        for position, field in enumerate(item.fields)
    )


def _plain(value: Any) -> Any:
    """Make a TOML value fit for JSON: dates become ISO texts."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
