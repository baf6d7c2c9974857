"""How the province's supplement gives way to a national edition: what that takes in ends on the day on which it begins."""

from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q

from chengxin.catalogue.assembling import contents, laws_held, purposes_held, series_of
from chengxin.catalogue.errors import CatalogueUnusable
from chengxin.catalogue.files import CatalogueFiles, checked, plain
from chengxin.catalogue.levels import refuse_supplement
from chengxin.catalogue.models import Edition
from chengxin.lib.refusals import Refusal

LIST_KEYS = ("value", "label", "label_en", "maps_to", "valid_from", "valid_until", "provisional")


def holds(known: Edition, files: CatalogueFiles) -> bool:
    """Tell whether an edition is what the files hold. Its digest may be of an earlier making."""
    if known.digest == files.digest:
        return True
    items, lists = contents(known)
    told = {
        name: sorted(tuple(row.get(key) or "" for key in LIST_KEYS) for row in rows)
        for name, rows in files.code_lists.items()
    }
    held = {name: sorted(tuple(row[key] for key in LIST_KEYS) for row in rows) for name, rows in lists.items()}
    return (items, _without_false(held)) == (plain(files.raw_items), _without_false(told))


def _without_false(lists: dict[str, list[tuple[str, ...]]]) -> dict[str, list[tuple[str, ...]]]:
    return {name: [(*row[:-1], row[-1] if row[-1] == "true" else "") for row in rows] for name, rows in lists.items()}


def taken_up(files: CatalogueFiles, today: date) -> CatalogueFiles:
    """Let the first national edition of an installation that has a supplement begin when it is taken up.

    What was in force until then is not rewritten: not on days gone by, nor before an edition that is published already begins.
    """
    supplement = Edition.objects.filter(level="provincial").order_by("-valid_from").first()
    if supplement is None or Edition.objects.filter(level="national").exists():
        return files
    begins = max(files.edition["valid_from"], today, supplement.valid_from + timedelta(days=1))
    return replace(files, edition={**files.edition, "valid_from": begins})


def rest_of_supplement(files: CatalogueFiles) -> CatalogueFiles | None:
    """Give what the supplement goes on with beside a national edition, None where it goes on as it is.

    Raises CatalogueUnusable where an edition of the supplement is published already that begins no earlier: it can't end before.
    """
    begins = files.edition["valid_from"]
    held = Edition.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=begins), level="provincial", sealed_at__isnull=False
    )
    given_way = {edition: _given_way(edition, files) for edition in held.order_by("valid_from")}
    touched = [edition for edition, refusals in given_way.items() if refusals]
    if not touched:
        return None
    last = list(given_way)[-1]
    if last.valid_from >= begins or touched != [last]:
        codes = "、".join(sorted({code for refusals in given_way.values() for code in refusals}))
        day = last.valid_from + timedelta(days=1)
        raise CatalogueUnusable(
            f"省补充目录 {last.code} 自 {last.valid_from} 起施行，其中 {codes} 将由本版代替，不能在施行以前终止。"
            f"请把本版的 valid_from 改为 {day} 或者以后。",
            f"Supplement {last.code} begins on {last.valid_from} with {codes}, which this edition takes in. "
            f"Let this edition begin on {day} or later.",
        )
    return _without(last, given_way[last], files)


def _given_way(edition: Edition, files: CatalogueFiles) -> dict[str, Refusal]:
    national = list(files.raw_items.values())
    items = contents(edition)[0]
    return {code: refusal for code, item in items.items() if (refusal := refuse_supplement(item, national))}


def _without(last: Edition, ended: dict[str, Refusal], files: CatalogueFiles) -> CatalogueFiles:
    items, lists = contents(last)
    rest = {code: item for code, item in items.items() if code not in ended}
    known = set(Edition.objects.filter(code__startswith=f"{last.code}-").values_list("code", flat=True))
    number = next(n for n in range(2, len(known) + 3) if f"{last.code}-{n}" not in known)
    code = f"{last.code}-{number}"
    begins = files.edition["valid_from"]
    head = {
        "code": code,
        "level": "provincial",
        "name": f"{series_of(last)}（{code}版）",
        "valid_from": begins,
        "provisional": any(item.get("provisional", True) for item in rest.values()),
        "source": [
            *last.source,
            *(f"{one} 自 {begins} 起停用：{refusal.text}"[:SOURCE] for one, refusal in sorted(ended.items())),
        ],
    }
    return checked(head, laws_held(), purposes_held(), rest, lists)


SOURCE = 200
"""The longest source that an edition takes."""
