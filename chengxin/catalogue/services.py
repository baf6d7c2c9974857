"""Loading editions of the catalogue."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from chengxin.catalogue.errors import CatalogueUnusable
from chengxin.catalogue.files import SHIPPED, CatalogueFiles, as_date, plain, read_editions
from chengxin.catalogue.levels import refuse_supplement
from chengxin.catalogue.models import Article, CodeValue, Draft, Edition, Field, Item, ItemVersion, Law, Purpose
from chengxin.catalogue.queries import definitions_of_other_level
from chengxin.catalogue.succession import holds, rest_of_supplement, taken_up
from chengxin.lib.periods import shanghai_date


@transaction.atomic
def load_catalogue(folder: Path | None = None, *, at: datetime) -> list[Edition]:
    """Load the editions of a folder, the national one first; the same files again change nothing.

    An edition, once loaded, is not rewritten: changed content needs a new edition code. Laws and purposes are brought to the
    files' state, since a law that ends must suspend its items at once, whichever edition named them. Ends the edition before it
    on the day this one begins. Without a folder, what is shipped is loaded as far as the installation has nothing newer of its own.
    Raises CatalogueUnusable; then nothing was changed.
    """
    loaded = []
    for files in read_editions(folder or SHIPPED):
        _write_purposes(files, _write_laws(files))
        known = Edition.objects.filter(code=files.edition["code"]).first()
        if known is None and folder is None and (own := _own_in_place_of(files)):
            loaded.append(own)
        elif known is None:
            loaded.append(_load(files, at))
        elif holds(known, files):
            loaded.append(known)
        else:
            code = known.code
            raise CatalogueUnusable(
                f"版本 {code} 已装入且内容不同；请在 edition.toml 中另立版本号。",
                f"Edition {code} is loaded with other content; give edition.toml a new code.",
            )
    return loaded


def _own_in_place_of(files: CatalogueFiles) -> Edition | None:
    """Give the edition of its own that an installation keeps instead of a shipped one.

    The supplement is the province's, from its first edition on; of the national list the later one holds.
    """
    own = Edition.objects.filter(level=files.edition["level"]).order_by("-valid_from").first()
    keeps = own and (own.level == "provincial" or own.valid_from >= files.edition["valid_from"])
    return own if keeps else None


def _load(files: CatalogueFiles, at: datetime) -> Edition:
    """Write an edition from files, a national one after the province's has given way to it."""
    if files.edition["level"] == "national":
        files = taken_up(files, shanghai_date(at))
        rest = rest_of_supplement(files)
        if rest:
            write_edition(rest, at=at)
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
    """Give the edition that this one ends. Raises CatalogueUnusable where that begins no earlier, or for what a supplement may not hold."""
    level, begins = files.edition["level"], files.edition["valid_from"]
    before = Edition.objects.filter(level=level, valid_until=None).order_by("-valid_from").first()
    if before and before.valid_from >= begins:
        raise CatalogueUnusable(
            f"新版本应晚于 {before.code}（{before.valid_from}）生效。",
            f"It must begin after {before.code} ({before.valid_from}).",
        )
    if level == "provincial":
        national = definitions_of_other_level(level, begins)
        for code, raw in files.raw_items.items():
            if refusal := refuse_supplement(raw, national):
                raise CatalogueUnusable(f"{code}：{refusal.text}", f"{code}: {refusal.text_en}")
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
        update_cycle=plain(raw["update_cycle"]),
        definition=plain(raw),
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
